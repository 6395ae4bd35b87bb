"""Bets: rarely won while the hypothesis is true, whatever the shape of the numbers and whenever one looks."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from vouch.errors import UsageError
from vouch.stats import betting


def _skewed(random: np.random.Generator, n: int, mean: float) -> np.ndarray:
    """Mostly a little above the mean, now and then -1: where a t-test is too sure."""
    return np.where(random.random(n) < 0.02, -1.0, 0.02 / 0.98 + mean / 0.98)


def test_p_values_are_valid_where_a_t_test_is_not() -> None:
    random = np.random.default_rng(1)
    samples = [_skewed(random, 300, 0.0) for _ in range(800)]
    ours = np.array([betting.p_value(sample, least=1.0) for sample in samples])
    t = np.array([sample.mean() / max(sample.std(ddof=1), 1e-9) * math.sqrt(300) for sample in samples])
    assert (ours <= 0.05).mean() <= 0.05
    assert (t >= 1.65).mean() >= 0.08


def test_p_values_find_what_is_there() -> None:
    random = np.random.default_rng(2)
    found = [betting.p_value(_skewed(random, 300, 0.04), least=1.0) <= 0.05 for _ in range(200)]
    assert np.mean(found) >= 0.6


def test_a_p_value_is_one_over_the_highest_capital() -> None:
    assert betting.p_value([1.0], least=1.0) == pytest.approx(1 / 1.9)
    assert betting.p_value([-1.0], least=1.0) == 1.0
    assert betting.p_value([], least=1.0) == 1.0


def test_lower_bounds_hold() -> None:
    random = np.random.default_rng(3)
    missed = sum(betting.lower_bound(random.beta(9, 1, 200)) > 0.9 for _ in range(400))
    assert missed / 400 <= 0.05
    coins = sum(betting.lower_bound((random.random(150) < 0.95).astype(float)) > 0.95 for _ in range(400))
    assert coins / 400 <= 0.05


def test_lower_bounds_come_near() -> None:
    random = np.random.default_rng(4)
    assert np.mean([betting.lower_bound(random.beta(90, 10, 500)) for _ in range(20)]) >= 0.89
    assert betting.lower_bound([1.0] * 300) >= 0.985
    assert betting.lower_bound([0.0] * 10) == 0.0
    assert betting.lower_bound([]) == 0.0


def test_an_interval_is_both_bounds() -> None:
    values = np.random.default_rng(5).random(400).tolist()
    found = betting.interval(values, 0.9)
    assert found.low == betting.lower_bound(values, 0.95)
    assert found.high == pytest.approx(1 - betting.lower_bound([1 - value for value in values], 0.95))
    assert found.low < found.estimate < found.high
    assert (found.n, found.confidence) == (400, 0.9)


def test_a_false_claim_is_rarely_proved_although_somebody_looks_after_every_case() -> None:
    random = np.random.default_rng(6)
    errors = (random.random((800, 1200)) < 0.05).cumsum(axis=1)
    cases = np.arange(1, 1201)
    ever = (betting.claim_capital(errors, cases, 0.95) >= math.log(20)).any(axis=1)
    assert ever.mean() <= 0.05


def test_the_published_sizes_of_a_proof_without_a_plan() -> None:
    random = np.random.default_rng(7)
    errors = (random.random((400, 1600)) < 0.02).cumsum(axis=1)
    reached = betting.claim_capital(errors, np.arange(1, 1601), 0.95) >= math.log(20)
    sizes = reached.argmax(axis=1) + 1
    assert float(np.median(sizes)) == pytest.approx(211, rel=0.15)
    assert float(sizes.mean()) == pytest.approx(277, rel=0.15)


def test_capital_is_the_mean_over_rates() -> None:
    by_hand = [(rate * 0.1 / 0.1) ** 2 * ((1 - rate * 0.1) / 0.9) ** 48 for rate in betting.RATES]
    assert math.exp(float(betting.claim_capital(2, 50, 0.9))) == pytest.approx(sum(by_hand) / len(by_hand))
    assert betting.proves(0, 100, 0.95)
    assert not betting.proves(0, 20, 0.95)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: betting.p_value([-2.0], least=1.0), "least = 1.0: every number is to be at least -1.0"),
        (lambda: betting.p_value([1.0], least=0.0), "least = 0.0"),
        (lambda: betting.p_value([math.nan], least=1.0), "least = 1.0"),
        (lambda: betting.p_value([1.0], least=1.0, confidence=95), "confidence = 95: a share"),
        (lambda: betting.lower_bound([1.2]), "a value outside 0 to 1"),
        (lambda: betting.interval([]), "no values"),
        (lambda: betting.claim_capital(0, 1, 99), "claim = 99: a share"),
        (lambda: betting.proves(3, 2, 0.9), "3 errors in 2"),
    ],
)
def test_impossible_questions_are_answered_in_words(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()
