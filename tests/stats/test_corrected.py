"""A judge corrected by a few labels: valid where its own rate is not, and as the published tables have it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from vouch.errors import UsageError
from vouch.stats import binomial, corrected


def _judged(random: np.random.Generator, n: int, accuracy: float, sensitivity: float, specificity: float):
    """Truth and a judge's verdicts of n cases."""
    truth = random.random(n) < accuracy
    return truth, np.where(truth, random.random(n) < sensitivity, random.random(n) > specificity)


def _rates(
    accuracy: float, sensitivity: float, specificity: float, labels: int, *, by_verdict: bool, runs: int = 300
) -> tuple[float, float, float]:
    """Coverage of the corrected interval and of the judge's own, and the mean width of the first."""
    random = np.random.default_rng(5)
    covered = raw = width = 0.0
    for run in range(runs):
        truth, verdicts = _judged(random, 2000, accuracy, sensitivity, specificity)
        drawn = corrected.choose_labels(verdicts.tolist(), labels, seed=run) if by_verdict else random.permutation(2000)
        known = {int(place): bool(truth[place]) for place in drawn[:labels]}
        found = (corrected.stratified if by_verdict else corrected.ppi)(verdicts.tolist(), known)
        covered += found.accuracy.low <= accuracy <= found.accuracy.high
        raw += found.judge.low <= accuracy <= found.judge.high
        width += found.accuracy.high - found.accuracy.low
    return covered / runs, raw / runs, width / runs


@pytest.mark.parametrize(
    ("accuracy", "sensitivity", "specificity", "labels"),
    [(0.8, 0.98, 0.95, 200), (0.9, 0.98, 0.95, 100), (0.9, 0.9, 0.7, 200), (0.95, 0.98, 0.95, 100)],
)
def test_stratified_covers_where_the_judge_does_not(
    accuracy: float, sensitivity: float, specificity: float, labels: int
) -> None:
    covered, raw, _ = _rates(accuracy, sensitivity, specificity, labels, by_verdict=True)
    assert covered >= 0.95
    assert raw <= 0.92


def test_ppi_covers_with_enough_labels_and_too_rarely_with_few() -> None:
    assert _rates(0.8, 0.98, 0.95, 500, by_verdict=False)[0] >= 0.92
    assert _rates(0.95, 0.98, 0.95, 100, by_verdict=False)[0] <= 0.92


def test_a_good_judge_multiplies_labels() -> None:
    random = np.random.default_rng(1)
    gains: list[float] = []
    for seed in range(30):
        truth, verdicts = _judged(random, 5000, 0.9, 0.98, 0.95)
        drawn = corrected.choose_labels(verdicts.tolist(), 500, seed=seed)
        found = corrected.stratified(verdicts.tolist(), {place: bool(truth[place]) for place in drawn})
        gains.append(found.gain)
        assert found.worth == pytest.approx(found.gain * 500)
        assert found.accuracy.high - found.accuracy.low == pytest.approx(2 * 1.965 * found.standard_error, rel=1e-3)
        assert found.judge == binomial.interval(int(verdicts.sum()), 5000)
    assert np.mean(gains) == pytest.approx(3.6, rel=0.15)


def test_the_stratified_formula() -> None:
    verdicts = [True] * 80 + [False] * 20
    labels = dict.fromkeys(range(18), True) | {18: False, 19: False} | dict.fromkeys(range(80, 88), False) | {88: True}
    found = corrected.stratified(verdicts, labels)
    assert found.accuracy.estimate == pytest.approx(0.8 * 0.9 + 0.2 / 9)
    high, low = 19 / 22, 2 / 11
    variance = 0.64 * high * (1 - high) / 20 + 0.04 * low * (1 - low) / 9 + (0.9 - 1 / 9) ** 2 * 0.16 / 100
    assert found.standard_error == pytest.approx(math.sqrt(variance))
    center, t = 0.8 * high + 0.2 * low, 2.051831
    assert found.accuracy.low == pytest.approx(center - t * math.sqrt(variance))
    assert found.accuracy.high == pytest.approx(center + t * math.sqrt(variance))
    assert (found.labels, found.accuracy.n) == (29, 100)


def test_one_verdict_only_needs_labels_of_that_one() -> None:
    found = corrected.stratified([True] * 50, dict.fromkeys(range(20), True))
    assert (found.accuracy.estimate, found.accuracy.high) == (1.0, 1.0)
    assert found.accuracy.low < 0.98


def test_ppi_is_that_of_its_authors_package() -> None:
    """Figures of ppi-python 0.2.3 on the same numbers: `ppi_mean_pointestimate` and `ppi_mean_ci`."""
    verdicts = [place % 7 != 0 for place in range(600)]
    labels = {place: (verdicts[place] and place % 23 != 0) or place % 41 == 0 for place in range(0, 600, 6)}
    found = corrected.ppi(verdicts, labels)
    assert found.accuracy.estimate == pytest.approx(0.82612497, abs=1e-8)
    assert (found.accuracy.low, found.accuracy.high) == pytest.approx((0.77670025, 0.87554968), abs=3e-4)


def test_ppi_without_a_useful_judge_is_the_labels_alone() -> None:
    right = {place: place % 4 != 0 for place in range(100)}
    for verdicts in ([True] * 400, [True] * 100, [place % 2 == 0 for place in range(100)]):
        found = corrected.ppi(verdicts, right)
        assert found.accuracy.estimate == pytest.approx(0.75)
        assert found.standard_error == pytest.approx(np.std(list(right.values()), ddof=1) / 10)
    assert corrected.ppi([True] * 9, dict.fromkeys(range(9), True)).worth == math.inf


def test_half_of_the_labels_are_fails() -> None:
    verdicts = [place % 10 != 0 for place in range(1000)]
    chosen = corrected.choose_labels(verdicts, 101, seed=3)
    assert len(set(chosen)) == 101
    assert sum(not verdicts[place] for place in chosen) == 51
    assert chosen == corrected.choose_labels(verdicts, 101, seed=3)
    assert chosen != corrected.choose_labels(verdicts, 101, seed=4)


@pytest.mark.parametrize(("fails", "labels", "failing"), [(3, 20, 3), (95, 20, 15), (0, 5, 0), (100, 5, 5)])
def test_where_one_verdict_has_too_few_cases_the_other_gets_the_rest(fails: int, labels: int, failing: int) -> None:
    verdicts = [False] * fails + [True] * (100 - fails)
    chosen = corrected.choose_labels(verdicts, labels)
    assert len(chosen) == labels
    assert sum(not verdicts[place] for place in chosen) == failing


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: corrected.choose_labels([True], 2), "labels = 2 of 1 cases"),
        (lambda: corrected.choose_labels([True], 0), "labels = 0"),
        (lambda: corrected.stratified([True, False], {0: True}), "no case with the verdict False has a label"),
        (lambda: corrected.stratified([True], {1: True}), r"labels at \[1\] of 1 cases"),
        (lambda: corrected.stratified([True], {}), r"labels at \[\] of 1 cases"),
        (lambda: corrected.stratified([True], {0: True}, confidence=95), "confidence = 95: a share"),
        (lambda: corrected.ppi([True, True], {0: True}), "1 labels: at least two"),
    ],
)
def test_impossible_questions_are_answered_in_words(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()
