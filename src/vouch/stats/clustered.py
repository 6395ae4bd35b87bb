"""Cases that belong together: shares and comparisons when several cases come from one conversation, source or customer.

It does not know what holds a cluster together; clusters are taken to be independent of each other.

Ten questions about one document say less than ten questions about ten documents. How much less is the design effect:
the variance found between clusters over the variance that independent cases would have. Naive errors are too small by
its root.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Final

from msgspec import Struct

from vouch.errors import UsageError
from vouch.stats import paired
from vouch.stats.binomial import check_share
from vouch.stats.special import Numbers, beta_quantile, binomial_chance, student_cdf, student_quantile
from vouch.values.arrays import NDArray, np
from vouch.values.score import Interval, Verdict

METHOD: Final = "Clopper-Pearson at the effective size (Korn-Graubard)"

COMPARISON: Final = "Tango score with design effect"

_UNSEEN: Final = (-1.0, 1.0)
"""Two clusters that are added to find the design effect of a comparison: one is lost as a whole, one is won."""


class Estimate(Struct, frozen=True):
    """A mean with its standard error by clusters, beside the naive one that takes every value for independent."""

    interval: Interval
    standard_error: float
    naive_error: float
    design_effect: float
    n: int
    clusters: int


class ClusteredComparison(Struct, frozen=True):
    """What two versions on the same n cases in so many clusters show; see `paired.Comparison` for the fields.

    `p_worse` flips the signs of whole clusters, exactly: with clusters of one case it is exact McNemar.
    """

    lost: int
    won: int
    n: int
    clusters: int
    difference: Interval
    p_worse: float
    p_not_worse: float
    design_effect: float
    margin: float
    achievable_margin: float
    verdict: Verdict


def mean(values: Sequence[float], clusters: Sequence[Hashable] = (), *, confidence: float = 0.95) -> Estimate:
    """The mean of values from 0 to 1, every value counting once; without `clusters` each value is its own.

    The standard error is the cluster-robust one, with G / (G - 1) for G clusters. The interval is Clopper-Pearson's for
    as many independent cases as would have that error (Korn and Graubard, 1998), so it does not collapse near 0 or 1.
    """
    check_share("confidence", confidence)
    numbers = _shares(values)
    groups, count = grouped(clusters, len(numbers))
    center = float(numbers.mean())
    naive = float(numbers.std(ddof=1)) / math.sqrt(len(numbers)) if len(numbers) > 1 else 0.0
    error = cluster_error(numbers, groups, count)
    effect = (error / naive) ** 2 if naive > 0 else 1.0
    interval = share_interval(center, error, n=len(numbers), clusters=count, confidence=confidence)
    return Estimate(interval, error, naive, effect, len(numbers), count)


def share_interval(center: float, error: float, *, n: int, clusters: int, confidence: float = 0.95) -> Interval:
    """The interval of a share with a known standard error, from `n` values in so many independent `clusters`."""
    size = float(clusters)
    if error > 0:
        size = min(float(n), center * (1 - center) / error**2)
    side = (1 + confidence) / 2
    if 1 < clusters < n:
        size *= (student_quantile(side, n - 1) / student_quantile(side, clusters - 1)) ** 2
    right, wrong = center * size, (1 - center) * size
    low = float(beta_quantile(right, wrong + 1, 1 - side)[()]) if right > 0 else 0.0
    high = 1 - float(beta_quantile(wrong, right + 1, 1 - side)[()]) if wrong > 0 else 1.0
    return Interval(center, min(low, center), max(high, center), confidence, n, METHOD)


def compare(
    before: Sequence[bool],
    after: Sequence[bool],
    clusters: Sequence[Hashable],
    *,
    margin: float = 0.02,
    confidence: float = 0.95,
) -> ClusteredComparison:
    """What the same cases show about two versions when cases of one cluster are alike.

    `hold` when proved worse, else `ship` when proved not worse by `margin`: Tango's statistic over the root of the
    design effect (at least 1), against Student's t with one degree of freedom less than clusters. A few clusters in
    which little changed would look like independent cases, and the one that falls as a whole would go unseen: so the
    effect is found with two more clusters, as adjusted intervals of shares add outcomes (Bonett and Price, 2012).
    """
    check_share("margin", margin)
    check_share("confidence", confidence)
    change = _changes(before, after)
    groups, count = grouped(clusters, len(change))
    n, lost, won = len(change), int((change < 0).sum()), int((change > 0).sum())
    effect = _cautious_effect(change, groups, count)
    freedom = max(1, count - 1)
    statistic = paired.tango_z(lost, won, n, -margin) / math.sqrt(effect)
    worse, not_worse = flip_p_value(_sums(change, groups, count)), student_cdf(-statistic, freedom)
    verdict: Verdict = "hold" if worse <= 1 - confidence else "ship" if not_worse <= 1 - confidence else "undecided"
    z = student_quantile((1 + confidence) / 2, freedom) * math.sqrt(effect)
    low, high = (float(bound[()]) for bound in paired.difference_bounds(lost, won, n, z=z))
    return ClusteredComparison(
        lost=lost,
        won=won,
        n=n,
        clusters=count,
        difference=Interval((won - lost) / n, low, high, confidence, n, COMPARISON),
        p_worse=worse,
        p_not_worse=not_worse,
        design_effect=effect,
        margin=margin,
        achievable_margin=paired.achievable_margin((lost + won) / n, max(1, round(n / effect)), confidence),
        verdict=verdict,
    )


def flip_p_value(sums: Numbers) -> float:
    """The exact chance of a total of whole `sums` this low or lower if every sum were as likely to have the other sign.

    Sums of one size are a binomial; the sizes are convolved.
    """
    sizes, times = np.unique(np.abs(sums[sums != 0]).astype(np.int64), return_counts=True)
    chances: Numbers = np.ones(1)
    for size, count in zip(sizes.tolist(), times.tolist(), strict=True):
        part = np.zeros(size * count + 1)
        part[::size] = binomial_chance(np.arange(float(count + 1)), count, 0.5)
        chances = np.convolve(chances, part)
    risen = int(sums[sums > 0].sum())
    return min(1.0, float(chances[: risen + 1].sum()))


def design_effect(values: Numbers, groups: NDArray[np.intp], count: int) -> float:
    """The variance of the mean by clusters over that of independent values; never below 1, and 1 where nothing varies.

    A smaller one would be chance more often than truth.
    """
    if len(values) < 2 or values.std() == 0:
        return 1.0
    return max(1.0, cluster_error(values, groups, count) ** 2 * len(values) / float(values.var(ddof=1)))


def _cautious_effect(change: Numbers, groups: NDArray[np.intp], count: int) -> float:
    """The design effect with the two unseen clusters, each of the size that a case's cluster has on average."""
    sizes = np.bincount(groups, minlength=count)
    size = math.ceil(float(sizes @ sizes) / len(change))
    unseen = np.repeat(np.array(_UNSEEN), size)
    theirs = np.repeat(np.arange(count, count + len(_UNSEEN)), size)
    return design_effect(np.concatenate([change, unseen]), np.concatenate([groups, theirs]), count + len(_UNSEEN))


def cluster_error(values: Numbers, groups: NDArray[np.intp], count: int) -> float:
    """The cluster-robust standard error of a mean; 0 for a single cluster, which shows no spread."""
    if count < 2:
        return 0.0
    sums = _sums(values - values.mean(), groups, count)
    return math.sqrt(count / (count - 1) * float(sums @ sums)) / len(values)


def grouped(clusters: Sequence[Hashable], n: int) -> tuple[NDArray[np.intp], int]:
    """The number of each value's cluster, from 0, and how many clusters there are; without any, one for each value."""
    if not len(clusters):
        return np.arange(n), n
    if len(clusters) != n:
        raise UsageError(f"{len(clusters)} clusters for {n} values: name the cluster of every value")
    numbers: dict[Hashable, int] = {}
    groups = np.array([numbers.setdefault(cluster, len(numbers)) for cluster in clusters], dtype=np.intp)
    return groups, len(numbers)


def _sums(values: Numbers, groups: NDArray[np.intp], count: int) -> Numbers:
    return np.bincount(groups, weights=values, minlength=count).astype(np.float64)


def _shares(values: Sequence[float]) -> Numbers:
    numbers = np.asarray(values, dtype=np.float64)
    if not numbers.size or not ((numbers >= 0) & (numbers <= 1)).all():
        raise UsageError(f"{len(values)} values: at least one number, all from 0 to 1, are wanted")
    return numbers


def _changes(before: Sequence[bool], after: Sequence[bool]) -> Numbers:
    if len(before) != len(after) or not len(before):
        raise UsageError(
            f"{len(before)} outcomes before and {len(after)} after: pair the same cases, in the same order"
        )
    return np.asarray(after, dtype=bool).astype(np.float64) - np.asarray(before, dtype=bool)
