"""Shares of right answers, exactly: Clopper-Pearson bounds, claims proven, and how many cases a proof needs.

It does not know what a case is, or how cases were drawn: they are taken to be independent.

Every bound inverts the exact binomial tail (Clopper and Pearson, 1934), so none collapses at 0 or at n: 500 right of
500 prove at least 99.4 %, not 100 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from vouch.errors import UsageError
from vouch.stats.special import Numbers, beta_cdf, beta_quantile
from vouch.values.arrays import ArrayLike, np
from vouch.values.score import Interval

METHOD: Final = "Clopper-Pearson"

_MOST_ERRORS: Final = 2**18
"""A plan that would need more errors than this is refused: claim and accuracy are then too close to tell apart."""


def check_share(name: str, value: float) -> None:
    """Raise a `UsageError` unless `value` lies strictly between 0 and 1."""
    if not 0 < value < 1:
        raise UsageError(f"{name} = {value!r}: a share strictly between 0 and 1 is wanted, such as 0.95")


def check_counts(right: int, n: int) -> None:
    """Raise a `UsageError` unless 0 <= right <= n."""
    if not 0 <= right <= n:
        raise UsageError(f"{right!r} of {n!r}: counts with 0 <= right <= n are wanted")


def tail(errors: Numbers, n: Numbers, target: float) -> Numbers:
    """P(Bin(n, 1 - target) <= errors), element by element: the exact tail, as a regularised incomplete beta function.

    `errors` and `n` are whole numbers of one shape; where errors >= n the answer is 1.
    """
    whole = errors >= n
    inside: Numbers = beta_cdf(np.where(whole, 1.0, n - errors), errors + 1.0, target)
    return np.where(whole, 1.0, inside)


def p_value(errors: int, n: int, target: float) -> float:
    """The chance of so few errors in n cases if the true share of right answers were only `target`."""
    check_counts(errors, n)
    check_share("target", target)
    return float(tail(np.array([float(errors)]), np.array([float(n)]), target)[0])


def lower_bound(right: int, n: int, confidence: float = 0.95) -> float:
    """The one-sided exact lower bound: the largest share that `right` of `n` prove at `confidence`."""
    check_counts(right, n)
    check_share("confidence", confidence)
    return float(lower_bounds(right, n, confidence)[()])


def lower_bounds(right: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> Numbers:
    """`lower_bound`, element by element."""
    hits, cases = np.broadcast_arrays(np.asarray(right, dtype=np.float64), np.asarray(n, dtype=np.float64))
    none = hits == 0
    return np.where(none, 0.0, beta_quantile(np.where(none, 1.0, hits), cases - hits + 1, 1 - confidence))


def upper_bound(right: int, n: int, confidence: float = 0.95) -> float:
    """The one-sided exact upper bound: the smallest share that `right` of `n` leave possible at `confidence`."""
    return 1 - lower_bound(n - right, n, confidence)


def interval(right: int, n: int, confidence: float = 0.95) -> Interval:
    """The two-sided exact interval; each side misses with at most (1 - confidence) / 2."""
    check_share("confidence", confidence)
    if n == 0:
        raise UsageError("0 of 0: an interval needs at least one case")
    side = (1 + confidence) / 2
    low, high = lower_bound(right, n, side), upper_bound(right, n, side)
    return Interval(right / n, low, high, confidence, n, METHOD)


def intervals(right: Sequence[int], n: Sequence[int], confidence: float = 0.95) -> tuple[Interval | None, ...]:
    """`interval`, element by element; None where n is 0."""
    for hits, cases in zip(right, n, strict=True):
        check_counts(hits, cases)
    check_share("confidence", confidence)
    side, wrong = (1 + confidence) / 2, np.asarray(n) - np.asarray(right)
    lows, highs = lower_bounds(right, n, side), 1 - lower_bounds(wrong, n, side)
    return tuple(
        Interval(hits / cases, low, high, confidence, cases, METHOD) if cases else None
        for hits, cases, low, high in zip(right, n, lows.tolist(), highs.tolist(), strict=True)
    )


def proves(right: int, n: int, claim: float, confidence: float = 0.95) -> bool:
    """Whether `right` of `n` prove that at least the share `claim` is right."""
    check_share("confidence", confidence)
    return p_value(n - right, n, claim) <= 1 - confidence


def refutes(right: int, n: int, claim: float, confidence: float = 0.95) -> bool:
    """Whether `right` of `n` prove that less than the share `claim` is right."""
    check_share("claim", claim)
    return upper_bound(right, n, confidence) < claim


def cases_to_prove(claim: float, errors: int, confidence: float = 0.95) -> int:
    """The fewest cases that prove `claim` when exactly `errors` of them are wrong."""
    check_share("claim", claim)
    check_share("confidence", confidence)
    if errors < 0:
        raise UsageError(f"errors = {errors!r}: a count of 0 or more is wanted")
    return int(_fewest(claim, np.array([float(errors)]), 1 - confidence)[0])


def cases_for_power(claim: float, accuracy: float, confidence: float = 0.95, power: float = 0.8) -> int:
    """The fewest cases with which a true `accuracy` proves `claim` with chance `power`, planned before looking.

    The chance of a proof is a saw of n: it is highest where one more error has just become affordable, so only those n
    are looked at, and these chances rise (but for the last digits, hence sixteen are looked at before a stretch is
    passed over).
    """
    for name, value in (("claim", claim), ("accuracy", accuracy), ("confidence", confidence), ("power", power)):
        check_share(name, value)
    if accuracy <= claim:
        raise UsageError(f"accuracy {accuracy!r} does not exceed the claim {claim!r}: no number of cases proves it")
    first, last = 0, 64
    while last <= _MOST_ERRORS:
        if _plans(claim, accuracy, confidence, power, range(last - 16, last)).size:
            return int(_plans(claim, accuracy, confidence, power, range(first, last))[0])
        first, last = last, 2 * last
    raise UsageError(f"accuracy {accuracy!r} is too close to the claim {claim!r}: claim less, or be right more often")


def _plans(claim: float, accuracy: float, confidence: float, power: float, errors: range) -> Numbers:
    """The fewest cases for each affordable number of errors, where they prove the claim with the chance wanted."""
    affordable = np.array(errors, dtype=np.float64)
    cases = _fewest(claim, affordable, 1 - confidence)
    return cases[tail(affordable, cases, accuracy) >= power]


def _fewest(claim: float, errors: Numbers, level: float) -> Numbers:
    """For each number of errors the fewest cases whose tail is at most `level`, by bisection: the tail falls in n."""
    low = errors.copy()
    high = errors + 1.0
    while (short := tail(errors, high, claim) > level).any():
        low = np.where(short, high, low)
        high = np.where(short, 2.0 * high, high)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        short = tail(errors, middle, claim) > level
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return high
