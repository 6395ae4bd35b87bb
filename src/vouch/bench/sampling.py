"""Which rows of a set teach and which are asked, drawn by a seed: the same rows on every machine.

It does not know what stands in a row.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from vouch.bench.row import Row, Split
from vouch.errors import CaseError

_HELD_OUT: Final = 5
"""Where a set has but one split, every so-manieth text (or source of texts) is held out to be asked."""


class Drawn(NamedTuple):
    """Rows to learn from, rows to be asked, and where these were drawn from."""

    train: tuple[Row, ...]
    asked: tuple[Row, ...]
    where: str


def draw(rows: Sequence[Row], *, n: int = 0, train: int = 0, seed: int = 0, split: Split = "") -> Drawn:
    """At most `n` rows to ask (0: all) and `train` to learn from (0: all), in the order of the set.

    Asked are rows of `split`, or else of `test`, or else of `dev`; rows of `train` teach. Where there is only one
    split, a fifth of it is asked, and no text that belongs to an asked one teaches. Raises `CaseError`.
    """
    by_split: dict[Split, list[Row]] = {}
    for row in rows:
        by_split.setdefault(row.split, []).append(row)
    if split and split not in by_split:
        there = ", ".join(sorted(name or "one without a name" for name in by_split)) or "none"
        raise CaseError(f"the set has no labelled split {split!r}; there are: {there}")
    generator = random.Random(seed)  # noqa: S311 - a draw to be repeated, not a secret
    teaching = by_split.get("train", [])
    chosen = split or _asked(by_split)
    if len(by_split) > 1 and chosen and chosen != "train":
        asked, where = by_split[chosen], f"from {chosen}"
    else:
        only: Split = chosen if chosen or not teaching else "train"
        teaching, asked = _parted(by_split.get(only, []), generator)
        where = f"held out of {only}" if only else "held out"
    if not asked:
        raise CaseError("the set has too few labelled rows to hold some out; give a file of at least five")
    return Drawn(_some(teaching, train, generator), _some(asked, n, generator), where)


def _asked(by_split: Mapping[Split, Sequence[Row]]) -> Split:
    return "test" if "test" in by_split else "dev" if "dev" in by_split else ""


def _parted(rows: Sequence[Row], generator: random.Random) -> tuple[list[Row], list[Row]]:
    """Rows that teach and rows that are held out; rows of one source stay together."""
    sources = list(dict.fromkeys(row.source or f"row {place}" for place, row in enumerate(rows)))
    generator.shuffle(sources)
    out = set(sources[: len(sources) // _HELD_OUT])
    parts: tuple[list[Row], list[Row]] = ([], [])
    for place, row in enumerate(rows):
        parts[(row.source or f"row {place}") in out].append(row)
    return parts


def _some(rows: Sequence[Row], most: int, generator: random.Random) -> tuple[Row, ...]:
    if not 0 < most < len(rows):
        return tuple(rows)
    return tuple(rows[place] for place in sorted(generator.sample(range(len(rows)), most)))
