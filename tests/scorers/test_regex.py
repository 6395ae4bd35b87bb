"""Patterns in an output."""

from __future__ import annotations

import time

import pytest

from vouch import scorers
from vouch.contracts.scorer import Scorer
from vouch.errors import AppError
from vouch.scorers.regex import LONGEST
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score


async def _score(scorer: Scorer, expected: object, output: str) -> Score:
    return await scorer.score(Case("c", "?", expected), Result("r", "answered", output=output))


async def test_the_expected_text_is_the_pattern() -> None:
    assert (await _score(scorers.regex(), r"order #W\d{7}", "Your order #W4923227 is here")).right
    missed = await _score(scorers.regex(), r"^order", "Your order")
    assert (missed.value, missed.why) == (0.0, "'^order' is not in the output")


async def test_a_given_pattern_needs_no_expected_value() -> None:
    assert (await _score(scorers.regex("(?i)sorry"), None, "We are SORRY")).right


@pytest.mark.parametrize("pattern", ["(", "a{99999999999999999999}", "*"])
async def test_a_broken_pattern_is_refused_or_unscored(pattern: str) -> None:
    with pytest.raises(AppError, match="a regular expression of Python's re is wanted"):
        scorers.regex(pattern)
    broken = await _score(scorers.regex(), pattern, "text")
    assert broken.unscored
    assert "a regular expression of Python's re is wanted there" in broken.why


async def test_a_text_too_long_is_unscored_and_the_longest_is_searched_soon() -> None:
    long = await _score(scorers.regex("x"), None, "a" * (LONGEST + 1))
    assert long.unscored
    assert "20001 characters" in long.why
    begun = time.perf_counter()
    assert (await _score(scorers.regex(r"a*b"), None, "a" * LONGEST)).value == 0.0
    assert time.perf_counter() - begun < 5
