"""Where it broke: the comparison of two versions within every tag, with the caution that many small tests need.

It does not know what a tag means.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from msgspec import Struct

from vouch.errors import UsageError
from vouch.stats import paired
from vouch.stats.binomial import check_share
from vouch.stats.multiple import holm
from vouch.stats.special import normal_quantile
from vouch.values.arrays import np
from vouch.values.score import Interval


class Slice(Struct, frozen=True):
    """The cases of one tag: what changed among them, and whether that is proved when all tags tested are counted.

    `p_worse` is exact McNemar's within the tag, `p_adjusted` Holm's over the declared tags (1 for others: they are
    shown, and prove nothing). `small`: so few cases that a fall by the margin could not be ruled out even if no outcome
    changed; `cases_wanted` would be enough for that.
    """

    tag: str
    n: int
    lost: int
    won: int
    difference: Interval
    p_worse: float
    p_adjusted: float
    worse: bool
    declared: bool
    small: bool
    cases_wanted: int


def least_cases(margin: float, confidence: float = 0.95) -> int:
    """The fewest cases that prove "not worse by `margin`" when no outcome changed at all: z^2 (1 - margin) / margin."""
    check_share("margin", margin)
    check_share("confidence", confidence)
    z = max(0.0, normal_quantile(confidence))
    return max(1, math.ceil(z * z * (1 - margin) / margin))


def compare(
    before: Sequence[bool],
    after: Sequence[bool],
    tags: Sequence[Collection[str]],
    *,
    margin: float = 0.02,
    confidence: float = 0.95,
    declared: Collection[str] | None = None,
) -> tuple[Slice, ...]:
    """One slice a tag, the most likely broken first; a case counts in every tag that it bears.

    `declared` names the tags that were chosen before the outcomes were seen; None takes all, and corrects for all.
    """
    if not len(before) == len(after) == len(tags):
        raise UsageError(f"{len(before)} outcomes before, {len(after)} after, {len(tags)} tags: give one a case")
    counts: dict[str, list[int]] = {}
    for was, now, names in zip(before, after, tags, strict=True):
        for name in set(names):
            count = counts.setdefault(name, [0, 0, 0])
            count[0] += bool(was and not now)
            count[1] += bool(now and not was)
            count[2] += 1
    unknown = sorted(set(declared or ()) - set(counts))
    if unknown:
        raise UsageError(f"declared = {unknown!r}: no case bears these tags; there are {sorted(counts)!r}")
    tested = [name for name in counts if declared is None or name in declared]
    table = np.array([*counts.values()], dtype=np.float64).reshape(-1, 3).T
    raw = dict(zip(counts, paired.worse_p_values(table[0], table[1]).tolist(), strict=True))
    lows, highs = paired.difference_bounds(*table, z=normal_quantile((1 + confidence) / 2))
    adjusted = dict(zip(tested, holm([raw[name] for name in tested]), strict=True))
    wanted = least_cases(margin, confidence)
    found = [
        Slice(
            tag=name,
            n=n,
            lost=lost,
            won=won,
            difference=Interval((won - lost) / n, low, high, confidence, n, paired.METHOD),
            p_worse=raw[name],
            p_adjusted=adjusted.get(name, 1.0),
            worse=adjusted.get(name, 1.0) <= 1 - confidence,
            declared=name in adjusted,
            small=n < wanted,
            cases_wanted=wanted,
        )
        for (name, (lost, won, n)), low, high in zip(counts.items(), lows.tolist(), highs.tolist(), strict=True)
    ]
    return tuple(sorted(found, key=lambda each: (each.p_worse, each.tag)))
