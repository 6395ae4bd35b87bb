"""Mistyped words, by the words that are expected.

It does not know a language: only words given to it are ever put in place of others.
"""

from __future__ import annotations

from collections.abc import Set
from functools import lru_cache
from typing import Final

from vouch.models.planner.tokens import tokens

_SHORTEST: Final = 5


def mended(text: str, expected: Set[str]) -> str:
    """`text` with each word that is one slip away from exactly one of the `expected` words replaced by that."""
    pieces: list[str] = []
    place = 0
    for token in tokens(text):
        if len(token.word) >= _SHORTEST and token.word.isalpha() and token.word not in expected:
            near = _indexed(frozenset(expected))
            keys = [(token.word[0], len(token.word) + more) for more in (-1, 0, 1)]
            meant = [word for key in keys for word in near.get(key, ()) if _is_slip(token.word, word)]
            if len(meant) == 1:
                pieces += [text[place : token.start], meant[0]]
                place = token.end
    return "".join([*pieces, text[place:]])


@lru_cache(maxsize=256)
def _indexed(words: frozenset[str]) -> dict[tuple[str, int], list[str]]:
    """Words by first letter and length."""
    index: dict[tuple[str, int], list[str]] = {}
    for word in sorted(words):
        if len(word) >= _SHORTEST:
            index.setdefault((word[0], len(word)), []).append(word)
    return index


def _is_slip(typed: str, meant: str) -> bool:
    """Whether one letter was left out, doubled, added, taken for another, or two were exchanged.

    Both begin alike, and neither is more than a letter longer than the other.
    """
    if typed == meant:
        return False
    start = next(
        (at for at, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), min(len(typed), len(meant))
    )
    rest, wanted = typed[start:], meant[start:]
    if len(rest) > len(wanted):
        return rest[1:] == wanted
    if len(rest) < len(wanted):
        return rest == wanted[1:]
    return rest[1:] == wanted[1:] or (rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:])
