"""The fields of a JSON answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vouch import scorers
from vouch.errors import AppError

from .given import pair, scored

WANTED = {"total": 12.5, "vendor": "Acme", "items": [{"name": "pen", "price": 2.0}, {"name": "ink", "price": 10.5}]}


async def test_the_value_is_the_share_of_fields_and_why_names_the_others() -> None:
    assert (await scored(scorers.fields(), WANTED, json.dumps(WANTED))).right
    given = {"total": 12.51, "vendor": "ACME ", "items": [{"name": "pen", "price": 2}, {"name": "ink"}], "more": 1}
    score = await scored(scorers.fields(), WANTED, json.dumps(given))
    assert score.value == pytest.approx(4 / 6)
    assert score.why == "total is 12.51, not 12.5; items[1].price is missing"
    whole = await scored(scorers.fields(whole=True), WANTED, json.dumps(given))
    assert (whole.value, whole.why) == (0.0, score.why)


async def test_tolerances_are_for_all_numbers_or_by_field() -> None:
    given = WANTED | {"total": 12.51, "items": [{"name": "pen", "price": 2.1}, {"name": "ink", "price": 10.4}]}
    assert (await scored(scorers.fields(tolerance=0.1), WANTED, json.dumps(given))).right
    by_field = scorers.fields(tolerance={"total": 0.01, "items.price": 0.1})
    assert (await scored(by_field, WANTED, json.dumps(given))).right
    one = scorers.fields(tolerance={"total": 0.01, "items[0].price": 0.1})
    assert (await scored(one, WANTED, json.dumps(given))).why == "items[1].price is 10.4, not 10.5"
    assert by_field.name == "fields(tolerance={'items.price': 0.1, 'total': 0.01})"


@pytest.mark.parametrize(
    ("expected", "given", "why"),
    [
        ({"a": 1}, {"a": True}, "a is True, not 1"),
        ({"a": "1"}, {"a": 1}, "a is 1, not '1'"),
        ({"a": None}, {}, "a is missing"),
        ({"a": {"b": 1}}, {"a": 7}, "a.b is missing, a is 7"),
        ({"a": {}}, {"a": 7}, "an object is wanted, a is 7"),
        ({"a": [1]}, {"a": "x"}, "a is 'x', a list is wanted"),
        ({"a": [1, 2]}, {"a": [1]}, "a[1] is missing"),
        ({"a": [1]}, {"a": [1, 2]}, "a has 2 items, not 1"),
        ([1, 2], [2, 1], "[0] is 2, not 1; [1] is 1, not 2"),
        ({"a": 1.5}, {"a": "NaN"}, "a is 'NaN', not 1.5"),
        ([[]], [{}], "[0] is {}, a list is wanted"),
    ],
)
async def test_differences_are_named(expected: object, given: object, why: str) -> None:
    score = await scored(scorers.fields(), expected, json.dumps(given))
    assert not score.right
    assert score.why == why


async def test_more_than_is_expected_is_wrong_only_where_it_is_closed() -> None:
    given = json.dumps({"a": 1, "b": 2})
    assert (await scored(scorers.fields(), {"a": 1}, given)).right
    closed = await scored(scorers.fields(closed=True), {"a": 1}, given)
    assert (closed.value, closed.why) == (0.5, "b is not expected")
    assert not (await scored(scorers.fields(exact_text=True), {"a": "X"}, '{"a": "x"}')).right


async def test_json_may_stand_in_a_fenced_block() -> None:
    assert (await scored(scorers.fields(), {"a": 1}, 'Here:\n```json\n{"a": 1}\n```\nDone.')).right
    for output in ("no JSON", "```json\nnothing\n```", "[" * 100_000):
        assert (await scored(scorers.fields(), {"a": 1}, output)).why.endswith("is not JSON")


async def test_many_differences_are_counted() -> None:
    score = await scored(scorers.fields(), list(range(9)), "[]")
    assert score.why.endswith("[4] is missing and 4 more")


@pytest.mark.parametrize("expected", [None, {}, [], "text", 7])
async def test_what_is_no_structure_cannot_be_judged(expected: object) -> None:
    assert (await scored(scorers.fields(), expected, "{}")).unscored


async def test_a_run_without_an_answer_is_not_right() -> None:
    assert (await scored(scorers.fields(), {"a": 1}, '{"a": 1}', status="failed")).value == 0.0


def test_each_field_has_its_own_judgement() -> None:
    scorer = scorers.fields()
    assert scorer.by_field(*pair({"a": 1, "b": [2]}, '{"a": 1, "b": [3]}')) == {"a": True, "b[0]": False}
    assert scorer.by_field(*pair({"a": 1}, "nothing")) == {"a": False}


@pytest.mark.parametrize("tolerance", [-1, float("nan"), {"a": float("inf")}])
def test_impossible_tolerances_are_refused(tolerance: Any) -> None:
    with pytest.raises(AppError, match="0 or positive numbers are wanted"):
        scorers.fields(tolerance=tolerance)
