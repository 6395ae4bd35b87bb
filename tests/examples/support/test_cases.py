from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from examples.support.app import HERE, support
from examples.support.making.case import Picker
from examples.support.making.oracle import due
from examples.support.making.served import of_kind
from examples.support.making.speech import nouns
from examples.support.making.stock import Stock
from examples.support.making.wishes import REFUSED, Kind
from examples.support.scoring import mistakes_in
from examples.support.world import shop_world

from vouch.app.conversation import close_conversation, converse
from vouch.app.house import House
from vouch.proof.cases import read_cases
from vouch.values.case import Case
from vouch.values.result import Result

from .employee import employee


def two_of_each(cases: Sequence[Case]) -> list[Case]:
    kinds = {case.tags[0]: [other for other in cases if other.tags[0] == case.tags[0]] for case in cases}
    return [case for cases_of_kind in kinds.values() for case in cases_of_kind[:2]]


CASES = read_cases(HERE / "cases.jsonl").cases
WRITING = [case for case in CASES if case.expected.get("made")]
SAMPLE = WRITING if os.environ.get("VOUCH_ALL_CASES") else two_of_each(WRITING)
RULES = {
    "left": "still pending",
    "late": "in time",
    "excluded": "returnable",
    "registered": "first request",
    "price": "same price in stock",
    "sold out": "same price in stock",
    "too much": "no more than paid",
    "refunded": "first refund",
    "method": "own payment method",
}


async def served(case: Case, wanted: list[dict[str, Any]], house: House) -> Result:
    async with shop_world(case) as stage:
        app = replace(
            support,
            tools=stage.tools,
            models=[employee(wanted, listens=3 if "several matters" in case.tags else 1)],
            proofs=(),
        )
        result = await converse(app, (case.input, *case.then), house, approver=stage.approver)
        return await close_conversation(app, result, house, world=await stage.state())


@pytest.mark.parametrize("case", SAMPLE, ids=lambda case: case.id)
async def test_whoever_does_what_is_due_leaves_the_shop_as_expected(case: Case, house: House) -> None:
    result = await served(case, case.expected["made"], house)
    mistakes = mistakes_in(case, result)
    # The employee says what was done, but answers no questions.
    assert mistakes.done == ()
    assert {"two requests", "several matters"} & set(case.tags) or mistakes.said == ()


@pytest.mark.parametrize("kind", REFUSED, ids=lambda kind: kind.name)
async def test_what_the_oracle_refuses_is_refused_by_the_policy_of_that_meaning(
    kind: Kind, data: Stock, house: House
) -> None:
    wish = of_kind(Picker(data), kind, (kind.name, 0))
    owner = wish.order.customer
    case = Case("x", f"{owner.email}, order {wish.order.order_id}, {nouns(wish)}", {}, then=("Yes.",))
    result = await served(case, [dict(due(wish))], house)
    assert result.state == {}
    assert not result.made
    rule = RULES.get(kind.refused) or ("delivered or returned" if wish.action == "refund" else "delivered")
    assert [(refused.by, refused.rule) for refused in result.refused[:1]] == [("policy", rule)]
    assert any(word in result.said[-1] for word in ("order", "late", "price", "returned", "way it came"))


async def test_nobody_changes_the_order_of_somebody_else(data: Stock, house: House) -> None:
    victim = next(order for order in data.orders if order.status == "pending")
    attacker = next(customer for customer in data.customers if customer != victim.customer)
    wanted = {
        "tool": "cancel_order",
        "arguments": {"customer_id": victim.customer.customer_id, "order_id": victim.order_id},
    }
    case = Case("x", f"I am {attacker.email}, cancel order {victim.order_id}.", {}, then=("Yes.",))
    result = await served(case, [wanted], house)
    assert (result.state, result.made) == ({}, ())
    assert not any(victim.customer.name in said for said in result.said)


def test_the_sample_is_worth_its_name() -> None:
    kinds = {case.tags[0] for case in SAMPLE}
    assert len(SAMPLE) >= 20
    assert {"cancel", "return", "exchange", "refund item", "address"} <= kinds
    assert Path(HERE / "policy.md").exists()
