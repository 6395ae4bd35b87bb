"""Thresholds that are proven to hold a bar: from which expected gain on a question goes to the strong model.

It does not know how the gain is predicted, nor who asks the models.

The cases are a random sample of the traffic on which nothing was learned. Thresholds are tried in a fixed order, from
"everything to the strong model" to ever fewer calls, each with an exact p-value for "this breaks the bar"; the walk
ends at the first that is not proven, and the last proven one is certified. So a broken bar is certified with a chance
of at most 1 - confidence, however many thresholds there are (fixed-sequence testing; Angelopoulos et al., 2021, "Learn
then Test"). The threshold that looks right on the cases breaks its promise in about half of all deployments.

The p-values. Let D be by how much a case lies above the bar, from -1 to 1; its mean is to be above 0. `sign` replaces
each D by its sign with the chance |D|, else by 0, which keeps the mean; wins among the wins and losses are then exactly
binomial. The coins are the same for all thresholds. `tail` is the binomial tail itself, for a bar that is a score and
scores that are 0 or 1. `betting` is a bet that cannot be won while the mean is at most 0. All are valid at any n.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from vouch.errors import UsageError
from vouch.stats import betting
from vouch.stats.binomial import check_share, tail

Method = Literal["sign", "tail", "betting"]
"""How a threshold is proven: see above. All hold; they differ in how many cases they need."""

_NEAR: Final = 0.9
"""From this bar on coins cost less than bets do: few of them fall."""

_METHODS: Final[Mapping[Method, str]] = {
    "sign": "fixed sequence, exact sign test on coins",
    "tail": "fixed sequence, exact binomial tail",
    "betting": "fixed sequence, betting (Waudby-Smith and Ramdas)",
}

STEPS: Final = 50

_FACTORS: Final = (2, 4, 8)
_WORTH: Final = 0.03
"""More cases are recommended once they save so much of all calls."""

Doubles = NDArray[np.float64]


class Case(NamedTuple):
    """One labelled question: its expected gain from the strong model, and the scores (0 to 1) of both models."""

    gain: float
    cheap: float
    strong: float


class More(NamedTuple):
    """With `cases` labelled cases, about the share `strong_share` would still go up (an estimate, not a proof)."""

    cases: int
    strong_share: float


class Route(Struct, frozen=True):
    """A certified route: a question goes to the strong model if and only if its gain >= `threshold`.

    `threshold` is -inf where everything goes up, which is also what is done when nothing can be certified; `certified`
    says which. `strong_share`, `score`, `strong_score` and `cheap_score` are those of the cases. `saving` is the share
    of the strong model's calls that is saved. `more` says what further cases would bring, None where little.
    """

    threshold: float
    certified: bool
    strong_share: float
    score: float
    strong_score: float
    cheap_score: float
    bar: float
    relative: bool
    confidence: float
    method: str
    n: int
    more: More | None = None

    @property
    def saving(self) -> float:
        """The share of the strong model's calls that is saved."""
        return 1 - self.strong_share

    def saved(self, *, cheap_cost: float, strong_cost: float, cascade: bool = False) -> float:
        """The share of the money that is saved, from mean costs a call; a cascade asks the cheap model every time."""
        if not (cheap_cost >= 0 and strong_cost > 0):
            raise UsageError(f"cheap_cost = {cheap_cost!r}, strong_cost = {strong_cost!r}: costs above 0 are wanted")
        cheap_share = 1.0 if cascade else 1 - self.strong_share
        return 1 - (self.strong_share * strong_cost + cheap_share * cheap_cost) / strong_cost

    def goes_up(self, gain: float) -> bool:
        """Whether a question of this gain goes to the strong model."""
        return not gain < self.threshold

    def __str__(self) -> str:
        what = f"at least {self.bar:.1%}" + (" of the strong model's score" if self.relative else " right")
        if not self.certified:
            told = f"cannot certify {what} with {self.n:,} cases: everything goes to the strong model"
        else:
            told = (
                f"certified {what} at {self.confidence:.0%} confidence with {self.n:,} cases: "
                f"{self.strong_share:.1%} of the questions go to the strong model"
            )
        if self.more is None:
            return f"{told} ({self.method})"
        return f"{told} ({self.method}); with {self.more.cases:,} cases about {self.more.strong_share:.0%} would"


class _Sample(NamedTuple):
    """Cases in a random order that was fixed beforehand, and a uniform number each; arrays of shape (cases,)."""

    gain: Doubles
    cheap: Doubles
    strong: Doubles
    coin: Doubles

    def taken(self, places: NDArray[np.intp], coin: Doubles) -> _Sample:
        return _Sample(self.gain[places], self.cheap[places], self.strong[places], coin)


class _Bar(NamedTuple):
    """What is to be proven, and how."""

    bar: float
    relative: bool
    confidence: float
    method: Method

    def surplus(self, score: Doubles, strong: Doubles) -> Doubles:
        """By how much each case is above the bar; the mean is to be above 0."""
        return score - self.bar * strong if self.relative else score - self.bar


def certify(
    cases: Sequence[Case],
    *,
    bar: float,
    relative: bool = True,
    confidence: float = 0.95,
    method: Method | None = None,
    seed: int = 0,
    look_ahead: bool = True,
) -> Route:
    """The certified route with the fewest strong calls.

    `bar` is the least mean score: a share of the strong model's (`relative`) or a score by itself. Coins and order are
    drawn by `seed`, and `method` is chosen before looking; by itself it follows from the bar and the kind of scores.
    `look_ahead` also estimates what more cases would save. Raises `UsageError` for shares outside (0, 1), scores
    outside 0 to 1, and gains that are not numbers.
    """
    check_share("bar", bar)
    check_share("confidence", confidence)
    numbers = _numbers(cases)
    random = np.random.default_rng(seed)
    sample = _sample(numbers[random.permutation(len(numbers))], random.random(len(numbers)))
    wanted = _Bar(bar, relative, confidence, _method(sample, bar, method, relative=relative))
    found = _walk(sample, wanted)
    threshold = -math.inf if found is None else found
    up, share = sample.gain >= threshold, _share(sample, threshold)
    return Route(
        threshold,
        found is not None,
        share,
        _mean(np.where(up, sample.strong, sample.cheap)),
        _mean(sample.strong),
        _mean(sample.cheap),
        bar,
        relative,
        confidence,
        _METHODS[wanted.method],
        len(numbers),
        _more(sample, wanted, share) if look_ahead else None,
    )


def naive_threshold(cases: Sequence[Case], *, bar: float, relative: bool = True) -> float:
    """The threshold with the fewest strong calls whose observed score holds the bar; kept to be compared with."""
    numbers = _numbers(cases)
    sample = _sample(numbers, numbers[:, 0])
    wanted = _Bar(bar, relative, 0.5, "betting")
    thresholds = _thresholds(sample.gain)
    good = [threshold for threshold in thresholds if _mean(_surplus(sample, threshold, wanted)) >= 0]
    return good[-1] if good else -math.inf


def _numbers(cases: Sequence[Case]) -> Doubles:
    numbers = np.array(cases, dtype=np.float64).reshape(-1, 3)
    if np.isnan(numbers).any() or not ((numbers[:, 1:] >= 0) & (numbers[:, 1:] <= 1)).all():
        raise UsageError("a case without a gain, or with a score outside 0 to 1: give every case all three numbers")
    return numbers


def _sample(numbers: Doubles, coin: Doubles) -> _Sample:
    return _Sample(numbers[:, 0], numbers[:, 1], numbers[:, 2], coin)


def _method(sample: _Sample, bar: float, asked: Method | None, *, relative: bool) -> Method:
    binary = bool(np.isin(sample.cheap, (0, 1)).all() and np.isin(sample.strong, (0, 1)).all())
    if asked == "tail" and (relative or not binary):
        raise UsageError("method = 'tail': it needs a bar that is a score by itself, and scores that are 0 or 1")
    if asked is not None:
        return asked
    if not relative:
        return "tail" if binary else "betting"
    return "sign" if bar >= _NEAR else "betting"


def _mean(values: Doubles) -> float:
    return float(values.mean()) if len(values) else 0.0


def _share(sample: _Sample, threshold: float) -> float:
    return float((sample.gain >= threshold).mean()) if len(sample.gain) else 1.0


def _thresholds(gains: Doubles) -> list[float]:
    """From "all strong" to "all cheap", by steps of 1/50 of the cases; they do not depend on the scores."""
    if not len(gains):
        return []
    places = np.ceil(np.arange(1, STEPS) / STEPS * len(gains)).astype(np.intp) - 1
    inner = np.sort(gains)[np.maximum(places, 0)]
    return [-math.inf, *(float(threshold) for threshold in np.unique(inner)), math.inf]


def _surplus(sample: _Sample, threshold: float, wanted: _Bar) -> Doubles:
    return wanted.surplus(np.where(sample.gain >= threshold, sample.strong, sample.cheap), sample.strong)


def _walk(sample: _Sample, wanted: _Bar) -> float | None:
    """The last threshold that is proven before the first that is not.

    That everything may go to the strong model needs no proof where the bar is a share of its own score, and saves
    nothing: the walk then starts one step further.
    """
    last: float | None = None
    for threshold in _thresholds(sample.gain)[1 if wanted.relative else 0 :]:
        if _p_value(_surplus(sample, threshold, wanted), sample.coin, wanted) > 1 - wanted.confidence:
            break
        last = threshold
    return last


def _p_value(surplus: Doubles, coin: Doubles, wanted: _Bar) -> float:
    if wanted.method == "betting":
        return betting.p_value(surplus, least=wanted.bar, confidence=wanted.confidence)
    if wanted.method == "tail":
        return _tail(float((surplus < 0).sum()), len(surplus), wanted.bar)
    fallen = coin < np.abs(surplus)
    losses = float((fallen & (surplus < 0)).sum())
    return _tail(losses, int(fallen.sum()), 0.5)


def _tail(losses: float, n: int, share: float) -> float:
    return float(tail(np.array([losses]), np.array([float(n)]), share)[0]) if n else 1.0


def _more(sample: _Sample, wanted: _Bar, share: float) -> More | None:
    """The first number of cases, drawn again from those there are, that would save clearly more."""
    n = len(sample.gain)
    random = np.random.default_rng(1)
    for factor in _FACTORS if n else ():
        several: list[float] = []
        for _ in range(5):
            drawn = sample.taken(random.integers(0, n, factor * n), random.random(factor * n))
            found = _walk(drawn, wanted)
            several.append(1.0 if found is None else _share(drawn, found))
        expected = float(np.median(several))
        if expected <= share - _WORTH:
            return More(factor * n, expected)
    return None
