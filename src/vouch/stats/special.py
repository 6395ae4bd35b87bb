"""Distribution functions that the other files need, in NumPy alone: beta, binomial, normal and Student.

It does not know what is tested with them. SciPy has them all and more, but takes longer to import than a proof takes.

The incomplete beta function is the continued fraction of Didonato and Morris (ACM TOMS 18, 1992) times a binomial
chance, which is computed by Loader's deviances ("Fast and accurate computation of binomial probabilities", 2000) so
that nothing is lost where counts are large.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache
from statistics import NormalDist
from typing import Final, TypeVar

from vouch.values.arrays import ArrayLike, Numbers, np

Number = TypeVar("Number", float, Numbers)

_NORMAL: Final = NormalDist()
_STIRLING: Final = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)
_STIRLING_FROM: Final = 16.0
_MOST_STEPS: Final = 100_000


def normal_cdf(z: float) -> float:
    """The chance that a standard normal number is at most z; small chances keep their digits."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def normal_cdfs(z: ArrayLike) -> Numbers:
    """`normal_cdf`, element by element."""
    return 0.5 * np.asarray(_erfc()(-np.asarray(z, dtype=np.float64) / math.sqrt(2)), dtype=np.float64)


@cache
def _erfc() -> np.ufunc:
    return np.frompyfunc(math.erfc, 1, 1)


def normal_quantile(p: float) -> float:
    """The z with `normal_cdf(z)` = p, for 0 < p < 1."""
    return _NORMAL.inv_cdf(p)


def student_cdf(t: float, freedom: float) -> float:
    """The chance that Student's t with so many degrees of freedom is at most t."""
    if math.isinf(t):
        return 1.0 if t > 0 else 0.0
    tail = 0.5 * float(beta_cdf(freedom / 2, 0.5, freedom / (freedom + t * t))[()])
    return tail if t < 0 else 1 - tail


@lru_cache(maxsize=256)
def student_quantile(p: float, freedom: float) -> float:
    """The t with `student_cdf(t, freedom)` = p, for 0 < p < 1."""
    if p == 0.5:
        return 0.0
    outside = 2 * min(p, 1 - p)
    share = float(beta_quantile(0.5, freedom / 2, 1 - outside)[()])
    rest = 1 - share if share < 0.5 else float(beta_quantile(freedom / 2, 0.5, outside)[()])
    return math.copysign(math.sqrt(freedom * (1 - rest) / rest), p - 0.5)


def binomial_chance(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> Numbers:
    """P(Bin(n, p) = k), element by element, for whole 0 <= k <= n and 0 < p < 1."""
    hits, trials, share = np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in (k, n, p)))
    shape = share.shape
    hits, trials, share = hits.ravel(), trials.ravel(), share.ravel()
    inside = (hits > 0) & (hits < trials)
    middle = _chance(np.where(inside, hits, 1.0), np.where(inside, trials - hits, 1.0), share, 1 - share)
    ends = np.exp(np.where(hits > 0, hits * np.log(share), (trials - hits) * np.log1p(-share)))
    return np.where(inside, middle, ends).reshape(shape)


def _chance(hits: Numbers, misses: Numbers, share: Numbers, other: Numbers) -> Numbers:
    """The binomial chance of so many hits and misses, both above 0 and perhaps not whole; other = 1 - share."""
    n = hits + misses
    log = _stirling(n) - _stirling(hits) - _stirling(misses) - _deviance(hits, n * share) - _deviance(misses, n * other)
    return np.exp(log) * np.sqrt(n / (2 * math.pi * hits * misses))


def beta_cdf(a: ArrayLike, b: ArrayLike, x: ArrayLike) -> Numbers:
    """The regularised incomplete beta function I_x(a, b), element by element, for a, b > 0 and 0 <= x <= 1."""
    first, second, at = np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in (a, b, x)))
    shape = at.shape
    first, second, at = first.ravel(), second.ravel(), at.ravel()
    far = at > first / (first + second)
    p, q = np.where(far, second, first), np.where(far, first, second)
    y = np.where(far, 1 - at, at)
    inner = (y > 0) & (y < 1)
    # Where nothing is to be computed, the mean stands in: there the fraction always ends.
    y = np.where(inner, y, p / (p + q))
    # The fraction wants 1 - x as well; where the two were exchanged, it is the x that was given.
    other = np.where(inner & far, at, 1 - y)
    value = np.where(inner, _near(p, q, y, other), 0.0)
    return np.where(far, 1 - value, value).reshape(shape)


def beta_quantile(a: ArrayLike, b: ArrayLike, p: ArrayLike) -> Numbers:
    """The x with I_x(a, b) = p, element by element, for a, b > 0 and 0 < p < 1.

    Newton's steps with Halley's correction, held between bounds that every step narrows.
    """
    first, second, chance = np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in (a, b, p)))
    shape = chance.shape
    first, second, chance = first.ravel(), second.ravel(), chance.ravel()
    low, high = np.zeros_like(chance), np.ones_like(chance)
    x = _guess(first, second, chance)
    spread = np.sqrt(first * second / (first + second + 1)) / (first + second)
    open_ = np.arange(len(x))
    for _ in range(100):
        at, one, two = x[open_], first[open_], second[open_]
        gap = beta_cdf(one, two, at) - chance[open_]
        low[open_], high[open_] = np.where(gap < 0, at, low[open_]), np.where(gap < 0, high[open_], at)
        following = _step(at, one, two, gap)
        strayed = ~((following >= low[open_]) & (following <= high[open_]))
        following = np.where(strayed, (low[open_] + high[open_]) / 2, following)
        x[open_] = np.where(gap == 0, at, following)
        # A step this short leaves an error of its third power.
        open_ = open_[(gap != 0) & (np.abs(following - at) > 1e-6 * np.minimum(np.minimum(at, 1 - at), spread[open_]))]
        if not open_.size:
            break
    return x.reshape(shape)


def _guess(a: Numbers, b: Numbers, p: Numbers) -> Numbers:
    """The quantile of the normal distribution with the same mean and spread on the logit scale."""
    z = np.array([normal_quantile(each) for each in np.unique(p)])[np.unique(p, return_inverse=True)[1]]
    logit = np.log(a / b) + z * np.sqrt(1 / a + 1 / b) - (z * z - 1) / 6 * (1 / a - 1 / b)
    return 1 / (1 + np.exp(-np.clip(logit, -600, 30)))


def _step(x: Numbers, a: Numbers, b: Numbers, gap: Numbers) -> Numbers:
    """Where Halley's method goes next from x, where the function exceeds its goal by `gap`."""
    slope = a * b / (a + b) * _chance(a, b, x, 1 - x) / (x * (1 - x))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        newton = gap / slope
        bend = newton * ((a - 1) / x - (b - 1) / (1 - x)) / 2
        return x - newton / np.maximum(0.5, 1 - bend)


def _near(a: Numbers, b: Numbers, x: Numbers, y: Numbers) -> Numbers:
    """I_x(a, b) where x is at most about the mean; y = 1 - x."""
    alone = len(a) == 1
    fraction = _fraction(float(a[0]), float(b[0]), float(x[0]), float(y[0])) if alone else _fraction(a, b, x, y)
    return np.minimum(a * b / (a + b) * _chance(a, b, x, y) / fraction, 1.0)


def _fraction(a: Number, b: Number, x: Number, y: Number) -> Number:
    """The continued fraction by Lentz's method, all elements at once, until none moves any more."""
    drift = a * y - b * x + 1
    result = a * drift / (a + 1)
    upper, lower = result, 0 * result
    for m in range(1, _MOST_STEPS):
        double = a + (2 * m - 1)
        weight = m * (b - m) * x / double
        above = weight * x * (a + (m - 1)) * (a + b + (m - 1)) / double
        below = m + weight + (a + m) * (drift + m * (1 + y)) / (double + 2)
        lower = 1 / (below + above * lower)
        upper = below + above / upper
        change = upper * lower
        result = result * change
        if m % 4 == 0 and np.max(abs(change - 1), initial=0.0) < 1e-15:
            break
    return result


def _stirling(z: Numbers) -> Numbers:
    """What Stirling's formula leaves out of log z!, for z > 0: the series above 16, and below by stepping up to it."""
    rest, z = np.zeros_like(z), z.copy()
    while (small := np.flatnonzero(z < _STIRLING_FROM)).size:
        low = z[small]
        rest[small] += (low + 0.5) * np.log1p(1 / low) - 1
        z[small] = low + 1
    square = 1 / (z * z)
    series = np.zeros_like(z)
    for weight in reversed(_STIRLING):
        series = series * square + weight
    return rest + series / z


def _deviance(x: Numbers, mean: Numbers) -> Numbers:
    """X log(x / mean) + mean - x, by its series where the two are close, so that no digits cancel."""
    v = (x - mean) / (x + mean)
    near = np.abs(v) < 0.1
    square = np.where(near, v * v, 0.0)
    series = np.zeros_like(x)
    for power in range(10, 0, -1):
        series = (series + 1 / (2 * power + 1)) * square
    return np.where(near, (x - mean) * v + 2 * x * v * series, x * np.log(x / mean) + mean - x)
