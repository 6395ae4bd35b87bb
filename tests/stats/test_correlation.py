"""Correlations: those of SciPy, with intervals that cover."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from vouch.errors import UsageError
from vouch.stats import correlation

few = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=5, max_size=60)
many = st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=5, max_size=60)


@settings(max_examples=60)
@given(few | many)
def test_values_are_those_of_scipy(pairs: list[tuple[float, float]]) -> None:
    first, second = [float(a) for a, _ in pairs], [float(b) for _, b in pairs]
    if len(set(first)) < 2 or len(set(second)) < 2 or min(np.std(first), np.std(second)) < 1e-3:
        return
    assert correlation.spearman(first, second).estimate == pytest.approx(
        scipy_stats.spearmanr(first, second).statistic, abs=1e-9
    )
    assert correlation.kendall(first, second).estimate == pytest.approx(
        scipy_stats.kendalltau(first, second).statistic, abs=1e-9
    )
    assert correlation.pearson(first, second).estimate == pytest.approx(
        scipy_stats.pearsonr(first, second).statistic, abs=1e-9
    )


def test_pearsons_interval_is_that_of_scipy() -> None:
    random = np.random.default_rng(1)
    first = random.normal(size=50)
    second = first + random.normal(size=50)
    theirs = scipy_stats.pearsonr(first, second).confidence_interval(0.9)
    ours = correlation.pearson(first.tolist(), second.tolist(), 0.9)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), rel=1e-9)


@pytest.mark.parametrize(("kind", "truth"), [("pearson", 0.7071), ("spearman", 0.6902), ("kendall", 0.5)])
def test_intervals_cover(kind: correlation.Kind, truth: float) -> None:
    random = np.random.default_rng(2)
    covered = 0
    for _ in range(400):
        first = random.normal(size=60)
        found = correlation.correlation(first.tolist(), (first + random.normal(size=60)).tolist(), kind)
        covered += found.low <= truth <= found.high
    assert covered / 400 == pytest.approx(0.95, abs=0.03)


def test_the_same_order_is_one() -> None:
    for kind in ("pearson", "spearman", "kendall"):
        found = correlation.correlation([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], kind)
        assert (found.estimate, found.n) == (pytest.approx(1.0), 5)
        assert found.low <= found.estimate <= found.high <= 1.0
        assert correlation.correlation([1, 2, 3, 4, 5], [5, 4, 3, 2, 1], kind).estimate == pytest.approx(-1.0)


def test_within_groups_is_the_mean_over_groups() -> None:
    first = [1, 2, 3, 1, 2, 3, 1, 2, 3, 5, 5]
    second = [1, 2, 3, 3, 2, 1, 1, 3, 2, 1, 2]
    groups = ["a"] * 3 + ["b"] * 3 + ["c"] * 3 + ["flat"] * 2
    found = correlation.within_groups(first, second, groups)
    assert (found.estimate, found.n) == (pytest.approx((1 - 1 + 0.5) / 3), 3)
    spread = scipy_stats.t.ppf(0.975, 2) * np.std([1, -1, 0.5], ddof=1) / 3**0.5
    assert (found.low, found.high) == pytest.approx((max(-1, 1 / 6 - spread), min(1, 1 / 6 + spread)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: correlation.pearson([1, 2], [1, 2]), "2 cases: an interval of a correlation needs at least 5"),
        (lambda: correlation.kendall([1] * 6, [1, 2, 3, 4, 5, 6]), "all values of one side are equal"),
        (lambda: correlation.spearman([1, 2], [1]), "2 values and 1: score the same cases"),
        (lambda: correlation.spearman([float("nan")], [1]), "a value is not a finite number"),
        (lambda: correlation.spearman([1] * 6, [1] * 6, 95), "confidence = 95: a share"),
        (lambda: correlation.within_groups([1, 2], [1, 2], ["a", "a"]), "1 groups in which both sides vary"),
    ],
)
def test_impossible_questions_are_answered_in_words(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()
