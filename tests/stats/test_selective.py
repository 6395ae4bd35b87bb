"""Certified thresholds: false ones are as rare as promised, and the answered share is worth having."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betainc

from vouch.errors import UsageError
from vouch.stats import selective
from vouch.stats.binomial import cases_to_prove, lower_bound

Trials = list[tuple[float, bool]]
trials = st.lists(st.tuples(st.sampled_from([0.1, 0.25, 0.5, 0.9, 1.0]) | st.floats(0, 1), st.booleans()), max_size=80)


def calibrated(random: np.random.Generator, n: int, a: float = 12.0, b: float = 1.0) -> Trials:
    """Confidences from Beta(a, b), each right exactly as often as it says."""
    confidence = random.beta(a, b, n)
    return list(zip(confidence.tolist(), (random.random(n) < confidence).tolist(), strict=True))


def accuracy_above(threshold: float, a: float = 12.0, b: float = 1.0) -> float:
    """The true accuracy of calibrated confidences at or above a threshold."""
    return a / (a + b) * (1 - betainc(a + 1, b, threshold)) / (1 - betainc(a, b, threshold))


def test_a_false_threshold_is_certified_no_more_often_than_promised() -> None:
    random = np.random.default_rng(4)
    false, naive, coverage = 0, 0, 0.0
    for _ in range(500):
        sample = calibrated(random, 400)
        found = selective.select_threshold(sample, target=0.95, tuning=calibrated(random, 200))
        false += found.threshold is not None and accuracy_above(found.threshold) < 0.95
        coverage += found.coverage / 500
        picked = selective.naive_threshold(sample, 0.95)
        naive += picked is not None and accuracy_above(picked) < 0.95
    assert false / 500 <= 0.05
    assert naive / 500 >= 0.3
    assert coverage >= 0.15


@pytest.mark.parametrize("tuned", [0, 300])
def test_useless_confidence_at_the_edge_is_certified_no_more_often_than_promised(tuned: int) -> None:
    random = np.random.default_rng(5)
    false = 0
    for _ in range(600):
        pairs = list(
            zip(random.random(300 + tuned).tolist(), (random.random(300 + tuned) < 0.8999).tolist(), strict=True)
        )
        false += selective.select_threshold(pairs[:300], target=0.9, tuning=pairs[300:]).certified
    assert false / 600 <= 0.05


def test_few_levels_of_confidence_are_certified_no_more_often_than_promised() -> None:
    random = np.random.default_rng(6)
    level = np.array([0.999, 0.97, 0.9, 0.5])
    truth = np.cumsum(level * 0.25) / (np.arange(1, 5) * 0.25)
    false = 0
    for _ in range(600):
        drawn = random.integers(0, 4, 600)
        right = random.random(600) < level[drawn]
        found = selective.select_threshold(list(zip((-drawn).tolist(), right.tolist(), strict=True)), target=0.96)
        if found.threshold is not None:
            false += truth[math.floor(-found.threshold)] < 0.96
    assert truth[2] < 0.96 < truth[1]
    assert false / 600 <= 0.05


def test_an_error_rate_that_swings_about_the_target_is_certified_no_more_often_than_promised() -> None:
    random = np.random.default_rng(10)
    coverage = np.linspace(0, 1, 20_001)
    rate = 0.1 + 0.0006 * np.sin(2 * np.pi * 73 * coverage) / np.maximum(coverage, 0.05)
    errors = np.maximum.accumulate(coverage * rate)
    local = np.gradient(errors, coverage)
    false = 0
    for _ in range(600):
        drawn = random.random(500)
        right = random.random(500) >= np.interp(drawn, coverage, local)
        found = selective.select_threshold(list(zip((1 - drawn).tolist(), right.tolist(), strict=True)), target=0.9)
        if found.threshold is not None:
            answered = 1 - found.threshold
            false += np.interp(answered, coverage, errors) > 0.1 * answered
    assert false / 600 <= 0.05


def test_more_is_certified_than_by_walking_from_the_strict_end() -> None:
    random = np.random.default_rng(7)
    coverage = [selective.select_threshold(calibrated(random, 2000, 40.0), target=0.98).coverage for _ in range(20)]
    assert np.mean(coverage) >= 0.4


def test_tuning_helps_where_data_are_few() -> None:
    random = np.random.default_rng(8)
    plain, tuned = 0.0, 0.0
    for _ in range(60):
        sample, other = calibrated(random, 500, 22.0, 0.5), calibrated(random, 500, 22.0, 0.5)
        plain += selective.select_threshold(sample, target=0.99).coverage / 60
        tuned += selective.select_threshold(sample, target=0.99, tuning=other).coverage / 60
    assert tuned > plain


def test_everything_is_answered_when_everything_is_right() -> None:
    found = selective.select_threshold([(0.5 + i / 1000, True) for i in range(300)], target=0.95)
    assert found == selective.Selection(0.0, 1.0, 300, 0, 0.95, 0.95, selective.METHOD, 300)
    assert found.certified


def test_too_few_cases_certify_nothing() -> None:
    found = selective.select_threshold([(0.9, True)] * 50, target=0.95)
    assert (found.threshold, found.coverage, found.answered, found.n) == (None, 0.0, 0, 50)
    assert not found.certified
    assert selective.select_threshold([], target=0.95).n == 0


def test_equal_confidences_need_no_more_cases_than_a_plain_proof() -> None:
    enough = cases_to_prove(0.95, 0)
    assert selective.select_threshold([(0.9, True)] * enough, target=0.95).certified
    assert not selective.select_threshold([(0.9, True)] * (enough - 1), target=0.95).certified
    assert selective.select_threshold([(0.9, True)] * enough, target=0.95, tuning=[(0.9, True)] * 9).certified


def test_what_was_never_answered_is_not_answered_at_any_threshold() -> None:
    found = selective.select_threshold([(-math.inf, False)] * 100 + [(0.7, True)] * 100, target=0.95)
    assert (found.threshold, found.answered, found.coverage) == (0.0, 100, 0.5)
    negative = selective.select_threshold([(-5.0, True)] * 100, target=0.95)
    assert negative.threshold is not None
    assert -math.inf < negative.threshold < -1e300
    assert not selective.select_threshold([(-math.inf, False)] * 100, target=0.5).certified


@given(trials, trials)
def test_a_selection_is_what_its_threshold_does(sample: Trials, tuning: Trials) -> None:
    found = selective.select_threshold(sample, target=0.7, tuning=tuning)
    if found.threshold is not None:
        answered = [right for confidence, right in sample if confidence >= found.threshold]
        assert (found.answered, found.errors) == (len(answered), answered.count(False))
        assert found.coverage == len(answered) / len(sample)
        assert lower_bound(found.answered - found.errors, found.answered, 0.95) >= 0.7
    assert msgspec.json.decode(msgspec.json.encode(found), type=selective.Selection) == found


@given(trials, st.randoms(use_true_random=False))
def test_the_order_of_the_sample_does_not_matter(sample: Trials, random: object) -> None:
    shuffled = list(sample)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert selective.select_threshold(shuffled, target=0.7) == selective.select_threshold(sample, target=0.7)


@given(trials)
def test_the_naive_threshold_is_the_least_that_looks_good(sample: Trials) -> None:
    def accuracy(threshold: float) -> float:
        answered = [right for confidence, right in sample if confidence >= threshold]
        return sum(answered) / len(answered)

    good = [confidence for confidence, _ in sample if accuracy(confidence) >= 0.75 - 1e-9]
    assert selective.naive_threshold(sample, 0.75) == (min(good) if good else None)


@given(trials.filter(bool))
def test_a_curve_says_what_each_threshold_does(sample: Trials) -> None:
    curve = selective.risk_coverage(sample)
    assert curve.coverage[-1] == 1.0
    assert curve.threshold == tuple(sorted({confidence for confidence, _ in sample}, reverse=True))
    for threshold, coverage, accuracy, lower in zip(
        curve.threshold, curve.coverage, curve.accuracy, curve.lower, strict=True
    ):
        answered = [right for confidence, right in sample if confidence >= threshold]
        assert coverage == len(answered) / len(sample)
        assert accuracy == pytest.approx(sum(answered) / len(answered))
        assert lower == pytest.approx(lower_bound(sum(answered), len(answered)))


def test_the_area_under_a_curve() -> None:
    curve = selective.risk_coverage([(0.9, True), (0.8, False), (0.7, True), (0.6, False)])
    assert curve.area == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4)
    tied = selective.risk_coverage([(0.5, True), (0.5, False)])
    assert tied.area == pytest.approx(0.5)
    partly = selective.risk_coverage([(0.9, True), (-math.inf, False)])
    assert (partly.coverage, partly.area, partly.n) == ((0.5,), 0.0, 2)


def test_a_call_on_fifteen_hundred_is_quick() -> None:
    random = np.random.default_rng(9)
    sample, tuning = calibrated(random, 1500), calibrated(random, 1500)
    begun = time.perf_counter()
    for _ in range(10):
        selective.select_threshold(sample, target=0.95, tuning=tuning)
    assert (time.perf_counter() - begun) / 10 < 0.1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: selective.select_threshold([(0.5, True)], target=95), "target = 95: a share"),
        (lambda: selective.select_threshold([(0.5, True)], target=0.9, confidence=0), "confidence = 0: a share"),
        (lambda: selective.select_threshold([(math.nan, True)], target=0.9), "a confidence is not a number"),
        (lambda: selective.naive_threshold([(0.5, True)], 1.0), "target = 1.0: a share"),
        (lambda: selective.risk_coverage([]), "no trials"),
        (lambda: selective.risk_coverage([(0.5, True)], 2), "confidence = 2: a share"),
    ],
)
def test_impossible_questions_are_answered_in_words(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()
