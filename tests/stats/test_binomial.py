"""Exact binomial statistics: against the tables, against SciPy and statsmodels, and at their nominal error rates."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.proportion import proportion_confint

from vouch.errors import UsageError
from vouch.stats import binomial

SIZES_TO_CERTIFY = {
    0.90: (29, 46, 61, 76, 103, 167),
    0.95: (59, 93, 124, 153, 208, 336),
    0.98: (149, 236, 313, 386, 523, 845),
    0.99: (299, 473, 628, 773, 1049, 1693),
    0.995: (598, 947, 1258, 1549, 2100, 3389),
}
SIZES_FOR_POWER = [
    (0.90, 0.95, 191, 251),
    (0.90, 0.99, 46, 46),
    (0.95, 0.97, 601, 878),
    (0.95, 0.98, 260, 336),
    (0.95, 0.99, 124, 153),
    (0.98, 0.99, 970, 1271),
    (0.98, 0.995, 386, 523),
    (0.99, 0.993, 5990, 8100),
    (0.99, 0.995, 1943, 2788),
    (0.99, 0.997, 914, 1184),
    (0.99, 0.998, 628, None),
    (0.99, 0.999, 473, None),
]
counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(("claim", "sizes"), SIZES_TO_CERTIFY.items())
def test_the_published_table_of_cases_to_prove(claim: float, sizes: tuple[int, ...]) -> None:
    assert tuple(binomial.cases_to_prove(claim, errors) for errors in (0, 1, 2, 3, 5, 10)) == sizes


@pytest.mark.parametrize(("claim", "accuracy", "eighty", "ninety"), SIZES_FOR_POWER)
def test_cases_for_power_never_need_more_than_the_published_plans(
    claim: float, accuracy: float, eighty: int, ninety: int | None
) -> None:
    for power, published in ((0.8, eighty), (0.9, ninety)):
        n = binomial.cases_for_power(claim, accuracy, power=power)
        assert published is None or n <= published
        assert _power(n, claim, accuracy) >= power


@pytest.mark.parametrize(("claim", "accuracy"), [(0.9, 0.95), (0.9, 0.99), (0.95, 0.98), (0.98, 0.995)])
@pytest.mark.parametrize("power", [0.5, 0.8, 0.9])
def test_cases_for_power_is_the_least_number_by_exhaustion(claim: float, accuracy: float, power: float) -> None:
    n = binomial.cases_for_power(claim, accuracy, power=power)
    assert all(_power(fewer, claim, accuracy) < power for fewer in range(1, n))


def _power(n: int, claim: float, accuracy: float) -> float:
    """The chance of a proof with n cases, by adding up the exact chances of few enough errors."""
    affordable = 0
    while affordable < n and binomial.proves(n - affordable, n, claim):
        affordable += 1
    return sum(math.comb(n, e) * (1 - accuracy) ** e * accuracy ** (n - e) for e in range(affordable))


@given(counts, st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_intervals_are_those_of_scipy_and_statsmodels(count: tuple[int, int], confidence: float) -> None:
    right, n = count
    ours = binomial.interval(right, n, confidence)
    theirs = binomtest(right, n).proportion_ci(confidence, "exact")
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert (ours.low, ours.high) == pytest.approx(proportion_confint(right, n, 1 - confidence, method="beta"), abs=1e-9)
    assert (ours.estimate, ours.n, ours.confidence, ours.method) == (right / n, n, confidence, "Clopper-Pearson")


@given(counts, st.sampled_from([0.5, 0.9, 0.99]))
def test_p_value_is_that_of_scipy(count: tuple[int, int], target: float) -> None:
    errors, n = count
    theirs = binomtest(errors, n, 1 - target, alternative="less").pvalue
    assert binomial.p_value(errors, n, target) == pytest.approx(theirs, rel=1e-8)


@given(counts, st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_bound_and_proof_agree(count: tuple[int, int], claim: float) -> None:
    right, n = count
    assert binomial.proves(right, n, claim) == (binomial.lower_bound(right, n) >= claim)
    assert not (binomial.proves(right, n, claim) and binomial.refutes(right, n, claim))


@given(st.integers(0, 60), st.sampled_from([0.5, 0.9, 0.99]))
def test_cases_to_prove_is_the_least_number(errors: int, claim: float) -> None:
    n = binomial.cases_to_prove(claim, errors)
    assert binomial.proves(n - errors, n, claim)
    assert not binomial.proves(n - 1 - errors, n - 1, claim)


def test_five_hundred_of_five_hundred_is_not_a_hundred_percent() -> None:
    assert binomial.lower_bound(500, 500) == pytest.approx(0.994026, abs=1e-6)
    assert binomial.lower_bound(498, 500) == pytest.approx(0.98746, abs=1e-5)
    assert binomial.upper_bound(500, 500) == 1.0
    assert binomial.lower_bound(0, 500) == 0.0


@pytest.mark.parametrize("truth", [0.5, 0.9, 0.97, 0.995])
@pytest.mark.parametrize("n", [20, 150, 600])
def test_bounds_miss_no_more_often_than_promised(truth: float, n: int) -> None:
    right = np.arange(n + 1)
    chance = np.array([math.comb(n, k) * truth**k * (1 - truth) ** (n - k) for k in range(n + 1)])
    lower = binomial.lower_bounds(right, n)
    upper = 1 - binomial.lower_bounds(n - right, n)
    assert lower[n // 2] == pytest.approx(binomial.lower_bound(n // 2, n), rel=1e-12)
    assert chance[lower > truth].sum() <= 0.05
    assert chance[upper < truth].sum() <= 0.05


def test_cases_for_power_agrees_with_the_normal_approximation_where_many_are_needed() -> None:
    n = binomial.cases_for_power(0.9, 0.902, power=0.8)
    approximate = ((1.644854 * math.sqrt(0.09) + 0.841621 * math.sqrt(0.902 * 0.098)) / 0.002) ** 2
    assert n == pytest.approx(approximate, rel=0.02)


def test_refutes_a_claim_that_is_clearly_missed() -> None:
    assert binomial.refutes(80, 100, 0.95)
    assert not binomial.refutes(94, 100, 0.95)


def test_no_case_at_all_proves_nothing() -> None:
    assert binomial.lower_bound(0, 0) == 0.0
    assert binomial.upper_bound(0, 0) == 1.0
    assert not binomial.proves(0, 0, 0.5)
    with pytest.raises(UsageError, match=r"0 of 0.*at least one case"):
        binomial.interval(0, 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: binomial.lower_bound(5, 4), "5 of 4: counts"),
        (lambda: binomial.lower_bound(-1, 4), "-1 of 4: counts"),
        (lambda: binomial.p_value(5, 4, 0.9), "5 of 4: counts"),
        (lambda: binomial.upper_bound(3, 4, 1.0), "confidence = 1.0: a share"),
        (lambda: binomial.interval(3, 4, 95), "confidence = 95: a share"),
        (lambda: binomial.proves(3, 4, 99), "target = 99: a share"),
        (lambda: binomial.proves(3, 4, 0.99, 95), "confidence = 95: a share"),
        (lambda: binomial.refutes(3, 4, 99), "claim = 99: a share"),
        (lambda: binomial.cases_to_prove(0.99, -1), "errors = -1: a count"),
        (lambda: binomial.cases_to_prove(1.0, 0), "claim = 1.0: a share"),
        (lambda: binomial.cases_for_power(0.99, 0.99), "accuracy 0.99 does not exceed the claim 0.99"),
        (lambda: binomial.cases_for_power(0.99, 0.995, power=80), "power = 80: a share"),
        (lambda: binomial.cases_for_power(0.5, 0.500001), "too close to the claim 0.5"),
    ],
)
def test_impossible_questions_are_answered_in_words(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()
