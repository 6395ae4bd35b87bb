"""Certified thresholds over many simulated deployments: how often a false one is certified, and what is answered alone.

It does not know any real model: confidences are drawn from a Beta distribution and are right as often as they say.
"""

from __future__ import annotations

import sys
import time
from typing import NamedTuple

import numpy as np
from scipy.special import betainc

from benchmarks.report import emit, machine
from vouch.stats.binomial import interval
from vouch.stats.selective import Trials, naive_threshold, select_threshold


class Population(NamedTuple):
    """Confidences from Beta(a, b); `accuracy` and AUROC as measured on real systems."""

    name: str
    a: float
    b: float

    def sample(self, random: np.random.Generator, n: int) -> Trials:
        """Draw n trials."""
        confidence = random.beta(self.a, self.b, n)
        return list(zip(confidence.tolist(), (random.random(n) < confidence).tolist(), strict=True))

    def accuracy(self, threshold: float) -> float:
        """The true accuracy of what is answered at a threshold."""
        above = 1 - float(betainc(self.a, self.b, max(threshold, 0.0)))
        right = 1 - float(betainc(self.a + 1, self.b, max(threshold, 0.0)))
        return 1.0 if above <= 0 else self.a / (self.a + self.b) * right / above


class Found(NamedTuple):
    """Over all runs: shares of runs with a false threshold, certified and naive, and the mean coverage."""

    false: float
    naive_false: float
    coverage: float


POPULATIONS = (
    (Population("validator", 3.725, 0.1674), 0.98),
    (Population("validator", 3.725, 0.1674), 0.99),
    (Population("agreement", 5.989, 0.4508), 0.95),
    (Population("prompt_only", 13.61, 1.563), 0.95),
)
"""Overall accuracy .957, .930, .897 and AUROC .92, .84, .72."""


def simulate(population: Population, target: float, n: int, runs: int, seed: int) -> Found:
    """`runs` calibration samples of n, each with as many trials to tune on."""
    random = np.random.default_rng(seed)
    false = naive_false = coverage = 0.0
    for _ in range(runs):
        sample, tuning = population.sample(random, n), population.sample(random, n)
        found = select_threshold(sample, target=target, tuning=tuning)
        picked = naive_threshold(sample, target)
        false += found.threshold is not None and population.accuracy(found.threshold) < target
        naive_false += picked is not None and population.accuracy(picked) < target
        coverage += found.coverage
    return Found(false / runs, naive_false / runs, coverage / runs)


def milliseconds(n: int) -> float:
    """The median time of one call on n calibration and n tuning trials."""
    random = np.random.default_rng(1)
    population = POPULATIONS[0][0]
    sample, tuning = population.sample(random, n), population.sample(random, n)
    times: list[float] = []
    for _ in range(50):
        begun = time.perf_counter()
        select_threshold(sample, target=0.98, tuning=tuning)
        times.append(1000 * (time.perf_counter() - begun))
    return float(np.median(times))


def main() -> None:
    """Print every population, then the figures."""
    runs = 500 if "--quick" in sys.argv else 10_000
    print(f"certified thresholds: {runs} runs each, nominal 5 %, on {machine()}")
    worst, least_naive = 0.0, 1.0
    coverage: dict[str, float] = {}
    for seed, (population, target) in enumerate(POPULATIONS):
        for n in (500, 2000):
            found = simulate(population, target, n, runs, seed)
            exact = interval(round(found.false * runs), runs)
            print(
                f"  {population.name:12} target {target:.0%}, n = {n:4}: false {found.false:.4f} "
                f"({exact.low:.4f} to {exact.high:.4f}), naive {found.naive_false:.3f}, "
                f"answers alone {found.coverage:.2f}"
            )
            worst, least_naive = max(worst, found.false), min(least_naive, found.naive_false)
            coverage[f"{population.name}_{round(100 * target)}_{n}"] = found.coverage
    figures = {"worst_false_rate": worst, "least_naive_false_rate": least_naive, "call_ms": milliseconds(1500)}
    emit("selective", figures | coverage, {"worst_false_rate": "<= 0.05", "call_ms": "<= 20"})


if __name__ == "__main__":
    main()
