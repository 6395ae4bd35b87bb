"""Two versions on the same cases: is the new one better, worse, or not worse by more than a margin?

It does not know what the versions are; a case counts once, and cases are taken to be independent.

Only the cases whose outcome changed speak: `lost` were right and are now wrong, `won` the other way round. "Worse" is
the exact McNemar test, wrong at most as often as its level 1 - confidence; "not worse by the margin" is Tango's score
test (Statistics in Medicine, 1998), whose error rate is close to that level (up to 0.06 at 0.05 in simulations with 500
cases). Both are one-sided; where neither decides, the change stays undecided.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from vouch.errors import UsageError
from vouch.stats.binomial import check_share
from vouch.stats.special import Numbers, beta_cdf, normal_cdf, normal_quantile
from vouch.values.arrays import ArrayLike, np
from vouch.values.score import Interval, Verdict

METHOD: Final = "Tango score"

_BISECTIONS: Final = 41
"""Halvings of an interval of width at most 2 that leave less than 1e-12."""


class Comparison(Struct, frozen=True):
    """What two versions on the same n cases show.

    `difference` is (won - lost) / n with its two-sided interval. The p-values are exact McNemar's for "the new version
    is worse", "is better", "is different", and Tango's for "is not worse by `margin` or more". `cases_more` says how
    many more cases would probably decide (0 when decided).
    """

    lost: int
    won: int
    n: int
    difference: Interval
    p_worse: float
    p_better: float
    p_different: float
    p_not_worse: float
    margin: float
    achievable_margin: float
    cases_more: int
    verdict: Verdict


def worse_p_values(lost: ArrayLike, won: ArrayLike) -> Numbers:
    """`p_worse`, element by element."""
    fell, rose = np.broadcast_arrays(np.asarray(lost, dtype=np.float64), np.asarray(won, dtype=np.float64))
    return np.where(fell == 0, 1.0, beta_cdf(np.where(fell == 0, 1.0, fell), rose + 1, 0.5))


def p_worse(lost: int, won: int) -> float:
    """Exact one-sided McNemar: the chance of so many lost if losing and winning were equally likely."""
    _check_pairs(lost, won, max(1, lost + won))
    return float(worse_p_values(lost, won)[()])


def p_better(lost: int, won: int) -> float:
    """Exact one-sided McNemar: the chance of so many won if losing and winning were equally likely."""
    return p_worse(won, lost)


def p_different(lost: int, won: int) -> float:
    """Exact two-sided McNemar: twice the smaller side."""
    return min(1.0, 2 * min(p_worse(lost, won), p_better(lost, won)))


def variance(lost: ArrayLike, won: ArrayLike, n: ArrayLike, difference: ArrayLike) -> Numbers:
    """The variance of one case's difference if the true one is `difference`, by its likeliest chance of losing.

    2 q + difference (1 - difference), with q the root of Tango's likelihood equation; element by element.
    """
    counts = (np.asarray(each, dtype=np.float64) for each in (lost, won, n, difference))
    fell, rose, cases, value = np.broadcast_arrays(*counts)
    a = 2 * cases
    b = -(fell + rose) + (a - (rose - fell)) * value
    c = -fell * value * (1 - value)
    q = (np.sqrt(np.maximum(0.0, b * b - 4 * a * c)) - b) / (2 * a)
    return np.maximum(0.0, 2 * q + value * (1 - value))


def tango_statistics(lost: ArrayLike, won: ArrayLike, n: ArrayLike, difference: ArrayLike) -> Numbers:
    """`tango_z`, element by element."""
    gain = np.asarray(won) - np.asarray(lost) - np.asarray(n) * np.asarray(difference, dtype=np.float64)
    spread = np.sqrt(np.asarray(n, dtype=np.float64) * variance(lost, won, n, difference))
    certain = np.where(gain == 0, 0.0, np.copysign(np.inf, gain))
    return np.where(spread == 0, certain, gain / np.where(spread == 0, 1.0, spread))


def tango_z(lost: int, won: int, n: int, difference: float) -> float:
    """Tango's score statistic for "the true difference of accuracy, new - old, is at most `difference`".

    Large values speak for more. q is the maximum-likelihood chance of losing a case under that difference.
    """
    _check_pairs(lost, won, n)
    if not -1 < difference < 1:
        raise UsageError(f"difference = {difference!r}: a value between -1 and 1 is wanted")
    return float(tango_statistics(lost, won, n, difference)[()])


def p_not_worse(lost: int, won: int, n: int, margin: float) -> float:
    """Tango's p-value for "not worse by `margin` or more" (non-inferiority); `margin` is a share, such as 0.02."""
    check_share("margin", margin)
    return normal_cdf(-tango_z(lost, won, n, -margin))


def difference(lost: int, won: int, n: int, confidence: float = 0.95) -> Interval:
    """(won - lost) / n with Tango's two-sided score interval, found by bisection."""
    _check_pairs(lost, won, n)
    check_share("confidence", confidence)
    low, high = difference_bounds(lost, won, n, z=normal_quantile((1 + confidence) / 2))
    return Interval((won - lost) / n, float(low[()]), float(high[()]), confidence, n, METHOD)


def difference_bounds(lost: ArrayLike, won: ArrayLike, n: ArrayLike, *, z: ArrayLike) -> tuple[Numbers, Numbers]:
    """Where Tango's statistic is z and -z, element by element, to 1e-12: the two ends of an interval."""
    counts = (np.asarray(each, dtype=np.float64) for each in (lost, won, n, z))
    fell, rose, cases, limit = np.broadcast_arrays(*counts)
    estimate = (rose - fell) / cases
    limits = np.stack([limit, -limit])
    below, above = np.stack([np.full_like(estimate, -1.0), estimate]), np.stack([estimate, np.ones_like(estimate)])
    for _ in range(_BISECTIONS):
        middle = (below + above) / 2
        further = tango_statistics(fell, rose, cases, middle) > limits
        below, above = np.where(further, middle, below), np.where(further, above, middle)
    low, high = (below + above) / 2
    return low, high


def achievable_margin(churn: float, n: int, confidence: float = 0.95, power: float = 0.8) -> float:
    """The least margin that n cases prove with chance `power` when nothing changed but a share `churn` of outcomes.

    (z_confidence + z_power) sqrt(churn / n), at most 1, and at least what n cases prove by Tango's statistic if none of
    them changed: z^2 / (n + z^2). Churn is the share of cases whose outcome differs between runs.
    """
    if n < 1 or not 0 <= churn <= 1:
        raise UsageError(f"churn = {churn!r} of n = {n!r} cases: a share from 0 to 1 of at least one case is wanted")
    z = max(0.0, normal_quantile(confidence))
    return min(1.0, max(sum_of_quantiles(confidence, power) * math.sqrt(churn / n), z * z / (n + z * z)))


def cases_to_decide(lost: int, won: int, n: int, *, margin: float, confidence: float = 0.95, power: float = 0.8) -> int:
    """How many more cases would decide with chance `power` if cases went on changing as they did so far.

    Both statistics grow with the root of n: the nearer of "worse" (McNemar) and "not worse by the margin" (Tango) is
    counted. A rough plan, at least 1: it trusts the shares seen so far.
    """
    check_share("margin", margin)
    speaking = [tango_z(lost, won, n, -margin)]
    if lost > won:
        speaking.append((lost - won) / math.sqrt(lost + won))
    z = max(speaking)
    return max(1, math.ceil(n * (sum_of_quantiles(confidence, power) / z) ** 2) - n)


def compare(
    before: Sequence[bool], after: Sequence[bool], *, margin: float = 0.02, confidence: float = 0.95
) -> Comparison:
    """What the same cases show about two versions; place i of both is whether case i was right.

    `hold` when proved worse, else `ship` when proved not worse by `margin`, else `undecided`. Raises `UsageError` for
    sequences of different length or without any case.
    """
    if len(before) != len(after):
        raise UsageError(
            f"{len(before)} outcomes before and {len(after)} after: pair the same cases, in the same order"
        )
    lost = sum(was and not now for was, now in zip(before, after, strict=True))
    won = sum(now and not was for was, now in zip(before, after, strict=True))
    n, level = len(before), 1 - confidence
    worse, not_worse = p_worse(lost, won), p_not_worse(lost, won, n, margin)
    verdict: Verdict = "hold" if worse <= level else "ship" if not_worse <= level else "undecided"
    more = cases_to_decide(lost, won, n, margin=margin, confidence=confidence) if verdict == "undecided" else 0
    return Comparison(
        lost=lost,
        won=won,
        n=n,
        difference=difference(lost, won, n, confidence),
        p_worse=worse,
        p_better=p_better(lost, won),
        p_different=p_different(lost, won),
        p_not_worse=not_worse,
        margin=margin,
        achievable_margin=achievable_margin((lost + won) / n, n, confidence),
        cases_more=more,
        verdict=verdict,
    )


def _check_pairs(lost: int, won: int, n: int) -> None:
    if n < 1 or lost < 0 or won < 0 or lost + won > n:
        raise UsageError(f"lost = {lost!r}, won = {won!r} of n = {n!r}: counts within at least one case are wanted")


def sum_of_quantiles(confidence: float, power: float) -> float:
    """The normal quantile of the confidence plus that of the power: what a statistic must reach to decide."""
    check_share("confidence", confidence)
    check_share("power", power)
    return max(0.0, normal_quantile(confidence) + normal_quantile(power))
