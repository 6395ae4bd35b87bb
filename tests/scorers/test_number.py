"""Numbers in what a model wrote."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch import scorers
from vouch.contracts.scorer import Scorer
from vouch.errors import AppError
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score


async def _score(scorer: Scorer, expected: object, output: str) -> Score:
    return await scorer.score(Case("c", "?", expected), Result("r", "answered", output=output))


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("7", 7),
        ("So 18 - 9 = 9 eggs, and 9 * 2 = **$18**.", 18),
        ("The total is 1,234.50 EUR.", 1234.5),
        ("The total is 12 345 678", 12345678),
        ("CHF 1'234.50", "1234.50"),
        ("1\u202f234", 1234),
        ("It fell to -3.5 °C", -3.5),
        ("a balance of −$20", -20),
        ("a balance of $-20", -20),
        ("EUR12.50", 12.5),
        ("between 5-10", 10),
        ("- 5", 5),
        ("about 1.5e-3", 0.0015),
        ("+.5", 0.5),
        ("in 2024 500 came", 500),
        ("12 is what GPT4 and v1.2.3 say", 12),
        ("9007199254740993", 9007199254740993),
        ("1,2345", 2345),
    ],
)
async def test_the_last_number_is_found(output: str, expected: float | str) -> None:
    score = await _score(scorers.number(), expected, output)
    assert score.right, score.why


@pytest.mark.parametrize(
    ("output", "expected", "why"),
    [
        ("none at all", 7, "'none at all' holds no number"),
        ("7 of 8", 7, "8 is not 7"),
        ("9007199254740992", "9007199254740993", "9007199254740992 is not 9007199254740993"),
        ("1" * 60, 7, "1.111111111111111111111111111111111111111e+59… is not 7"),
    ],
)
async def test_another_number_is_not_right(output: str, expected: object, why: str) -> None:
    score = await _score(scorers.number(), expected, output)
    assert (score.value, score.why) == (0.0, why)


async def test_tolerances() -> None:
    assert (await _score(scorers.number(tolerance=0.1), 0.3, "0.2")).right
    assert not (await _score(scorers.number(tolerance=0.1), 0.3, "0.1999")).right
    assert (await _score(scorers.number(relative=0.01), 200, "202")).right
    assert (await _score(scorers.number(tolerance=5, relative=0.01), 200, "205")).right
    missed = await _score(scorers.number(relative=0.01), 200, "203")
    assert missed.why == "203 is not 200 ± 2.00"
    assert (await _score(scorers.number(), "1e300", "1e300")).right


async def test_the_whole_output_may_be_demanded() -> None:
    scorer = scorers.number(whole=True)
    assert (await _score(scorer, 1234.5, " $1,234.50\n")).right
    missed = await _score(scorer, 12, "12 kg")
    assert (missed.value, missed.why) == (0.0, "'12 kg' is not a number as a whole")


async def test_a_decimal_comma() -> None:
    scorer = scorers.number(decimal_mark=",")
    assert (await _score(scorer, 1234.56, "Summe: 1.234,56 €")).right
    assert (await _score(scorer, "0.5", ",5")).right
    assert (await _score(scorers.number(), 1234, "1,234")).right
    assert (await _score(scorer, 1.234, "1,234")).right


@pytest.mark.parametrize("expected", ["twelve", "12 kg", "", float("nan"), float("inf"), True, Decimal("NaN")])
async def test_what_is_not_a_number_cannot_be_judged(expected: object) -> None:
    score = await _score(scorers.number(), expected, "12")
    assert score.unscored
    assert "a number, or a text such as '12.50', is wanted" in score.why


async def test_decimals_are_expected_as_written() -> None:
    assert (await _score(scorers.number(), Decimal("12.50"), "12.5")).right


@given(st.decimals(-(10**9), 10**9, places=3, allow_nan=False))
async def test_every_number_written_with_separators_is_read_back(value: Decimal) -> None:
    grouped = f"{value:,}"
    for written in (f"It is {grouped}.", f"It is {grouped.replace(',', ' ')} EUR", f"USD{value}"):
        assert (await _score(scorers.number(), value, written)).right


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"tolerance": -1}, r"number\(tolerance=-1\): 0 or a positive number"),
        ({"relative": float("nan")}, r"number\(relative=nan\)"),
        ({"tolerance": float("inf")}, r"number\(tolerance=inf\)"),
        ({"decimal_mark": "x"}, r"number\(decimal_mark='x'\): '.' or ','"),
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(AppError, match=message):
        scorers.number(**settings)  # type: ignore[arg-type]
