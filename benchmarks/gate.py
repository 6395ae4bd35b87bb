"""The gate over many simulated changes: how often it holds, ships and stays undecided, beside what others do.

It does not know any real app: outcomes of 500 questions are lost and won by chance, at a churn of 6 % and others.
"""

from __future__ import annotations

import math
import sys
import time

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import emit, machine, spread
from vouch.stats import binomial, paired, peeking, repeats, sequential
from vouch.stats.special import normal_quantile

QUESTIONS = 500
CHURN = 0.06
ACCURACY = 0.9
LIMIT = math.log(20)

GOALS = {
    "ship_worse_than_margin": "<= 0.05",
    "ship_worse_while_peeking": "<= 0.05",
    "hold_unchanged_while_peeking": "<= 0.05",
    "hold_unchanged": "<= 0.04",
    "hold_5pt": ">= 0.94",
    "hold_10pt": ">= 0.999",
    "hold_2pt_repeats": ">= 0.88",
    "ship_worse_than_margin_repeats": "<= 0.05",
    "mean_questions_unchanged": "<= 270",
    "decision_10000_ms": "<= 50",
}


def shares(churn: float, change: float) -> list[float]:
    """The chances that a question is lost, won, or stays as it was."""
    lost, won = churn / 2 - min(change, 0.0), churn / 2 + max(change, 0.0)
    return [lost, won, 1 - lost - won]


def scheduled(runs: int) -> dict[str, float]:
    """Ten looks: the table of verdicts, and of it the figures that have goals.

    `hold_*` are at a margin of 3 points, the default; the mean number of questions and what stays undecided at 5, which
    is the margin for this churn. The worst share of wrong ships is where a change is exactly as bad as the margin.
    """
    plan = sequential.schedule(QUESTIONS)
    found: dict[tuple[float, float, float], sequential.Forecast] = {}
    print(
        f"\n{len(plan.looks)} looks at {QUESTIONS} questions, {runs} runs: held / shipped / undecided, mean questions"
    )
    for churn in (0.02, 0.06, 0.10):
        for margin in (0.03, 0.05):
            cells: list[str] = []
            for change in (0.0, -0.01, -0.02, -margin, -margin - 0.01, -0.1, 0.01):
                one = sequential.forecast(plan, churn=churn, change=change, margin=margin, runs=runs, seed=len(found))
                found[churn, margin, change] = one
                cells.append(
                    f"{100 * change:+.0f}: {one.hold:.3f}/{one.ship:.3f}/{one.undecided:.3f} {one.mean_cases:.0f}"
                )
            print(f"  churn {churn:.0%}, margin {margin:.0%}: " + "; ".join(cells))
    five = sequential.forecast(plan, churn=CHURN, change=-0.05, margin=0.03, runs=runs, seed=1)
    wide = sequential.forecast(plan, churn=CHURN, change=-0.05, margin=0.05, runs=runs, seed=2)
    print(f"  5 points worse: held {five.hold:.4f} at a margin of 3 points, {wide.hold:.4f} at one of 5")
    return {
        "ship_worse_than_margin": max(one.ship for (_, margin, change), one in found.items() if change <= -margin),
        "hold_unchanged": max(found[CHURN, margin, 0.0].hold for margin in (0.03, 0.05)),
        "hold_5pt": five.hold,
        "hold_5pt_margin_5": wide.hold,
        "hold_10pt": min(found[CHURN, margin, -0.1].hold for margin in (0.03, 0.05)),
        "undecided_unchanged": found[CHURN, 0.05, 0.0].undecided,
        "mean_questions_unchanged": found[CHURN, 0.05, 0.0].mean_cases,
    }


def peeked(runs: int) -> dict[str, float]:
    """Looking after every question of 1,000: is anything ever held or shipped that should not be?"""
    cases = 2 * QUESTIONS
    figures: dict[str, float] = {}
    rows = (("hold_unchanged_while_peeking", 0.0, 0.05), ("ship_worse_while_peeking", -0.05, 0.05))
    print(f"\ne-process, looking after every one of {cases} questions, {runs} runs")
    for seed, (name, change, margin) in enumerate((*rows, ("catastrophe", -0.1, 0.05))):
        random = np.random.default_rng(seed)
        lost = won = np.zeros(runs)
        held, shipped = np.zeros(runs, dtype=bool), np.zeros(runs, dtype=bool)
        stopped = np.full(runs, float(cases))
        chances = shares(CHURN, change)
        for n in range(1, cases + 1):
            drawn = random.random(runs)
            lost = lost + (drawn < chances[0])
            won = won + ((drawn >= chances[0]) & (drawn < chances[0] + chances[1]))
            worse = peeking.worse_capital(lost, won) >= LIMIT
            safe = peeking.not_worse_capital(lost, won, n, margin) >= LIMIT
            stopped = np.where((worse | safe) & ~held & ~shipped, n, stopped)
            held, shipped = held | worse, shipped | safe
        print(
            f"  change {100 * change:+.0f} points, margin {margin:.0%}: ever held {held.mean():.4f}, ever shipped "
            f"{shipped.mean():.4f}, decided after {stopped.mean():.0f} on average"
        )
        if name in GOALS:
            figures[name] = float((held if name.startswith("hold") else shipped).mean())
    return figures


def repeated(runs: int) -> dict[str, float]:
    """Three runs of the new version against ten kept ones of the old, 4 % churn; 2 points are lost for good."""
    random = np.random.default_rng(4)
    # Rates of questions whose two runs differ with a chance of 4 %: mean p (1 - p) = 0.02.
    total = 0.02 / (ACCURACY * (1 - ACCURACY) - 0.02)
    held = wrong = kept = 0
    for run in range(runs):
        rates = random.beta(ACCURACY * total, (1 - ACCURACY) * total, QUESTIONS)
        fallen = np.where(random.random(QUESTIONS) < 0.02 / ACCURACY, 0.0, rates)
        before, after, same = (random.binomial(k, p) for k, p in ((10, rates), (3, fallen), (3, rates)))
        old = _runs(before, 10)
        found = repeats.compare(old, _runs(after, 3), margin=0.02, seed=run)
        held += found.p_worse <= 0.05
        wrong += found.p_not_worse <= 0.05
        kept += repeats.compare(old, _runs(same, 3), margin=0.02, seed=run).p_worse <= 0.05
    exact = binomial.interval(held, runs)
    print(
        f"\n3 runs against 10 kept ones, {runs} runs: 2 points worse held {held / runs:.4f} ({exact.low:.4f} to "
        f"{exact.high:.4f}) and passed at a margin of 2 points {wrong / runs:.4f}; unchanged held {kept / runs:.4f}"
    )
    return {
        "hold_2pt_repeats": held / runs,
        "hold_unchanged_repeats": kept / runs,
        "ship_worse_than_margin_repeats": wrong / runs,
    }


def _runs(right: NDArray[np.int64], runs: int) -> list[list[float]]:
    return [[1.0] * hits + [0.0] * (runs - hits) for hits in right.tolist()]


def naive(runs: int) -> dict[str, float]:
    """What simpler rules do with the same outcomes, seen once at the end."""
    random = np.random.default_rng(9)
    print(f"\nsimpler rules, {runs} runs")
    figures: dict[str, float] = {}
    blocked: list[float] = []
    passed: list[float] = []
    for churn in (0.03, 0.06, 0.10):
        cells: list[str] = []
        for change in (0.0, -0.01):
            lost, won, _ = random.multinomial(QUESTIONS, shares(churn, change), size=runs).T
            fails = float((won < lost).mean())
            (blocked if change == 0 else passed).append(fails if change == 0 else 1 - fails)
            any_lost = float((lost > 0).mean())
            cells.append(
                f"change {100 * change:+.0f}: fails {fails:.2f}, 'no question may regress' fails {any_lost:.2f}"
            )
        print(f"  'the score must not drop', churn {churn:.0%}: " + "; ".join(cells))
    for n in (100, 200, 500):
        lost, won, _ = random.multinomial(n, shares(CHURN, -0.05), size=runs).T
        through = float((paired.worse_p_values(lost, won) > 0.05).mean())
        print(f"  'fail only if significant', {n} questions, 5 points worse: lets {through:.2f} through")
        figures[f"significance_lets_5pt_through_{n}"] = through
    lost, won, _ = random.multinomial(QUESTIONS, shares(CHURN, -0.02), size=runs).T
    tolerated = float((won - lost >= -0.02 * QUESTIONS).mean())
    print(f"  'at most 2 points may be lost', 2 points worse: lets {tolerated:.2f} through")
    figures |= {
        "no_drop_blocks_unchanged_min": min(blocked),
        "no_drop_blocks_unchanged_max": max(blocked),
        "no_drop_passes_1pt_worse_min": min(passed),
        "no_drop_passes_1pt_worse_max": max(passed),
        "tolerance_2pt_passes_2pt_worse": tolerated,
    }
    return figures


def milliseconds() -> float:
    """The slowest of the gate's decisions on 10,000 pairs, median of 15."""
    random = np.random.default_rng(3)
    before = random.random(10_000) < ACCURACY
    after = np.where(random.random(10_000) < CHURN, random.random(10_000) < ACCURACY, before)
    was, now = before.tolist(), after.tolist()
    old, new = _runs(random.binomial(10, ACCURACY, 10_000), 10), _runs(random.binomial(3, ACCURACY, 10_000), 3)
    plan = sequential.schedule(10_000)
    calls = {
        "paired": lambda: paired.compare(was, now),
        "sequential": lambda: sequential.follow(was, now, schedule=plan, margin=0.02),
        "peeking": lambda: peeking.watch(was, now, margin=0.02),
        "repeats": lambda: repeats.compare(old, new),
    }
    print("\none decision on 10,000 questions")
    medians: list[float] = []
    for name, call in calls.items():
        times: list[float] = []
        for _ in range(15):
            begun = time.perf_counter()
            call()
            times.append(1000 * (time.perf_counter() - begun))
        print(f"  {name:12} {spread(times, ' ms')}")
        medians.append(float(np.median(times)))
    return max(medians)


def main() -> None:
    """Print every table, then the figures."""
    quick = "--quick" in sys.argv
    runs = 20_000 if quick else 100_000
    print(f"the gate: {QUESTIONS} questions, nominal 5 %, z = {normal_quantile(0.95):.3f}, on {machine()}")
    figures = scheduled(runs) | peeked(1000 if quick else 10_000) | repeated(500 if quick else 10_000) | naive(runs)
    figures["decision_10000_ms"] = milliseconds()
    emit("gate", figures, GOALS)


if __name__ == "__main__":
    main()
