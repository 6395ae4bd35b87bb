"""Do two scores rise and fall together? Pearson, Spearman and Kendall, with intervals, over all cases or within groups.

It does not know whose scores they are; cases (or groups) are taken to be independent.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Final, Literal

import numpy as np

from vouch.errors import UsageError
from vouch.stats.binomial import check_share
from vouch.stats.clustered import grouped
from vouch.stats.special import Numbers, normal_quantile, student_quantile
from vouch.values.score import Interval

Kind = Literal["pearson", "spearman", "kendall"]
"""`pearson`: of the values; `spearman`: of their ranks; `kendall`: tau-b, pairs in the same order less pairs that are
not, with ties taken into account."""

METHODS: Final = {
    "pearson": "Fisher z",
    "spearman": "Fisher z (Bonett and Wright, 2000)",
    "kendall": "Fisher z (Fieller, Hartley and Pearson, 1957)",
}


def pearson(first: Sequence[float], second: Sequence[float], confidence: float = 0.95) -> Interval:
    """Pearson's correlation; `UsageError` where one side does not vary."""
    return correlation(first, second, "pearson", confidence=confidence)


def spearman(first: Sequence[float], second: Sequence[float], confidence: float = 0.95) -> Interval:
    """Spearman's rank correlation; equal values share their mean rank."""
    return correlation(first, second, "spearman", confidence=confidence)


def kendall(first: Sequence[float], second: Sequence[float], confidence: float = 0.95) -> Interval:
    """Kendall's tau-b."""
    return correlation(first, second, "kendall", confidence=confidence)


def correlation(
    first: Sequence[float], second: Sequence[float], kind: Kind = "spearman", *, confidence: float = 0.95
) -> Interval:
    """A correlation with its two-sided interval; `UsageError` for fewer than 5 cases or a side that does not vary."""
    check_share("confidence", confidence)
    one, two = _pair(first, second)
    if len(one) < 5:
        raise UsageError(f"{len(one)} cases: an interval of a correlation needs at least 5")
    value = _value(one, two, kind)
    if math.isnan(value):
        raise UsageError("all values of one side are equal: a correlation needs two sides that vary")
    n = len(one)
    error = {
        "pearson": 1 / math.sqrt(n - 3),
        "spearman": math.sqrt((1 + value * value / 2) / (n - 3)),
        "kendall": math.sqrt(0.437 / (n - 4)),
    }[kind]
    half = normal_quantile((1 + confidence) / 2) * error
    center = math.atanh(min(max(value, -1 + 1e-15), 1 - 1e-15))
    low, high = math.tanh(center - half), math.tanh(center + half)
    return Interval(value, min(low, value), max(high, value), confidence, n, METHODS[kind])


def within_groups(
    first: Sequence[float],
    second: Sequence[float],
    groups: Sequence[Hashable],
    kind: Kind = "spearman",
    *,
    confidence: float = 0.95,
) -> Interval:
    """The mean over groups of the correlation within each, with t on groups ("summary level", where groups are texts).

    Groups in which one side does not vary say nothing and are left out; n is how many are left.
    """
    check_share("confidence", confidence)
    one, two = _pair(first, second)
    places, count = grouped(groups, len(one))
    found = [_value(one[places == group], two[places == group], kind) for group in range(count)]
    values = np.array([value for value in found if not math.isnan(value)])
    n = len(values)
    if n < 2:
        raise UsageError(f"{n} groups in which both sides vary: at least two are wanted")
    center = float(values.mean())
    half = student_quantile((1 + confidence) / 2, n - 1) * float(values.std(ddof=1)) / math.sqrt(n)
    return Interval(center, max(-1.0, center - half), min(1.0, center + half), confidence, n, "t on groups")


def ranks(values: Numbers) -> Numbers:
    """Ranks from 1; equal values share their mean rank."""
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[where.ravel()]


def _value(one: Numbers, two: Numbers, kind: Kind) -> float:
    """The correlation, or not-a-number where one side does not vary."""
    if len(one) < 2 or one.min() == one.max() or two.min() == two.max():
        return math.nan
    if kind == "kendall":
        return _tau(one, two)
    if kind == "spearman":
        one, two = ranks(one), ranks(two)
    one, two = one - one.mean(), two - two.mean()
    value = float(one @ two) / math.sqrt(float(one @ one) * float(two @ two))
    return min(1.0, max(-1.0, value))


def _tau(one: Numbers, two: Numbers) -> float:
    order = np.lexsort((two, one))
    first, second = one[order], two[order]
    pairs = len(first) * (len(first) - 1) // 2
    tied_one, tied_two = _tied(first), _tied(second)
    both = np.unique(np.stack([first, second]), axis=1, return_counts=True)[1]
    tied_both = int((both * (both - 1) // 2).sum())
    apart = _inversions(np.unique(second, return_inverse=True)[1].ravel())
    together = pairs - tied_one - tied_two + tied_both - apart
    return (together - apart) / math.sqrt((pairs - tied_one) * (pairs - tied_two))


def _tied(values: Numbers) -> int:
    counts = np.unique(values, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())


def _inversions(values: np.ndarray[tuple[int], np.dtype[np.intp]]) -> int:
    """How many pairs stand in falling order: merged from halves, all blocks of one width at once."""
    size = 1 << max(1, (len(values) - 1).bit_length())
    most = len(values)
    blocks = np.concatenate([values, np.full(size - len(values), most)])
    found, width = 0, 1
    while width < size:
        halves = blocks.reshape(-1, 2, width)
        shift = np.arange(len(halves))[:, None] * (most + 1)
        left, right = (halves[:, 0] + shift).ravel(), (halves[:, 1] + shift).ravel()
        ends = (np.arange(len(halves)) + 1).repeat(width) * width
        found += int((ends - np.searchsorted(left, right, side="right")).sum())
        blocks = np.sort(halves.reshape(len(halves), -1), axis=1).ravel()
        width *= 2
    return found


def _pair(first: Sequence[float], second: Sequence[float]) -> tuple[Numbers, Numbers]:
    one, two = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.shape != two.shape or one.ndim != 1:
        raise UsageError(
            f"{len(first)} values and {len(second)}: score the same cases on both sides, in the same order"
        )
    if not (np.isfinite(one).all() and np.isfinite(two).all()):
        raise UsageError("a value is not a finite number: leave out cases that could not be scored, and say so")
    return one, two
