"""Cases that belong together: against statsmodels and brute force, and intervals that cover."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from vouch.errors import UsageError
from vouch.stats import binomial, clustered, paired


def _alike(random: np.random.Generator, clusters: int, each: int, rate: float = 0.9) -> np.ndarray:
    """Right or not: one row a cluster, whose cases have a rate of their own (intraclass correlation 1 / 3)."""
    return random.random((clusters, each)) < random.beta(2 * rate, 2 * (1 - rate), clusters)[:, None]


def test_the_standard_error_is_that_of_statsmodels() -> None:
    random = np.random.default_rng(1)
    groups = random.integers(0, 30, 200)
    values = (random.random(200) < 0.6 + 0.3 * (groups % 2)).astype(float)
    found = clustered.mean(values.tolist(), groups.tolist())
    theirs = sm.OLS(values, np.ones(200)).fit(cov_type="cluster", cov_kwds={"groups": groups})
    assert found.standard_error == pytest.approx(float(theirs.bse[0]), rel=1e-10)
    assert found.naive_error == pytest.approx(values.std(ddof=1) / math.sqrt(200))
    assert found.design_effect == pytest.approx((found.standard_error / found.naive_error) ** 2)
    assert (found.n, found.clusters) == (200, 30)


def test_without_clusters_the_interval_is_clopper_and_pearsons_at_nearly_that_size() -> None:
    found = clustered.mean([1.0] * 180 + [0.0] * 20).interval
    exact = binomial.interval(180, 200)
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), abs=1e-3)
    assert found.estimate == 0.9


def test_all_right_in_ten_clusters_is_no_more_than_ten_right() -> None:
    found = clustered.mean([1.0] * 100, [place // 10 for place in range(100)]).interval
    assert found.low <= binomial.interval(10, 10).low
    assert found.high == 1.0
    nothing = clustered.mean([0.0] * 100).interval
    assert (nothing.low, nothing.high) == pytest.approx((0.0, 1 - 0.025 ** (1 / 100)))
    assert clustered.mean([1.0]).interval.low == pytest.approx(0.025)


def test_intervals_cover_where_naive_ones_do_not() -> None:
    random = np.random.default_rng(2)
    names = np.arange(40).repeat(10).tolist()
    covered = naive = 0
    for _ in range(250):
        values = _alike(random, 40, 10).ravel().astype(float).tolist()
        found = clustered.mean(values, names).interval
        plain = binomial.interval(round(sum(values)), 400)
        covered += found.low <= 0.9 <= found.high
        naive += plain.low <= 0.9 <= plain.high
    assert covered / 250 >= 0.935
    assert naive / 250 <= 0.8


@given(st.integers(0, 30), st.integers(0, 30))
def test_flips_of_single_cases_are_exact_mcnemar(lost: int, won: int) -> None:
    sums = np.array([-1.0] * lost + [1.0] * won + [0.0] * 5)
    assert clustered.flip_p_value(sums) == pytest.approx(paired.p_worse(lost, won), rel=1e-9)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=9))
def test_flips_are_counted_exactly(sums: list[int]) -> None:
    flips = [sum(sign * value for sign, value in zip(signs, sums, strict=True))
             for signs in itertools.product((-1, 1), repeat=len(sums))]  # fmt: skip
    by_hand = sum(total <= sum(sums) for total in flips) / len(flips)
    assert clustered.flip_p_value(np.array(sums, dtype=float)) == pytest.approx(by_hand)


def test_single_case_clusters_compare_as_pairs_do() -> None:
    before = [True] * 480 + [False] * 20
    after = [False] * 3 + [True] * 485 + [False] * 12
    ours, pairs = clustered.compare(before, after, range(500)), paired.compare(before, after)
    assert (ours.lost, ours.won, ours.verdict) == (pairs.lost, pairs.won, pairs.verdict)
    assert ours.p_worse == pytest.approx(pairs.p_worse)
    assert ours.p_not_worse == pytest.approx(pairs.p_not_worse, rel=0.1)
    assert ours.difference.low == pytest.approx(pairs.difference.low, abs=1e-4)


def _compared(random: np.random.Generator, change: float) -> tuple[float, float, float]:
    """Conversations of 8 turns that change as one; the p-values, and the naive one for "worse"."""
    fell, rose = 0.04 - min(change, 0), 0.04 + max(change, 0)
    turned = random.choice([-1, 0, 1], p=[fell, 1 - fell - rose, rose], size=80).repeat(8)
    touched = np.where(random.random(640) < 0.9, turned, 0)
    before = np.where(touched < 0, True, np.where(touched > 0, False, random.random(640) < 0.9))
    after = np.where(touched == 0, before, touched > 0)
    found = clustered.compare(before.tolist(), after.tolist(), np.arange(80).repeat(8).tolist(), margin=0.1)
    return found.p_worse, found.p_not_worse, paired.p_worse(found.lost, found.won)


def test_comparisons_of_clusters_keep_the_promise_and_naive_ones_do_not() -> None:
    random = np.random.default_rng(3)
    same = np.array([_compared(random, 0.0) for _ in range(200)])
    worse = np.array([_compared(random, -0.1 / 0.9) for _ in range(200)])
    assert (same[:, 0] <= 0.05).mean() <= 0.05
    assert (same[:, 2] <= 0.05).mean() >= 0.15
    assert (worse[:, 1] <= 0.05).mean() <= 0.07
    assert (worse[:, 0] <= 0.05).mean() >= 0.5


@pytest.mark.parametrize("scattered", [0.0, 0.04])
@pytest.mark.parametrize(("count", "size"), [(20, 25), (50, 10), (100, 5)])
def test_what_falls_on_whole_clusters_is_not_shipped_since_none_was_seen(
    count: int, size: int, scattered: float
) -> None:
    random = np.random.default_rng(count)
    shipped = covered = 0
    for _ in range(150):
        chance = random.random(count * size)
        change = np.where(chance < scattered / 2, -1, np.where(chance > 1 - scattered / 2, 1, 0))
        change[(random.random(count) < 0.05).repeat(size)] = -1
        found = clustered.compare(
            (change <= 0).tolist(), (change >= 0).tolist(), np.arange(count).repeat(size).tolist(), margin=0.05
        )
        shipped += found.verdict == "ship"
        covered += found.difference.low <= -0.05 <= found.difference.high
    assert shipped <= 0.06 * 150
    assert covered >= 0.94 * 150


def test_verdicts() -> None:
    names = [place // 4 for place in range(400)]
    held = clustered.compare([True] * 400, [False] * 60 + [True] * 340, names)
    assert (held.verdict, held.clusters) == ("hold", 100)
    assert held.design_effect > 3
    assert clustered.compare([True] * 400, [True] * 400, names, margin=0.03).verdict == "ship"
    # A hundred clusters do not show that 2 % of them do not fall as a whole.
    assert clustered.compare([True] * 400, [True] * 400, names).verdict == "undecided"
    assert clustered.compare([True] * 40, [True] * 40, names[:40]).verdict == "undecided"
    assert clustered.compare([True, False], [True, True], ["one", "one"]).design_effect > 1.0
    assert clustered.compare([True, False], [True, True], ["one", "two"]).design_effect == 1.0
    one = clustered.compare([True] * 400, [True] * 400, ["one"] * 400, margin=0.2)
    assert (one.verdict, one.achievable_margin > 0.7) == ("undecided", True)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: clustered.mean([]), "0 values: at least one number"),
        (lambda: clustered.mean([0.5, 1.5]), "2 values: at least one number, all from 0 to 1"),
        (lambda: clustered.mean([0.5], confidence=95), "confidence = 95: a share"),
        (lambda: clustered.mean([0.5, 1], ["a"]), "1 clusters for 2 values"),
        (lambda: clustered.compare([True], [], ["a"]), "1 outcomes before and 0 after"),
        (lambda: clustered.compare([], [], []), "0 outcomes before and 0 after"),
        (lambda: clustered.compare([True], [True], ["a"], margin=2), "margin = 2: a share"),
    ],
)
def test_impossible_questions_are_answered_in_words(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()
