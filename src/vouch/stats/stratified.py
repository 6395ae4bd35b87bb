"""Cases drawn by kind: shares and comparisons weighted to the traffic that kinds make up.

It does not know what the kinds are; within one, cases are taken to be a random sample.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from vouch.errors import UsageError
from vouch.stats import clustered, paired
from vouch.stats.binomial import check_share
from vouch.stats.special import Numbers, normal_cdf, normal_quantile
from vouch.values.score import Interval, Verdict

METHOD: Final = "stratified; Clopper-Pearson at the effective size (Korn-Graubard)"

COMPARISON: Final = "stratified Tango score"


class StratifiedComparison(Struct, frozen=True):
    """What two versions on the same n cases show, weighted to the traffic; see `paired.Comparison` for the fields."""

    n: int
    strata: int
    difference: Interval
    p_worse: float
    p_not_worse: float
    margin: float
    verdict: Verdict


def mean(
    values: Sequence[float], strata: Sequence[Hashable], traffic: Mapping[Hashable, float], *, confidence: float = 0.95
) -> Interval:
    """The share of right answers in the traffic, from values from 0 to 1 and the `traffic` share of every stratum.

    Where all values of a stratum are equal, its variance is that of (right + 1) of (n + 2): no spread seen is not none.
    """
    check_share("confidence", confidence)
    numbers = np.asarray(values, dtype=np.float64)
    if not ((numbers >= 0) & (numbers <= 1)).all():
        raise UsageError("a value outside 0 to 1: shares are wanted")
    groups, shares = _strata(strata, traffic, len(numbers))
    center = error = 0.0
    for group, share in enumerate(shares.tolist()):
        here = numbers[groups == group]
        n, found = len(here), float(here.mean())
        smooth = (float(here.sum()) + 1) / (n + 2)
        even = n < 2 or float(here.std()) == 0.0
        center += share * found
        error += share**2 * (smooth * (1 - smooth) / (n + 2) if even else float(here.var(ddof=1)) / n)
    n = len(numbers)
    bounds = clustered.share_interval(center, math.sqrt(error), n=n, clusters=n, confidence=confidence)
    return Interval(center, bounds.low, bounds.high, confidence, n, METHOD)


def compare(
    before: Sequence[bool],
    after: Sequence[bool],
    strata: Sequence[Hashable],
    traffic: Mapping[Hashable, float] | None = None,
    *,
    margin: float = 0.02,
    confidence: float = 0.95,
) -> StratifiedComparison:
    """What the same cases show about two versions; without `traffic`, strata weigh as much as they have cases.

    Tango's statistic, its variance taken in every stratum by itself: the difference tested is one for all strata.
    Without `traffic`, "worse" is exact McNemar on all cases together; with it, the score test, right for many changes.
    """
    check_share("margin", margin)
    check_share("confidence", confidence)
    if len(before) != len(after):
        raise UsageError(
            f"{len(before)} outcomes before and {len(after)} after: pair the same cases, in the same order"
        )
    was, now = np.asarray(before, dtype=bool), np.asarray(after, dtype=bool)
    groups, shares = _strata(strata, traffic, len(was))
    lost, won, n = (_counts(groups, each) for each in (was & ~now, now & ~was, was | ~was))
    table = _Table(lost, won, n, shares)
    exact = traffic is None
    worse = paired.p_worse(int(lost.sum()), int(won.sum())) if exact else normal_cdf(table.statistic(0.0))
    not_worse = normal_cdf(-table.statistic(-margin))
    verdict: Verdict = "hold" if worse <= 1 - confidence else "ship" if not_worse <= 1 - confidence else "undecided"
    z = normal_quantile((1 + confidence) / 2)
    low, high = table.crossing(-1.0, table.estimate, z), table.crossing(table.estimate, 1.0, -z)
    span = Interval(table.estimate, low, high, confidence, len(was), COMPARISON)
    return StratifiedComparison(len(was), len(shares), span, worse, not_worse, margin, verdict)


class _Table:
    """Counts of every stratum, and its share."""

    def __init__(self, lost: Numbers, won: Numbers, n: Numbers, shares: Numbers) -> None:
        self.lost, self.won, self.n, self.shares = lost, won, n, shares
        self.estimate = float(shares @ ((won - lost) / n))

    def statistic(self, difference: float) -> float:
        variance = paired.variance(self.lost, self.won, self.n, difference) / self.n
        spread = math.sqrt(float(self.shares**2 @ variance))
        gain = self.estimate - difference
        if spread == 0:
            return 0.0 if gain == 0 else math.copysign(math.inf, gain)
        return gain / spread

    def crossing(self, low: float, high: float, limit: float) -> float:
        """Where the falling statistic passes the limit, to 1e-12, by bisection."""
        while high - low > 1e-12:
            middle = (low + high) / 2
            low, high = (middle, high) if self.statistic(middle) > limit else (low, middle)
        return (low + high) / 2


def _counts(groups: NDArray[np.intp], chosen: NDArray[np.bool_]) -> Numbers:
    return np.bincount(groups, weights=chosen).astype(np.float64)


def _strata(
    strata: Sequence[Hashable], traffic: Mapping[Hashable, float] | None, n: int
) -> tuple[NDArray[np.intp], Numbers]:
    """The number of each value's stratum, and the strata's shares in that order."""
    if len(strata) != n or not n:
        raise UsageError(f"{len(strata)} strata for {n} values: name the stratum of every value, of at least one")
    names = list(dict.fromkeys(strata))
    groups, _ = clustered.grouped(strata, n)
    if traffic is None:
        return groups, np.bincount(groups) / n
    if set(names) != set(traffic) or min(traffic.values()) < 0 or abs(sum(traffic.values()) - 1) > 1e-6:
        raise UsageError(f"traffic = {dict(traffic)!r}: one share for each of {names!r}, together 1, is wanted")
    return groups, np.array([traffic[name] for name in names], dtype=np.float64)
