"""Write the data of the triage example: what the app learns from, what it is proven on, and a worse set.

It does not know any model or prompt.

The phrasings stand in `phrasings/*.txt`: one pool to learn from and another, of other frames and other situations, to
be proven on. Here their gaps are filled, greetings and asides are put around them, and typing mistakes are made. Every
choice is drawn from the SHA-256 of the phrasing and of what is chosen, never from a generator with a state: the files
are the same byte for byte on every machine, and a new phrasing leaves the text of all others as it was.

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
from typing import Final, Literal, NamedTuple

HERE: Final = Path(__file__).parent
SEED: Final = "larkhill"
CASES: Final = 500
WORSE_PER_INTENT: Final = 10
POURED_TOGETHER: Final = (("refund_status", "return_item"), ("payment_failed", "double_charge"))
"""Pairs of queues that were merged and parted again at random: half of their worse examples bear the other's label."""

Pool = Literal["learn", "held_out"]

_GAP: Final = re.compile(r"\{([a-z]+)2?\}")
_NEIGHBOURS: Final = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "ko", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip


class Phrasing(NamedTuple):
    """One mail with gaps, and the tag of its manner: `plain`, `terse`, `angry`, `polite`, `long`..."""

    intent: str
    tag: str
    text: str


class Mail(NamedTuple):
    """One finished mail: the intent that is right for it, and what makes it special."""

    intent: str
    text: str
    tags: tuple[str, ...] = ()


def read_sections(name: str) -> dict[str, list[str]]:
    """The sections of `phrasings/<name>.txt`, each with its lines in order; comments and blank lines are left out."""
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in (HERE / "phrasings" / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            lines = sections[line[1:-1]] = []
        elif line and not line.startswith("#"):
            lines.append(line.replace("\\n", "\n"))
    return sections


SLOTS: Final = read_sections("slots")
AROUND: Final = read_sections("around")


def phrasings(pool: Pool) -> list[Phrasing]:
    """All phrasings of a pool in the order of its file."""
    found: list[Phrasing] = []
    for intent, lines in read_sections(pool).items():
        for line in lines:
            tag, bar, text = line.partition(" | ")
            found.append(Phrasing(intent, tag, text) if bar else Phrasing(intent, "plain", line))
    return found


def number(*key: str | int) -> int:
    """A large whole number that depends on nothing but the seed and `key`."""
    named = "\x1f".join((SEED, *map(str, key)))
    return int.from_bytes(hashlib.sha256(named.encode()).digest()[:8], "big")


def chance(share: float, *key: str | int) -> bool:
    """Whether what `key` names happens; true for about `share` of all keys."""
    return number(*key) % 10_000 < share * 10_000


def draw(choices: Sequence[str], *key: str | int) -> str:
    """One of `choices`, the same one for the same `key`."""
    return choices[number(*key) % len(choices)]


def fill(text: str, pool: Pool, *key: str | int) -> str:
    """`text` with every gap filled: equal gaps get equal values, and `{x2}` gets another value than `{x}`."""
    for slot in dict.fromkeys(_GAP.findall(text)):
        choices = _orders(*key) if slot == "order" else _choices(slot, pool)
        value = draw(choices, *key, slot)
        others = [other for other in choices if other != value]
        text = text.replace(f"{{{slot}}}", value).replace(f"{{{slot}2}}", draw(others, *key, slot, 2))
    return text


def _choices(slot: str, pool: Pool) -> list[str]:
    """The learning pool has values of its own for some slots."""
    return SLOTS.get(f"learn {slot}", SLOTS[slot]) if pool == "learn" else SLOTS[slot]


def _orders(*key: str | int) -> tuple[str, ...]:
    """The ways in which people write one order's number."""
    digits = str(100_000 + number(*key, "order number") % 900_000)
    return (f"LH-{digits}", f"#{digits}", f"LH{digits}", f"{digits[:3]} {digits[3:]}")


def misspell(word: str, *key: str | int) -> str:
    """`word` with one typing mistake: two letters swapped, one missing, one doubled, or a neighbouring key."""
    at = 1 + number(*key, "place") % (len(word) - 2)
    before, here, after = word[:at], word[at], word[at + 1 :]
    neighbour = draw(_NEIGHBOURS.get(here.lower(), here), *key, "neighbour")
    swapped = before + after[0] + here + after[1:]
    mistakes = (swapped, before + after, before + here + here + after, before + neighbour + after)
    return draw([mistake for mistake in mistakes if mistake != word], *key, "mistake")


def spoil(text: str, *key: str | int) -> str:
    """`text` with one mistake in about every eighth longer word, and at least one; what holds digits stays right."""
    words = list(re.finditer(r"(?<!\S)[A-Za-z]{4,}(?=[.,?!:;]?(?:\s|$))", text))
    sure = number(*key, "sure") % max(len(words), 1)
    for place, found in reversed(list(enumerate(words))):
        if place == sure or chance(1 / 8, *key, place):
            text = text[: found.start()] + misspell(found[0], *key, place) + text[found.end() :]
    return text


def examples() -> list[Mail]:
    """What the app learns from, intent by intent."""
    mails: list[Mail] = []
    for intent, _, phrasing in phrasings("learn"):
        key = ("learn", phrasing)
        text = fill(phrasing, "learn", *key)
        if chance(0.1, *key, "typos"):
            text = spoil(text, *key)
        if chance(0.12, *key, "aside"):
            text = draw(AROUND["learn aside"], *key, "aside line") + " " + text
        mails.append(Mail(intent, _enclosed(text, "learn", 0.4, *key)))
    return mails


def cases() -> list[Mail]:
    """The held-out mails, one for each phrasing, in an order that mixes the intents."""
    return sorted(map(_held_out, phrasings("held_out")), key=lambda mail: number("order of cases", mail.text))


def _held_out(phrasing: Phrasing) -> Mail:
    """One case: the phrasing filled, then a second wish, asides, mistakes, greeting and capitals as chance has it."""
    intent, manner, text = phrasing
    key = ("held out", text)
    tags = [] if manner == "plain" else [manner]
    text = fill(text, "held_out", *key)
    # Two wishes stand in the longer mails.
    if manner in {"plain", "polite", "long", "chatty"} and len(text) > 120 and chance(0.15, *key, "mixed"):
        tags.append("mixed")
        text = _with_second_wish(text, intent, *key)
    if manner in {"plain", "polite", "angry"} and chance(0.1, *key, "long"):
        tags.append("long")
        text = _with_asides(text, *key)
    if manner in {"plain", "angry", "chatty", "non-native", "oblique"} and chance(0.24, *key, "typos"):
        tags.append("typos")
        text = spoil(text, *key)
    if manner != "terse":
        text = _enclosed(text, "angry" if manner == "angry" else "held-out", 0.4, *key)
    if manner == "angry" and chance(0.1, *key, "all-caps"):
        tags.append("all-caps")
        text = text.upper()
    elif manner not in {"polite", "long", "quoted"} and chance(0.15, *key, "no-caps"):
        tags.append("no-caps")
        text = text.lower()
    return Mail(intent, text, tuple(tags) or ("plain",))


def _with_second_wish(text: str, intent: str, *key: str | int) -> str:
    """The first wish of a mail decides, so the second may be any other; half of them are none of the intents."""
    others = [name for name in AROUND if name.startswith("also ") and name != f"also {intent}"]
    kind = "also elsewhere" if chance(0.5, *key, "elsewhere") else draw(others, *key, "other")
    wish = fill(draw(AROUND[kind], *key, "wish"), "held_out", *key, "wish")
    joint = draw(AROUND["joint"], *key, "joint")
    return f"{text}{'' if joint.startswith(chr(10)) else ' '}{joint} {wish}"


def _with_asides(text: str, *key: str | int) -> str:
    before = draw(AROUND["aside before"], *key, "before")
    after = fill(draw(AROUND["aside after"], *key, "after"), "held_out", *key, "after")
    return f"{before} {text}\n{after}"


def _enclosed(text: str, whose: str, share: float, *key: str | int) -> str:
    """`text`, at times with a greeting above and at times with a closing below."""
    pool: Pool = "learn" if whose == "learn" else "held_out"
    if chance(share, *key, "greeting"):
        text = draw(AROUND[f"{whose} greeting"], *key, "greeting line") + "\n" + text
    if chance(share, *key, "closing"):
        text += "\n" + fill(draw(AROUND[f"{whose} closing"], *key, "closing line"), pool, *key, "closing")
    return text


def worse(mails: Sequence[Mail]) -> list[Mail]:
    """A plausible accident: an old export with half of the examples, in which some queues were poured together."""
    other = dict(POURED_TOGETHER) | {second: first for first, second in POURED_TOGETHER}
    kept: list[Mail] = []
    for intent in dict.fromkeys(mail.intent for mail in mails):
        of_intent = [mail for mail in mails if mail.intent == intent][:WORSE_PER_INTENT]
        kept += [
            mail._replace(intent=other.get(intent, intent)) if at % 2 else mail for at, mail in enumerate(of_intent)
        ]
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
    parser = argparse.ArgumentParser(description="Write the data of the triage example.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file is out of date")
    check: bool = parser.parse_args(arguments).check
    stale = 0
    for path, content in files().items():
        data = content.encode()
        if not check:
            path.write_bytes(data)
            print(f"{path.relative_to(HERE)}: {content.count(chr(10))} lines, {len(data)} bytes")
        elif not path.exists() or path.read_bytes() != data:
            print(f"{path.relative_to(HERE)} is not what generate.py writes: run it without --check")
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
