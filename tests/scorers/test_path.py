"""Which tools a run called."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch import scorers
from vouch.errors import AppError
from vouch.scorers.path import Order
from vouch.values.result import Called, Made

from .given import scored


@pytest.mark.parametrize(
    ("order", "expected", "called", "value"),
    [
        ("in order", ["find", "refund"], ["find", "look", "refund"], 1.0),
        ("in order", ["find", "refund"], ["refund", "find"], 0.5),
        ("in order", ["find", "refund"], [], 0.0),
        ("any order", ["find", "refund"], ["refund", "look", "find"], 1.0),
        ("any order", ["find", "find"], ["find"], 0.5),
        ("exact", ["find", "refund"], ["find", "refund"], 1.0),
        ("exact", ["find", "refund"], ["find", "refund", "find"], 0.0),
        ("exact", ["find", "refund"], ["refund", "find"], 0.0),
        ("exact", [], [], 1.0),
        ("exact", [], ["find"], 0.0),
        ("in order", [], ["find"], 1.0),
    ],
)
async def test_the_three_orders(order: Order, expected: list[str], called: list[str], value: float) -> None:
    score = await scored(scorers.path(order), expected, calls=tuple(called))
    assert score.value == value
    assert bool(score.why) is (value < 1)


async def test_arguments_count_when_asked() -> None:
    expected = [{"tool": "refund", "arguments": {"order": "W1", "amount": 5}}, "find", {"tool": "close"}]
    called = (
        Called("refund", '{"order":"W1","amount":5.0,"note":"x"}'),
        Called("find", "{}"),
        Called("close", "broken"),
    )
    more: dict[str, Any] = {"called": called, "calls": ("refund", "find", "close")}
    assert (await scored(scorers.path(arguments=True), expected, **more)).right
    other = [{"tool": "refund", "arguments": {"order": "W2"}}]
    assert (await scored(scorers.path(), other, **more)).right
    wrong = await scored(scorers.path(arguments=True), other, **more)
    assert (wrong.value, wrong.why) == (0.0, "called ['refund', 'find', 'close'], expected ['refund']")
    broken = [{"tool": "close", "arguments": {"order": "W2"}}]
    assert (await scored(scorers.path(arguments=True), broken, **more)).value == 0.0


async def test_arguments_that_were_not_recorded_cannot_be_judged() -> None:
    assert (await scored(scorers.path(arguments=True), ["find"], calls=("find",))).unscored


async def test_the_same_tool_may_be_needed_with_two_arguments() -> None:
    # Greedily the open call would take W1, and nothing would be left for the one that needs it.
    expected = ["find", {"tool": "find", "arguments": {"order": "W1"}}]
    called = (Called("find", '{"order":"W1"}'), Called("find", '{"order":"W2"}'))
    assert (
        await scored(scorers.path("any order", arguments=True), expected, called=called, calls=("find", "find"))
    ).right


async def test_only_writes_when_asked() -> None:
    made = (Made("refund", '{"order":"W1"}', "done"),)
    scorer = scorers.path("exact", of="writes", arguments=True)
    expected = [{"tool": "refund", "arguments": {"order": "W1"}}]
    assert (await scored(scorer, expected, made=made, calls=("find", "refund"))).right
    assert scorer.name == "path(order='exact', arguments=True, of='writes')"


@pytest.mark.parametrize(
    "expected",
    [None, "find", [7], [{"name": "find"}], [{"tool": 7}], [{"tool": "a", "arguments": 7}], [{"tool": "a", "x": 1}]],
)
async def test_what_is_no_list_of_calls_cannot_be_judged(expected: object) -> None:
    assert (await scored(scorers.path(), expected, calls=("find",))).unscored


@given(st.lists(st.sampled_from("abc"), max_size=4), st.lists(st.sampled_from("abc"), max_size=5))
async def test_any_order_is_the_best_of_all_orders(expected: list[str], called: list[str]) -> None:
    orders = [list(order) for order in permutations(expected)]
    best = max([(await scored(scorers.path(), order, calls=tuple(called))).value or 0.0 for order in orders])
    assert (await scored(scorers.path("any order"), expected, calls=tuple(called))).value == best


@pytest.mark.parametrize("settings", [{"order": "sorted"}, {"of": "reads"}])
def test_other_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(AppError, match="are wanted"):
        scorers.path(**settings)
