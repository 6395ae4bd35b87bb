"""Scorers made of scorers."""

from __future__ import annotations

import pytest

from vouch import scorers
from vouch.contracts.scorer import Scorer
from vouch.errors import AppError

from .given import scored


async def test_a_part_of_what_is_expected() -> None:
    scorer = scorers.part("answer", scorers.number())
    assert scorer.name == "answer: number"
    assert isinstance(scorer, Scorer)
    assert (await scored(scorer, {"answer": 7, "path": []}, "It is 7")).right
    assert (await scored(scorer, {"answer": 8}, "It is 7")).why == "7 is not 8"
    for expected in (None, 7, {"other": 7}):
        assert (await scored(scorer, expected, "7")).unscored


async def test_every_one_must_be_right() -> None:
    scorer = scorers.every(scorers.part("answer", scorers.label()), scorers.latency(2), scorers.contains())
    assert scorer.name == "every(answer: label, latency(2 s), contains)"
    both = scorers.every(scorers.label(), scorers.rouge("1"))
    assert (await scored(both, "a b", "A b")).right
    least = await scored(both, "a b", "a c")
    assert (least.value, least.why.startswith("label: 'a c' is not 'a b'; rouge(unit='1'): ")) == (0.0, True)
    assert (await scored(scorers.every(scorers.label(), scorers.number()), "x", "x")).unscored
    with pytest.raises(AppError, match=r"every\(\)"):
        scorers.every()


async def test_a_threshold_makes_a_share_right_or_wrong() -> None:
    scorer = scorers.at_least(0.5, scorers.rouge("1", measure="recall"))
    assert scorer.name == "rouge(unit='1', measure='recall') >= 0.5"
    assert (await scored(scorer, "a b", "a")).right
    below = await scored(scorer, "a b c", "a")
    assert below.value == 0.0
    assert below.why.startswith("0.333 < 0.5: ")
    assert (await scored(scorer, 7, "a")).unscored
    for wrong in (0, 1.5):
        with pytest.raises(AppError, match="a share above 0"):
            scorers.at_least(wrong, scorers.label())
