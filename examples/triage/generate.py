"""Write the data of the triage example: what the app learns from, what it is proven on, and a worse set to be held back.

It does not know any model: whether a mail is easy or hard is never asked, and nothing is chosen by an answer.

The phrasings are written by hand in `phrasings/*.txt`: one pool to learn from and another, of other frames and other
situations, to be proven on. Here the gaps are filled, greetings and asides are put around, and typing mistakes are made.
Every choice is drawn from the SHA-256 of the phrasing and of what is chosen, never from a generator with a state: the
files are the same byte for byte on every machine, and a new phrasing leaves all others as they were.

    python examples/triage/generate.py            writes the files
    python examples/triage/generate.py --check    exits with 1 if they are not what would be written
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

HERE: Final = Path(__file__).parent
SEED: Final = "larkhill-1"
CASES: Final = 500
WORSE_PER_INTENT: Final = 8
MIXED_UP: Final = (
    ("refund_status", "return_item"),
    ("damaged_item", "wrong_or_missing"),
    ("payment_failed", "double_charge"),
    ("stock_question", "product_question"),
)
"""Pairs of queues that a colleague poured together for the worse set: half of their examples have the other's label."""

_GAP: Final = re.compile(r"\{([a-z]+)2?\}")
_NEIGHBOURS: Final = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "ko", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip


class Phrasing(NamedTuple):
    """One handwritten mail with gaps, and the tag of its manner: `plain`, `terse`, `angry`, `polite`, `long`..."""

    intent: str
    tag: str
    text: str


class Mail(NamedTuple):
    """One finished mail: the intent that is right for it, and what makes it special."""

    intent: str
    text: str
    tags: tuple[str, ...]


def read_pools(name: str) -> dict[str, list[str]]:
    """The sections of `phrasings/<name>.txt`, each with its lines in order; comments and blank lines are left out."""
    pools: dict[str, list[str]] = {}
    section = ""
    for line in (HERE / "phrasings" / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
            pools[section] = []
        elif line and not line.startswith("#"):
            pools[section].append(line.replace("\\n", "\n"))
    return pools


SLOTS: Final = read_pools("slots")
AROUND: Final = read_pools("around")


def phrasings(name: str) -> list[Phrasing]:
    """All phrasings of a pool (`learn` or `held_out`) in the order of the file."""
    found: list[Phrasing] = []
    for intent, lines in read_pools(name).items():
        for line in lines:
            tag, bar, text = line.partition(" | ")
            found.append(Phrasing(intent, tag, text) if bar else Phrasing(intent, "plain", line))
    return found


def number(*key: object) -> int:
    """A large whole number that depends on nothing but the seed and `key`."""
    return int.from_bytes(hashlib.sha256(repr((SEED, *key)).encode()).digest()[:8], "big")


def chance(share: float, *key: object) -> bool:
    """Whether what `key` names happens; true for about `share` of all keys."""
    return number(*key) % 10_000 < share * 10_000


def draw(pool: Sequence[str], *key: object) -> str:
    """One member of `pool`, the same one for the same `key`."""
    return pool[number(*key) % len(pool)]


def fill(text: str, *key: object) -> str:
    """`text` with every gap filled: equal gaps get equal values, and `{x2}` gets another value than `{x}`."""
    first = {slot: _value(slot, *key) for slot in _GAP.findall(text)}
    for slot, value in first.items():
        others = [other for other in SLOTS.get(slot, ()) if other != value]
        text = text.replace(f"{{{slot}}}", value)
        if others:
            text = text.replace(f"{{{slot}2}}", draw(others, *key, slot, 2))
    return text


def _value(slot: str, *key: object) -> str:
    if slot in ("product", "gadget", "garment", "device", "fragile", "metal", "city", "name", "street"):
        n = {
            "product": 4,
            "gadget": 3,
            "garment": 3,
            "device": 3,
            "fragile": 3,
            "metal": 2,
            "city": 3,
            "name": 4,
            "street": 3,
        }[slot]
        pool = SLOTS[slot][0::n] if key[0] == "learn" else [x for i, x in enumerate(SLOTS[slot]) if i % n]
        return draw(pool, *key, slot)
    if slot != "order":
        return draw(SLOTS[slot], *key, slot)
    digits = str(100_000 + number(*key, slot) % 900_000)
    return draw((f"LH-{digits}", f"#{digits}", f"LH{digits}", f"{digits[:3]} {digits[3:]}"), *key, "order style")


def misspell(word: str, *key: object) -> str:
    """`word` with one typing mistake: two letters in the wrong order, one missing, one doubled, or a neighbouring key."""
    at = 1 + number(*key, "place") % (len(word) - 2)
    before, here, after = word[:at], word[at], word[at + 1 :]
    neighbour = draw(_NEIGHBOURS.get(here.lower(), here), *key, "neighbour")
    mistakes = (
        before + after[0] + here + after[1:],
        before + after,
        before + here + here + after,
        before + neighbour + after,
    )
    return draw(mistakes, *key, "mistake")


def spoil(text: str, *key: object) -> str:
    """`text` with about one mistake in eight of its longer words, and at least one; numbers and addresses stay right."""
    pieces = re.split(r"(\s+)", text)
    able = [place for place, piece in enumerate(pieces) if len(piece) >= 4 and piece.strip(".,?!").isalpha()]
    sure = able[number(*key, "sure") % len(able)]
    for place in able:
        if place == sure or chance(1 / 8, *key, place):
            pieces[place] = misspell(pieces[place], *key, place)
    return "".join(pieces)


def examples() -> list[Mail]:
    """What the app learns from, intent by intent."""
    mails: list[Mail] = []
    for phrasing in phrasings("learn"):
        key = ("learn", phrasing.text)
        text = fill(phrasing.text, *key)
        if chance(0.1, *key, "typos"):
            text = spoil(text, *key)
        if chance(0.12, *key, "aside"):
            text = draw(AROUND["learn aside"], *key, "aside line") + " " + text
        mails.append(Mail(phrasing.intent, _enclose(text, "learn", 0.25, *key), ()))
    return mails


def cases() -> list[Mail]:
    """The held-out mails, one for each phrasing, in an order that mixes the intents."""
    return sorted(map(_held_out, phrasings("held_out")), key=lambda mail: number("order of cases", mail.text))


def _held_out(phrasing: Phrasing) -> Mail:
    key = ("held out", phrasing.text)
    tags = [phrasing.tag]
    text = fill(phrasing.text, *key)
    if phrasing.tag in {"plain", "polite", "long", "chatty"} and chance(0.12, *key, "mixed"):
        tags.append("mixed")
        text = _with_second_wish(text, phrasing.intent, *key)
    if phrasing.tag in {"plain", "polite", "angry"} and chance(0.1, *key, "long"):
        tags.append("long")
        text = _with_asides(text, *key)
    if phrasing.tag not in {"polite", "long", "quoted", "terse"} and chance(0.24, *key, "typos"):
        tags.append("typos")
        text = spoil(text, *key)
    if phrasing.tag != "terse":
        text = _enclose(text, "held-out", 0.4, *key, angry=phrasing.tag == "angry")
    if phrasing.tag == "angry" and chance(0.1, *key, "all-caps"):
        tags.append("all-caps")
        text = text.upper()
    elif phrasing.tag not in {"polite", "long", "quoted"} and chance(0.15, *key, "no-caps"):
        tags.append("no-caps")
        text = text.lower()
    return Mail(phrasing.intent, text, tuple(tag for tag in tags if tag != "plain" or len(tags) == 1))


def _with_second_wish(text: str, intent: str, *key: object) -> str:
    """The first wish of a mail decides, so the second may be any other."""
    others = [name for name in AROUND if name.startswith("also ") and name != f"also {intent}"]
    wish = fill(draw(AROUND[draw(others, *key, "other")], *key, "wish"), *key, "wish")
    joint = draw(AROUND["joint"], *key, "joint")
    return f"{text}{'' if joint.startswith(chr(10)) else ' '}{joint} {wish}"


def _with_asides(text: str, *key: object) -> str:
    before = draw(AROUND["aside before"], *key, "before")
    after = fill(draw(AROUND["aside after"], *key, "after"), *key, "after")
    return f"{before} {text}\n{after}"


def _enclose(text: str, pool: str, share: float, *key: object, angry: bool = False) -> str:
    if chance(share, *key, "greeting"):
        text = draw(AROUND[f"{pool} greeting"], *key, "greeting line") + "\n" + text
    if chance(share, *key, "closing"):
        text += "\n" + fill(
            draw(AROUND["angry closing" if angry else f"{pool} closing"], *key, "closing line"), *key, "closing"
        )
    return text


def worse(mails: Sequence[Mail]) -> list[Mail]:
    """A plausible accident: an old export with half of the examples, in which some queues were poured together."""
    swapped = dict(MIXED_UP) | {second: first for first, second in MIXED_UP}
    kept: list[Mail] = []
    for intent in dict.fromkeys(mail.intent for mail in mails):
        of_intent = [mail for mail in mails if mail.intent == intent][:WORSE_PER_INTENT]
        for place, mail in enumerate(of_intent):
            label = swapped.get(intent, intent) if place % 2 else intent
            kept.append(mail._replace(intent=label))
    return kept


def _lines(rows: Iterable[dict[str, object]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def files() -> dict[Path, str]:
    """Every file that is written, with its whole content."""
    learned, held_out = examples(), cases()
    if len(held_out) != CASES:
        raise SystemExit(f"phrasings/held_out.txt holds {len(held_out)} phrasings, wanted {CASES}: add or remove some")
    return {
        HERE / "prompts" / "examples.jsonl": _lines({"input": m.text, "output": m.intent} for m in learned),
        HERE / "prompts" / "worse.jsonl": _lines({"input": m.text, "output": m.intent} for m in worse(learned)),
        HERE / "cases.jsonl": _lines(
            {"id": f"t-{place:04}", "input": m.text, "expected": m.intent, "tags": m.tags}
            for place, m in enumerate(held_out, 1)
        ),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files, or with `--check` say which of them are not what would be written."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file is out of date")
    check: bool = parser.parse_args(arguments).check
    stale = 0
    for path, content in files().items():
        data = content.encode()
        if check and (not path.exists() or path.read_bytes() != data):
            print(f"{path.relative_to(HERE)} is not what generate.py writes: run it without --check")
            stale = 1
        elif not check:
            path.write_bytes(data)
            print(f"{path.relative_to(HERE)}: {content.count(chr(10))} lines, {len(data)} bytes")
    return stale


if __name__ == "__main__":
    sys.exit(main())
