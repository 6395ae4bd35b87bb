"""Choices that depend on nothing but what is chosen for: the same on every machine, and none disturbs another.

It does not know what is chosen. Every choice is drawn from the SHA-256 of the seed and a key, never from a generator
with a state.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeVar

SEED: Final = "larkhill support"
PHRASINGS: Final = Path(__file__).parents[1] / "phrasings"

T = TypeVar("T")
Key = str | int

_NEIGHBOURS: Final = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "ko", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip


def number(*key: Key) -> int:
    """A large whole number for this key."""
    named = "\x1f".join((SEED, *map(str, key)))
    return int.from_bytes(hashlib.sha256(named.encode()).digest()[:8], "big")


def chance(share: float, *key: Key) -> bool:
    """Whether what `key` names happens; true for about `share` of all keys."""
    return number(*key) % 10_000 < share * 10_000


def draw(choices: Sequence[T], *key: Key) -> T:
    """One of `choices`."""
    return choices[number(*key) % len(choices)]


def shuffled(choices: Sequence[T], *key: Key) -> list[T]:
    """All of `choices`, in an order of its own."""
    places = sorted(range(len(choices)), key=lambda place: number(*key, place))
    return [choices[place] for place in places]


def weighted(shares: dict[T, int], *key: Key) -> T:
    """One of the keys of `shares`, each as often as its share says."""
    left = number(*key) % sum(shares.values())
    for choice, share in shares.items():
        if left < share:
            return choice
        left -= share
    raise AssertionError("the shares add up to more than what is drawn")


def spoil(text: str, keep: str, *key: Key) -> str:
    """`text` with one or two mistakes in its longer words; words with digits or capitals, or in `keep`, stay right."""
    found_words = re.finditer(r"(?<![\w@.-])[a-z]{5,}(?=[.,?!:;]?(?:\s|$))", text)
    words = [found for found in found_words if found[0] not in keep]
    for place in sorted({number(*key, turn) % len(words) for turn in range(2)} if words else (), reverse=True):
        found = words[place]
        text = text[: found.start()] + _misspelt(found[0], *key, place) + text[found.end() :]
    return text


def _misspelt(word: str, *key: Key) -> str:
    """One typing mistake: two letters in the wrong order, one missing, one doubled, or a neighbouring key."""
    at = 1 + number(*key, "place") % (len(word) - 2)
    before, here, after = word[:at], word[at], word[at + 1 :]
    neighbour = draw(_NEIGHBOURS[here], *key, "neighbour")
    swapped = before + after[0] + here + after[1:]
    return draw((swapped, before + after, before + here + here + after, before + neighbour + after), *key, "mistake")


def sections(name: str) -> dict[str, list[str]]:
    """The sections of `phrasings/NAME.txt`, each with its lines in order; comments and blank lines are left out."""
    found: dict[str, list[str]] = {}
    lines: list[str] = found.setdefault("", [])
    for line in (PHRASINGS / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            lines = found[line[1:-1]] = []
        elif line and not line.startswith("#"):
            lines.append(line.replace("\\n", "\n"))
    return found
