"""Bets that cannot be won while a hypothesis is true: exact p-values and bounds for means, whatever their shape.

It does not know what is bet on: numbers with a known least value, each independent of those before.

A capital starts at 1 and a share of it is staked on every number; if the hypothesis is true it does not grow on
average, so it ever reaches 1 / (1 - confidence) with a chance of at most 1 - confidence (Ville, 1939). Stakes follow
Waudby-Smith and Ramdas ("Estimating means of bounded random variables by betting", 2024). They depend on the numbers
before only: the order must be random, or that of arrival, and not chosen after looking.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from vouch.errors import UsageError
from vouch.stats.binomial import check_share
from vouch.stats.special import Numbers
from vouch.values.arrays import ArrayLike, np
from vouch.values.score import Interval

METHOD: Final = "betting (Waudby-Smith and Ramdas)"

RATES: Final = (0.02, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85)
"""Error rates that the test of a claim bets on, as shares of the rate that the claim allows."""

_PRIOR: Final = 0.025
"""The variance assumed before the first number, for a least value of -1."""

_MOST: Final = 0.9
"""The largest share of the capital that one number may cost."""

_BISECTIONS: Final = 40


def p_value(values: Sequence[float] | Numbers, *, least: float, confidence: float = 0.95) -> float:
    """The p-value for "the mean is at most 0", of numbers of which none is below -`least`; `least` is above 0.

    `confidence` tunes the stakes only; the p-value is valid for any level. 1 where there are no numbers.
    """
    check_share("confidence", confidence)
    numbers = np.asarray(values, dtype=np.float64)
    if not least > 0 or (numbers.size and not float(numbers.min()) >= -least - 1e-12):
        raise UsageError(f"least = {least!r}: every number is to be at least -{least!r}, and that below 0")
    if not numbers.size:
        return 1.0
    stakes = np.minimum(_stakes(numbers, confidence, scale=least), _MOST / least)
    return float(min(1.0, np.exp(-np.log1p(stakes * numbers).cumsum().max())))


def fewest(value: float, *, least: float, confidence: float = 0.95) -> int:
    """How many numbers, all of them this `value` above 0, it takes at the very least to show a mean above 0."""
    check_share("confidence", confidence)
    if not (value > 0 and least > 0):
        raise UsageError(f"value = {value!r}, least = {least!r}: numbers above 0 are wanted")
    return math.ceil(-math.log(1 - confidence) / math.log1p(_MOST / least * value))


def lower_bound(values: Sequence[float] | Numbers, confidence: float = 0.95) -> float:
    """The one-sided lower bound of the mean of numbers from 0 to 1; it holds even if looked at after every number."""
    check_share("confidence", confidence)
    numbers = np.asarray(values, dtype=np.float64)
    if not ((numbers >= 0) & (numbers <= 1)).all():
        raise UsageError("a value outside 0 to 1: shares are wanted")
    if not numbers.size:
        return 0.0
    stakes, limit = _stakes(numbers, confidence, scale=1.0), -math.log(1 - confidence)
    low, high = 0.0, 1.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        capital = np.log1p(np.minimum(stakes, _MOST / middle) * (numbers - middle)).cumsum().max()
        low, high = (middle, high) if capital >= limit else (low, middle)
    return low


def interval(values: Sequence[float] | Numbers, confidence: float = 0.95) -> Interval:
    """The two-sided interval of the mean of numbers from 0 to 1; each side misses with half of 1 - confidence."""
    check_share("confidence", confidence)
    numbers = np.asarray(values, dtype=np.float64)
    if not numbers.size:
        raise UsageError("no values: an interval needs at least one")
    side, center = (1 + confidence) / 2, float(numbers.mean())
    low, high = lower_bound(numbers, side), 1 - lower_bound(1 - numbers, side)
    return Interval(center, min(low, center), max(high, center), confidence, len(numbers), METHOD)


def claim_capital(errors: ArrayLike, n: ArrayLike, claim: float) -> Numbers:
    """The logarithm of the capital that bets on "at least the share `claim` is right", element by element.

    Mean over `RATES` of (q / a)^errors ((1 - q) / (1 - a))^right, where a = 1 - claim and q = a rate. Depends on the
    counts alone.
    """
    check_share("claim", claim)
    wrong, cases = np.asarray(errors, dtype=np.float64)[..., None], np.asarray(n, dtype=np.float64)[..., None]
    rates = np.array(RATES) * (1 - claim)
    logs = wrong * np.log(np.array(RATES)) + (cases - wrong) * (np.log1p(-rates) - math.log(claim))
    most = logs.max(axis=-1)
    return most + np.log(np.exp(logs - most[..., None]).mean(axis=-1))


def proves(errors: int, n: int, claim: float, confidence: float = 0.95) -> bool:
    """Whether `errors` in n cases prove the claim, although somebody looks after every case and stops when it suits."""
    check_share("confidence", confidence)
    if not 0 <= errors <= n:
        raise UsageError(f"{errors!r} errors in {n!r}: counts with 0 <= errors <= n are wanted")
    return float(claim_capital(errors, n, claim)[()]) >= -math.log(1 - confidence)


def _stakes(numbers: Numbers, confidence: float, *, scale: float) -> Numbers:
    """sqrt(2 log(1 / (1 - confidence)) / (n v)), with v the variance of the numbers before, each time."""
    n = len(numbers)
    seen = np.arange(2, n + 2)
    means = numbers.cumsum() / seen
    prior = _PRIOR * scale * scale
    variances = (prior + ((numbers - means) ** 2).cumsum()) / seen
    before = np.concatenate([[prior], variances[:-1]])
    return np.sqrt(2 * math.log(1 / (1 - confidence)) / (n * before))
