from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from vouch.app.effects import demand_of
from vouch.contracts.approval import Approval, Demand
from vouch.contracts.tool import Arguments, WriteTool
from vouch.errors import ToolError
from vouch.tools.approvals import DAY, FOR_ALL, above, always, never, when
from vouch.tools.function import FunctionTool, tool


def asked(rule: Approval, **arguments: Any) -> str | None:
    demand = rule.demand(arguments)
    return None if demand is None else demand.of


def test_never_and_always_are_the_same_for_every_call() -> None:
    assert never.demand({"amount": 10**9}) == Demand("nobody", DAY, "never")
    assert always.demand({}) == Demand("person", DAY, "always")
    assert {"never": never, "always": always} == FOR_ALL
    assert isinstance(always, Approval)


@pytest.mark.parametrize(
    ("value", "of"),
    [
        (50, None),
        (50.0, None),
        (Decimal("50.00"), None),
        (Decimal("50.01"), "person"),
        (50.000001, "person"),
        (51, "person"),
        (0, None),
        (Decimal("-0.00"), None),
        (-1000, "person"),
        (Decimal("-0.01"), "person"),
        (float("nan"), "person"),
        (Decimal("NaN"), "person"),
        (Decimal("sNaN"), "person"),
        (float("inf"), "person"),
        (Decimal("-Infinity"), "person"),
        (True, "person"),  # no amount, though Python counts with it
        ("20", "person"),  # a text is no amount
        (None, "person"),
        ([1], "person"),
    ],
)
def test_above_an_amount_a_person_is_asked_and_where_there_is_none_too(value: object, of: str | None) -> None:
    assert asked(above("amount", 50), amount=value) == of


def test_an_amount_with_more_digits_than_python_writes_is_above() -> None:
    assert asked(above("amount", 50), amount=10**5000) == "person"


def test_an_amount_that_is_not_there_needs_a_yes() -> None:
    assert above("amount", "49.90").demand({"sum": 1}) == Demand("person", DAY, "above(amount, 49.90)")


@pytest.mark.parametrize("amount", ["fifty", "", None, float("nan"), "Infinity", True])
def test_a_limit_that_is_no_number_is_an_error_where_it_is_declared(amount: Any) -> None:
    with pytest.raises(ToolError, match=r"give a number, such as above\('amount', 50\)"):
        above("amount", amount)


def test_a_limit_is_exact_also_where_it_is_given_as_a_float() -> None:
    assert asked(above("amount", 0.1), amount=Decimal("0.1")) is None
    assert asked(above("amount", 0.1), amount=Decimal("0.10000000001")) == "person"


def test_a_rule_of_ones_own_has_the_name_of_its_function_and_asks_whom_it_says() -> None:
    def far_away(arguments: dict[str, Any]) -> bool:
        return arguments["country"] != "DE"

    rule = when(far_away, of="customer")
    assert rule.demand({"country": "FR"}) == Demand("customer", DAY, "far_away")
    assert rule.demand({"country": "DE"}) is None

    class Callable:
        def __call__(self, arguments: dict[str, Any]) -> bool:
            return True

    assert when(Callable()).name == "when"


def test_a_yes_may_have_to_come_sooner() -> None:
    rule = above("amount", 50).within(60)
    assert rule.demand({"amount": 51}) == Demand("person", 60, "above(amount, 50)")
    assert rule.demand({"amount": 49}) is None
    for seconds in (0, -1.0):
        with pytest.raises(ToolError, match=r"give a number of seconds above 0"):
            always.within(seconds)


def write(approval: Any) -> WriteTool:
    @tool(effect="write", approval=approval)
    def pay(amount: float, to: str = "ann") -> str:
        """Pay."""
        return "paid"

    assert isinstance(pay, WriteTool)
    return pay


def breaks(arguments: dict[str, Any]) -> bool:
    raise KeyError("no such field")


@pytest.mark.parametrize(
    ("approval", "amount", "demand"),
    [
        ([above("amount", 50), never], 20, "never"),
        ([above("amount", 50), never], 70, "above(amount, 50)"),
        ([never, always], 70, "never"),
        ([always, never], 1, "always"),
        (above("amount", 50), 20, ""),
        (above("amount", 50), float("nan"), "above(amount, 50)"),
        ([when(breaks), never], 1, "the rule failed: KeyError: 'no such field'"),
        ([never, when(breaks)], 1, "never"),
    ],
)
def test_the_first_rule_that_applies_decides_and_one_that_breaks_asks_a_person(
    approval: Any, amount: float, demand: str
) -> None:
    found = demand_of(write(approval), Arguments({"amount": amount}, ""))
    assert found.rule.startswith(demand)
    assert found.of == ("nobody" if demand in ("never", "") else "person")


def test_a_write_without_a_rule_is_not_made_a_tool() -> None:
    for approval in ((), []):
        with pytest.raises(ToolError, match="say when a person must say yes"):
            write(approval)
    with pytest.raises(ToolError, match="approval='sometimes': give 'never', 'always', or a rule"):
        write("sometimes")
    assert isinstance(write("never"), FunctionTool)
