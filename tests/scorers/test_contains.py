"""Pieces of text in an output."""

from __future__ import annotations

from typing import Any

import pytest

from vouch import scorers
from vouch.errors import AppError
from vouch.values.case import Case
from vouch.values.result import Result


async def _score(scorer: Any, expected: object, output: str) -> Any:
    return await scorer.score(Case("c", "?", expected), Result("r", "answered", output=output))


@pytest.mark.parametrize(
    ("expected", "output", "value"),
    [
        ("14 days", "Within 14\nDAYS of arrival", 1.0),
        (["14 days", "refund"], "A refund takes 14 days", 1.0),
        (("14 days", "refund"), "It takes 14 days", 0.5),
        (["a", "b", "c", "d"], "c", 0.25),
        ("refund", "", 0.0),
    ],
)
async def test_all_pieces_give_full_marks_and_some_a_share(expected: object, output: str, value: float) -> None:
    score = await _score(scorers.contains(), expected, output)
    assert score.value == value
    assert score.right is (value == 1.0)


async def test_one_piece_is_enough_for_any() -> None:
    assert (await _score(scorers.contains("any"), ["a", "refund"], "Refund")).right
    missed = await _score(scorers.contains("any"), ["x", "y"], "Refund")
    assert (missed.value, missed.why) == (0.0, "not in the output: 'x', 'y'")


async def test_case_counts_when_asked() -> None:
    scorer = scorers.contains(exact_case=True)
    assert (await _score(scorer, "VAT  no", "the VAT no 7")).right
    assert not (await _score(scorer, "vat", "the VAT no 7")).right


@pytest.mark.parametrize("expected", ["", [""], ["a", " "], 7, {"a": 1}])
async def test_nothing_to_find_cannot_be_judged(expected: object) -> None:
    assert (await _score(scorers.contains(), expected, "text")).unscored


def test_another_need_is_refused() -> None:
    with pytest.raises(AppError, match=r"contains\('refund'\): 'all' or 'any' is wanted"):
        scorers.contains("refund")  # type: ignore[arg-type]
