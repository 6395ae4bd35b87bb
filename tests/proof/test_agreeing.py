from __future__ import annotations

import random

import pytest

from vouch.errors import UsageError
from vouch.proof.agreeing import by_verdict, of_all
from vouch.stats.corrected import choose_labels


def population(n: int, seed: int) -> tuple[list[bool], list[bool]]:
    """What is true, with 80 % right, and what a judge with sensitivity 95 % and specificity 85 % says."""
    luck = random.Random(seed)
    truth = [luck.random() < 0.8 for _ in range(n)]
    return truth, [luck.random() < (0.95 if right else 0.15) for right in truth]


def words(values: list[bool]) -> list[str]:
    return ["right" if value else "wrong" for value in values]


def test_labels_drawn_by_verdict_show_the_judge_as_all_labels_would() -> None:
    truth, verdicts = population(20_000, 1)
    whole = of_all(words(truth), words(verdicts), 0.95)
    chosen = choose_labels(verdicts, 1_000, seed=3)
    found = by_verdict(verdicts, {place: truth[place] for place in chosen}, 0.95)
    assert found.share.low <= whole.share.estimate <= found.share.high
    assert found.share.high - found.share.low < 0.06
    assert found.kappa is not None
    assert whole.kappa is not None
    assert found.kappa.low <= whole.kappa.estimate <= found.kappa.high
    for one, other in zip(found.errors, sorted(whole.errors, key=lambda each: str(each.label)), strict=True):
        assert one.label == other.label
        assert one.missed is not None
        assert other.missed is not None
        assert one.false is not None
        assert other.false is not None
        assert one.missed.low <= other.missed.estimate <= one.missed.high
        assert one.false.low <= other.false.estimate <= one.false.high
    # Plain counts of these labels would show another judge.
    plain = of_all(words([truth[place] for place in chosen]), words([verdicts[place] for place in chosen]), 0.95)
    assert not plain.share.low <= whole.share.estimate <= plain.share.high


def test_the_interval_covers() -> None:
    misses = 0
    for seed in range(60):
        truth, verdicts = population(2_000, seed)
        share = sum(one == other for one, other in zip(truth, verdicts, strict=True)) / len(truth)
        labels = {place: truth[place] for place in choose_labels(verdicts, 100, seed=seed)}
        found = by_verdict(verdicts, labels, 0.95).share
        misses += not found.low <= share <= found.high
    assert misses <= 7


def test_with_all_labels_both_ways_give_the_same_estimates() -> None:
    truth, verdicts = population(300, 3)
    whole, found = of_all(words(truth), words(verdicts), 0.95), by_verdict(verdicts, dict(enumerate(truth)), 0.95)
    assert found.share.estimate == pytest.approx(whole.share.estimate)
    assert found.kappa is not None
    assert whole.kappa is not None
    assert found.kappa.estimate == pytest.approx(whole.kappa.estimate)


def test_one_verdict_only() -> None:
    found = by_verdict([True] * 10, {0: True, 1: False}, 0.95)
    assert (found.share.estimate, found.kappa) == (0.5, None)
    assert found.errors[1].false is None
    all_right = by_verdict([True, False], {0: True, 1: True}, 0.95)
    assert all_right.kappa is None
    assert all_right.errors[1].missed is None
    assert of_all(["right"], ["right"], 0.95).kappa is None


def test_a_verdict_without_a_label_is_refused() -> None:
    with pytest.raises(UsageError, match="no answer that the judge failed has a label"):
        by_verdict([True, False], {0: True}, 0.95)
    with pytest.raises(UsageError, match="no answer that the judge passed has a label"):
        by_verdict([True, False], {1: True}, 0.95)
