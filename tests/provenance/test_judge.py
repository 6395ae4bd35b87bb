"""Tests of the rule: a write passes unasked only if it is, in every critical argument, one that was planned."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.contracts.policy import PastCall
from vouch.contracts.provenance import Step
from vouch.contracts.tool import Arguments
from vouch.provenance.judge import left, planned_step
from vouch.provenance.labels import critical_of, is_untrusted, trust_of
from vouch.tools.function import tool
from vouch.values.request import ToolSpec


@tool(effect="write", approval="never", critical=["to", "amount"])
def pay(to: str, amount: Decimal, note: str = "", on: date | None = None) -> str:
    """Pay someone."""
    return f"{to} {amount} {note} {on}"


@tool(effect="write", approval="never")
def remove(number: int, *, force: bool = False) -> str:
    """Remove a file; everything about it matters."""
    return f"{number} {force}"


def step_of(arguments: str, *plan: Step, spent: tuple[int, ...] = (), calls: tuple[PastCall, ...] = ()) -> int:
    return planned_step(pay, pay.check(arguments), plan, spent=spent, calls=calls)


_WORDS = st.characters(exclude_categories=["Cs"])

ANN = Step("pay", {"to": "Ann", "amount": 5})


@pytest.mark.parametrize(
    ("arguments", "step"),
    [
        ('{"to": "Ann", "amount": 5}', 0),
        ('{"to": "Ann", "amount": "5.00"}', 0),
        ('{"to": "Ann", "amount": 5, "note": "anything at all"}', 0),
        ('{"to": "Ann", "amount": 6}', -1),
        ('{"to": "Mallory", "amount": 5}', -1),
        ('{"to": "ann", "amount": 5}', -1),
    ],
)
def test_a_write_is_planned_when_its_critical_arguments_are_those_of_a_step(arguments: str, step: int) -> None:
    assert step_of(arguments, ANN) == step


def test_each_step_is_taken_once() -> None:
    asked = '{"to": "Ann", "amount": 5}'
    assert step_of(asked, ANN, ANN, spent=(0,)) == 1
    assert step_of(asked, ANN, ANN, spent=(0, 1)) == -1
    assert step_of(asked) == -1
    assert step_of(asked, Step("remove", {"to": "Ann", "amount": 5})) == -1


def test_what_a_step_leaves_open_is_not_planned() -> None:
    assert step_of('{"to": "Ann", "amount": 5}', Step("pay", {"to": "Ann"})) == -1
    assert step_of('{"to": "Ann", "amount": 5}', Step("pay")) == -1


def test_a_step_may_fix_what_is_not_critical_and_then_it_counts() -> None:
    fixed = Step("pay", {"to": "Ann", "amount": 5, "on": "2026-01-02"})
    assert step_of('{"to": "Ann", "amount": 5, "on": "2026-01-02"}', fixed) == 0
    assert step_of('{"to": "Ann", "amount": 5, "on": "2026-01-03"}', fixed) == -1


def test_without_critical_arguments_named_all_are_and_defaults_must_stay() -> None:
    plan = (Step("remove", {"number": 3}),)
    for arguments, step in (
        ('{"number": 3}', 0),
        ('{"number": 3, "force": false}', 0),
        ('{"number": 3, "force": true}', -1),
    ):
        assert planned_step(remove, remove.check(arguments), plan, spent=(), calls=()) == step


def test_a_sourced_argument_must_stand_in_a_trusted_result_of_that_tool() -> None:
    plan = Step("pay", {"amount": 5}, {"to": "contacts"})
    asked = '{"to": "Ann", "amount": 5}'
    trusted = PastCall("contacts", "{}", '["Ann", "Bob"]')
    assert step_of(asked, plan, calls=(trusted,)) == 0
    for other in (
        PastCall("contacts", "{}", '["Annabel", "Bob"]'),
        PastCall("contacts", "{}", '["Ann"]', untrusted=True),
        PastCall("contacts", "{}", "no Ann there", failed=True),
        PastCall("mail", "{}", "from Ann"),
        PastCall("contacts", '{"like": "Ann"}', "nobody is like Ann", tainted=True),
    ):
        assert step_of(asked, plan, calls=(other,)) == -1
    # What was asked without arguments cannot have been made to say it.
    assert step_of(asked, plan, calls=(trusted._replace(tainted=True),)) == 0
    assert step_of(asked, plan, calls=(PastCall("contacts", '{"like": "Ann"}', "Ann"),)) == 0
    # An argument that was to be found somewhere and stays away is not as planned.
    note = Step("pay", {"to": "Ann", "amount": 5}, {"note": "contacts"})
    assert step_of(asked, note, calls=(trusted,)) == -1


def test_a_plan_that_the_tool_would_not_take_plans_nothing() -> None:
    assert step_of('{"to": "Ann", "amount": 5}', Step("pay", {"to": "Ann", "amount": "much"})) == -1
    assert step_of('{"to": "Ann", "amount": 5}', Step("pay", {"to": "Ann", "amount": 5, "x": object()})) == -1


@given(to=st.text(_WORDS) | st.just("Ann"), amount=st.integers(0, 9), note=st.text(_WORDS))
def test_nothing_but_the_planned_write_ever_passes(to: str, amount: int, note: str) -> None:
    arguments = pay.check(json.dumps({"to": to, "amount": amount, "note": note}))
    passes = planned_step(pay, arguments, (ANN,), spent=(), calls=()) == 0
    assert passes == (arguments.values["to"] == "Ann" and arguments.values["amount"] == 5)


def test_what_was_made_already_is_no_longer_planned() -> None:
    made = [(pay, '{"amount":"5","note":"x","on":null,"to":"Ann"}')]
    assert left((ANN, ANN, Step("remove", {"number": 1})), made) == (ANN, Step("remove", {"number": 1}))
    assert left((Step("pay", {"to": "Bob"}),), made) == (Step("pay", {"to": "Bob"}),)
    assert left((Step("pay", {"amount": "much"}),), made) == (Step("pay", {"amount": "much"}),)


def test_what_is_not_declared_is_untrusted_and_critical() -> None:
    class Strange:
        trust = "certainly"

    assert (trust_of(Strange()), trust_of(object())) == ("untrusted", "untrusted")
    assert is_untrusted(object())
    assert critical_of(object()) is None
    assert critical_of(pay) == {"to", "amount"}


def test_a_failed_typed_read_may_say_anything() -> None:
    @tool(trust="typed")
    def count() -> int:
        """Count."""
        return 1

    @tool(trust="trusted")
    def clock() -> str:
        """The time."""
        return ""

    assert [is_untrusted(count), is_untrusted(count, failed=True)] == [False, True]
    assert [is_untrusted(clock), is_untrusted(clock, failed=True)] == [False, False]


def test_what_differs_in_words_that_do_not_matter_was_made_all_the_same() -> None:
    made = [(pay, '{"to": "Ann", "amount": 5, "note": "for rent"}')]
    assert left((Step("pay", {"to": "Ann", "amount": 5, "note": "rent"}),), made) == ()
    assert left((ANN,), made) == ()


@dataclass(frozen=True)
class Raw:
    """A tool whose arguments are taken as they come, as those of a server are."""

    @property
    def spec(self) -> ToolSpec:
        return ToolSpec("raw", "Raw.", {}, writes=True)

    def check(self, arguments: str) -> Arguments:
        values = json.loads(arguments)
        return Arguments(values, json.dumps(values, sort_keys=True))


@pytest.mark.parametrize(
    ("fixed", "arguments", "step"),
    [
        ({"to": "Ann", "dry": True}, '{"to": "Ann", "dry": true}', 0),
        ({"to": "Ann", "dry": True}, '{"to": "Ann"}', -1),
        ({"to": "Ann", "dry": None}, '{"to": "Ann"}', -1),
        ({"to": "Ann"}, '{"to": "Ann", "dry": true}', -1),
        ({"x": 1}, '{"x": true}', -1),
        ({"x": [1, {"y": 0}]}, '{"x": [1, {"y": false}]}', -1),
        ({"x": [1, {"y": 0}]}, '{"x": [1, {"y": 0}]}', 0),
        ({"x": [1]}, '{"x": [1, 2]}', -1),
    ],
)
def test_raw_arguments_are_compared_in_kind_and_none_may_be_left_away(
    fixed: dict[str, object], arguments: str, step: int
) -> None:
    raw: Any = Raw()
    assert planned_step(raw, raw.check(arguments), (Step("raw", fixed),), spent=(), calls=()) == step
