from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from vouch.app.budget import Budget
from vouch.errors import AppError
from vouch.journal.state import RunState
from vouch.values.money import Money, Usage

NONE = Usage()


def state(*, steps: int = 0, usage: Usage = NONE, cost: Money | None = None) -> RunState:
    made = RunState("run")
    made.steps, made.usage, made.cost, made.at = steps, usage, cost, 1000.0
    return made


def dollars(amount: str) -> Money:
    return Money(Decimal(amount))


@pytest.mark.parametrize(
    ("budget", "at", "now", "why"),
    [
        (Budget(steps=3), state(steps=2), 1000, None),
        (Budget(steps=3), state(steps=3), 1000, "its budget of 3 steps is used up"),
        (Budget(tokens=10), state(usage=Usage(5, 4)), 1000, None),
        (Budget(tokens=10), state(usage=Usage(5, 5)), 1000, "its budget of 10 tokens is used up: 10"),
        (Budget(seconds=2.5), state(), 1002.4, None),
        (Budget(seconds=2.5), state(), 1002.5, "its budget of 2.5 s is used up: 2.5 s"),
        (Budget(money=dollars("0.05")), state(), 1000, None),
        (Budget(money=dollars("0.05")), state(steps=1, cost=dollars("0.04")), 1000, None),
        (
            Budget(money=dollars("0.05")),
            state(steps=1, cost=dollars("0.050")),
            1000,
            "its budget of 0.05 USD is used up: 0.05 USD",
        ),
        (
            Budget(money=dollars("0.05")),
            state(steps=1),
            1000,
            "it has a budget of 0.05 USD, but the price of its model is not known; add it under [prices]",
        ),
        (
            Budget(money=Money(Decimal(1), "EUR")),
            state(steps=1, cost=dollars("0.01")),
            1000,
            "it has a budget of 1 EUR, but its models are paid in USD; use one currency",
        ),
        (Budget(steps=None, seconds=None), state(steps=10**6), 10**9, None),
    ],
)
def test_a_limit_is_reached_exactly_when_it_is_used_up(
    budget: Budget, at: RunState, now: float, why: str | None
) -> None:
    assert budget.exceeded(at, now) == why


def test_the_seconds_left_never_fall_below_none() -> None:
    assert Budget(seconds=10).seconds_left(state(), 1004) == 6
    assert Budget(seconds=10).seconds_left(state(), 2000) == 0
    assert Budget(seconds=None).seconds_left(state(), 2000) is None


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"tokens": -1}, {"seconds": 0.0}])
def test_a_budget_of_nothing_is_an_error(wrong: dict[str, Any]) -> None:
    [(name, amount)] = wrong.items()
    with pytest.raises(AppError, match=rf"Budget\({name}={amount}\): give a number above 0, or None for no limit"):
        Budget(**wrong)
