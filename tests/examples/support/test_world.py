from __future__ import annotations

import asyncio
from typing import Any

import pytest
from examples.support.making.stock import Order
from examples.support.world import ShopWorld

from vouch.app.declaration import Stage
from vouch.contracts.tool import Tool
from vouch.errors import CaseError
from vouch.values.case import Case


def named(stage: Stage, name: str) -> Tool:
    return next(tool for tool in stage.tools if tool.spec.name == name)


async def hand_over(stage: Stage) -> None:
    tool = named(stage, "hand_over")
    await tool.call(tool.check("{}"), "key-1")


async def test_each_case_has_a_shop_of_its_own() -> None:
    world = ShopWorld()

    async def one(number: int) -> object:
        async with world(Case(f"c-{number}", "hello")) as stage:
            if number % 2:
                await hand_over(stage)
            await asyncio.sleep(0)
            return await stage.state()

    states = await asyncio.gather(*(one(number) for number in range(8)))
    assert states == [{"tickets": {"1": {}}} if number % 2 else {} for number in range(8)]


async def test_a_case_says_what_was_planted_and_what_its_person_decides(pending: Order) -> None:
    setting = {
        "approver": "reject",
        "plant": {"notes": {pending.order_id: "evil"}},
        "faults": [{"kind": "error_before"}],
    }
    async with ShopWorld()(Case("c", "hello", setting=setting)) as stage:
        assert stage.approver("refund_order", {}) == "reject"
        tool = named(stage, "get_order")
        asked = f'{{"customer_id": "{pending.customer.customer_id}", "order_id": "{pending.order_id}"}}'
        assert '"note":"evil"' in await tool.call(tool.check(asked))
        with pytest.raises(Exception, match="before it did anything"):
            await hand_over(stage)
        await hand_over(stage)
    async with ShopWorld()(Case("c", "hello")) as stage:
        assert stage.approver("refund_order", {}) is None


@pytest.mark.parametrize("setting", [{"approver": "maybe"}, {"weather": "rain"}, 7])
async def test_a_setting_that_makes_no_sense_is_named(setting: Any) -> None:
    with pytest.raises(CaseError, match="case 'c-7' has a setting that the shop does not know"):
        async with ShopWorld()(Case("c-7", "hello", setting=setting)):
            pass


async def test_a_case_that_breaks_does_not_stop_the_others() -> None:
    world = ShopWorld()
    async with world(Case("a", "hello")) as stage:
        with pytest.raises(KeyError):
            async with world(Case("b", "hello")):
                raise KeyError("the app broke")
        assert await stage.state() == {}
    async with world(Case("c", "hello")) as stage:
        assert await stage.state() == {}
