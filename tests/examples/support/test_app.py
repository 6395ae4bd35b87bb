from __future__ import annotations

from pathlib import Path

from examples.support.app import HERE, support
from examples.support.shop.here import ShopHere
from examples.support.tools import tools_for

from vouch.app.app import App
from vouch.app.decide import decide
from vouch.app.house import House
from vouch.app.run import resume, run, say
from vouch.contracts.tool import WriteTool
from vouch.project.project import Project
from vouch.proof.cases import read_cases

from .employee import employee


def test_the_project_gives_the_app() -> None:
    app = Project.find(HERE).app("support")
    assert (app.name, app.model_names, app.version) == ("support", ("local/planner",), support.version)
    assert len(app.proofs) == 1
    assert app.proofs[0].world is not None


def test_the_app_is_the_same_in_every_shop(tmp_path: Path) -> None:
    elsewhere = tools_for(ShopHere(tmp_path / "shop.db"))
    assert [tool.version for tool in elsewhere] == [tool.version for tool in support.tools]


def test_the_prompt_names_the_tools() -> None:
    [message] = support.instructions.render("hello", {})[:1]
    assert message.role == "system"
    for name in ("find_customer", "get_order", "quote_refund", "search_policy", "search_products"):
        assert f"`{name}`" in message.text


async def test_a_refund_in_the_shop_of_this_machine_survives_a_failure_after_the_fact(
    house: House, tmp_path: Path
) -> None:
    case = next(
        case
        for case in read_cases(HERE / "cases.jsonl").cases
        if "approval" in case.tags and case.setting == {"approver": "approve"} and len(case.then) == 1
    )
    shop = ShopHere(tmp_path / "shop.db")
    app = App(name="support", models=[employee(case.expected["made"])], tools=tools_for(shop))
    await shop.faults({"kind": "error_after"})
    asked = await run(app, case.input, house, chat=True)
    assert (asked.status, "Is that right?" in asked.output) == ("waiting", True)
    waiting = await say(app, asked.run, case.then[0], house)
    assert (waiting.status, await shop.state()) == ("waiting", {})
    await decide(house.journal, asked.run, "approve", who="ann")
    done = await resume(app, asked.run, house)
    assert done.status == "answered"
    assert "go back to" in done.output
    assert await shop.state() == case.expected["state"]
    assert len(await shop.effects()) == 1
    await shop.aclose()


def test_the_writes_of_the_app_are_guarded() -> None:
    guarded = {tool.spec.name: len(tool.policies) for tool in support.tools if isinstance(tool, WriteTool)}
    assert guarded == {
        "cancel_order": 3,
        "return_items": 6,
        "exchange_item": 7,
        "refund_order": 8,
        "change_address": 3,
        "hand_over": 0,
    }
