"""Latency, cost and turns."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from vouch import scorers
from vouch.errors import AppError
from vouch.values.money import Money

from .given import scored


async def test_latency() -> None:
    scorer = scorers.latency(2)
    assert scorer.name == "latency(2 s)"
    assert (await scored(scorer, None, seconds=2.0)).right
    slow = await scored(scorer, None, seconds=2.5)
    assert (slow.value, slow.why) == (0.0, "2.5 s, 2 s are allowed")
    assert (await scored(scorer, None, seconds=0.1, status="failed")).value == 0.0
    for wrong in (0, float("nan"), float("inf")):
        with pytest.raises(AppError, match="a positive number of seconds"):
            scorers.latency(wrong)


async def test_cost() -> None:
    scorer = scorers.cost("0.002")
    assert scorer.name == "cost(0.002 USD)"
    assert (await scored(scorer, None, cost=Money(Decimal("0.002")))).right
    dear = await scored(scorer, None, cost=Money(Decimal("0.0021")))
    assert (dear.value, dear.why) == (0.0, "0.0021 USD, 0.002 USD is allowed")
    assert (await scored(scorer, None)).unscored
    assert (await scored(scorer, None, cost=Money(Decimal(1), "EUR"))).unscored
    assert (await scored(scorer, None, status="abstained")).value == 0.0
    wrong: list[Any] = ["x", -1, 0.1, True, "NaN"]
    for amount in wrong:
        with pytest.raises(AppError, match="an exact amount of 0 or more is wanted"):
            scorers.cost(amount)


async def test_turns() -> None:
    scorer = scorers.turns(2)
    assert scorer.name == "turns(2)"
    assert (await scored(scorer, None, said=("a", "b"))).right
    assert (await scored(scorer, None)).right
    assert (await scored(scorer, None, said=("a", "b", "c"))).why == "3 turns, 2 are allowed"
    assert (await scored(scorer, None, said=("a",), status="stopped")).value == 0.0
    with pytest.raises(AppError, match=r"turns\(0\)"):
        scorers.turns(0)
