"""How often a certified route breaks its promise, where the truth is known: the questions are all there are.

It does not know how gains were learned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vouch.routing.certify import Case, Method, certify, naive_threshold

Doubles = NDArray[np.float64]


class Population(NamedTuple):
    """All questions there are: gains and both scores, of shape (questions,)."""

    name: str
    gain: Doubles
    cheap: Doubles
    strong: Doubles

    def score(self, threshold: float) -> float:
        """The true mean score of a route."""
        return float(np.where(self.gain >= threshold, self.strong, self.cheap).mean())

    def share(self, threshold: float) -> float:
        """The true share of strong calls."""
        return float((self.gain >= threshold).mean())

    def least_share(self, bar: float, *, relative: bool) -> float:
        """The share of the best threshold, for one who knows the truth."""
        wanted = bar * float(self.strong.mean()) if relative else bar
        return min(
            (self.share(each) for each in np.quantile(self.gain, np.arange(201) / 200) if self.score(each) >= wanted),
            default=1.0,
        )


class Held(NamedTuple):
    """Over all resamples: how often the bar was broken, and the mean share of strong calls."""

    broken: float
    strong_share: float


Choice = Callable[[Sequence[Case], float, int], float | None]
"""From cases, bar and seed to a threshold, or None for "cannot certify"."""


def by_proof(method: Method, *, relative: bool = True) -> Choice:
    """The certified threshold."""

    def chosen(cases: Sequence[Case], bar: float, seed: int) -> float | None:
        route = certify(cases, bar=bar, relative=relative, method=method, seed=seed, look_ahead=False)
        return route.threshold if route.certified else None

    return chosen


def by_eye(cases: Sequence[Case], bar: float, seed: int) -> float | None:  # noqa: ARG001
    """The threshold that looks right."""
    return naive_threshold(cases, bar=bar)


def resample(population: Population, choice: Choice, *, bar: float, n: int, runs: int, relative: bool = True) -> Held:
    """`runs` samples of n labelled questions, drawn with replacement."""
    random = np.random.default_rng(n)
    wanted = bar * float(population.strong.mean()) if relative else bar
    broken, shares = 0, 0.0
    for run in range(runs):
        drawn = random.integers(0, len(population.gain), n)
        cases = np.stack([population.gain[drawn], population.cheap[drawn], population.strong[drawn]], axis=1)
        threshold = choice([Case(*row) for row in cases.tolist()], bar, run)
        broken += threshold is not None and population.score(threshold) < wanted - 1e-12
        shares += 1.0 if threshold is None else population.share(threshold)
    return Held(broken / runs, shares / runs)
