from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from vouch import scorers
from vouch.app.app import App
from vouch.app.budget import Budget
from vouch.app.conversation import DECISIONS, close_conversation, converse
from vouch.app.declaration import Gate, Proof, Stage
from vouch.app.house import House
from vouch.app.run import close, say
from vouch.errors import AppError, BadRequest
from vouch.models.scripted import Scripted
from vouch.proof.prove import prove
from vouch.proof.sentences import summary
from vouch.tools.approvals import above, always
from vouch.tools.function import FunctionTool, tool
from vouch.values.case import Case, Dataset
from vouch.values.message import ToolCall
from vouch.values.request import Request
from vouch.values.result import Made, Refused, Result
from vouch.values.score import Score


def pay_tool(account: dict[str, int]) -> FunctionTool:
    @tool(effect="write", trust="trusted", confirm=True, approval=above("amount", 100))
    def pay(amount: int) -> str:
        """Pay out an amount."""
        account["paid"] = account.get("paid", 0) + amount
        return f"paid {amount}"

    return pay


@asynccontextmanager
async def world(case: Case) -> AsyncIterator[Stage]:
    account: dict[str, int] = {}

    async def state() -> object:
        return dict(account)

    def approver(_tool: str, arguments: dict[str, Any]) -> Any:
        return "approve" if arguments["amount"] < 1000 else "reject"

    yield Stage([pay_tool(account)], state, approver)


def cashier(request: Request) -> ToolCall | str:
    last = request.messages[-1]
    if last.role == "tool":
        return f"Result: {last.text}"
    return ToolCall("c", "pay", f'{{"amount": {last.text}}}') if last.text.isdigit() else "How much?"


class Paid:
    name = "paid"

    async def score(self, case: Case, result: Result) -> Score:
        right = result.state == case.expected and result.said[-1].startswith("Result")
        return Score(self.name, 1.0 if right else 0.0, why=str(result.state))


CASES = Dataset(
    "payments",
    (
        Case("small", "I want money", {"paid": 20}, then=("20", "yes")),
        Case("approved", "500", {"paid": 500}, then=("Yes, please.",)),
        Case("rejected", "5000", {}, then=("yes",)),
        Case("unconfirmed", "30", {}, then=("no, wait",)),
    ),
)


async def test_every_case_has_a_world_of_its_own_and_a_person_who_decides(house: House) -> None:
    proof = Proof(CASES, Paid(), Gate(alone=[]), world=world)
    model = Scripted(cashier)
    app = App(name="cashier", models=[model], prompt="Pay.", tools=[pay_tool({})], proofs=[proof])
    report = await prove(app, proof, house)
    assert [(row.case, row.status, row.value) for row in report.rows] == [
        ("small", "answered", 1.0),
        ("approved", "answered", 1.0),
        ("rejected", "answered", 1.0),
        ("unconfirmed", "answered", 1.0),
    ]
    assert [(fired.by, fired.right, fired.wrong) for fired in report.fired] == [("approval", 1, 0), ("customer", 1, 0)]
    assert "Refused: approval 1 times (0 in wrong cases), customer 1 times (0 in wrong cases)." in summary(report)
    asked = len(model.requests)
    again = await prove(app, proof, house)
    assert (again.cached, again.right, len(model.requests)) == (4, 4, asked)


async def test_a_conversation_without_a_world_is_scored_by_its_last_answer(house: House) -> None:
    cases = Dataset("talk", (Case("t", "hello", "How much?", then=("again",)),))
    proof = Proof(cases, scorers.exact(), Gate(alone=[]))
    report = await prove(App(name="a", models=[Scripted(cashier)], prompt="x", proofs=[proof]), proof, house)
    assert report.right == 1


async def test_all_that_happened_is_told(house: House) -> None:
    account: dict[str, int] = {}
    app = App(name="cashier", models=[Scripted(cashier)], prompt="Pay.", tools=[pay_tool(account)])
    words = ("500", "yes", "30", "no")
    result = await converse(app, words, house, approver=lambda _tool, arguments: "approve")
    assert (result.status, account) == ("answered", {"paid": 500})
    whole = await close_conversation(app, result, house, world={"paid": 500})
    assert whole.status == "answered"
    assert [said.split(":")[0] for said in whole.said] == ["pay", "Result", "pay", "Result"]
    assert whole.calls == ("pay", "pay")
    assert whole.made == (Made("pay", '{"amount":500}', "paid 500"),)
    assert whole.refused == (Refused("pay", "customer"),)
    assert whole.state == {"paid": 500}


async def test_a_write_that_nobody_decides_about_waits_while_the_customer_speaks_on(house: House) -> None:
    app = App(name="cashier", models=[Scripted(cashier)], prompt="Pay.", tools=[pay_tool({})])
    result = await converse(app, ("500", "yes", "Are you there?"), house, approver=lambda _tool, _arguments: None)
    assert result.status == "waiting"
    whole = await close_conversation(app, result, house)
    assert (whole.status, whole.made, whole.state) == ("answered", (), None)


async def test_a_person_is_not_asked_without_end(house: House) -> None:
    @tool(effect="write", trust="trusted", approval=always, repeatable=True)
    def pay(amount: int) -> str:
        """Pay."""
        return "paid"

    asked: list[int] = []

    def approver(_tool: str, arguments: dict[str, Any]) -> Any:
        asked.append(arguments["amount"])
        return "approve"

    model = Scripted(lambda _: ToolCall("c", "pay", '{"amount": 1}'))
    app = App(name="a", models=[model], tools=[pay], budget=Budget(steps=DECISIONS + 9))
    result = await converse(app, ("go",), house, approver=approver)
    assert (result.status, len(asked)) == ("waiting", DECISIONS)


async def test_what_nobody_knows_is_not_for_the_person_of_a_case_to_decide(house: House) -> None:
    @tool(effect="write", trust="trusted", approval=always)
    def pay() -> str:
        """Pay, over a line that breaks."""
        raise ConnectionError("lost")

    app = App(name="a", models=[Scripted([ToolCall("c", "pay", ""), "done"])], tools=[pay])
    result = await converse(app, ("go",), house, approver=lambda _tool, _arguments: "approve")
    assert (result.status, result.why[:12]) == ("waiting", "to find out ")
    left = await close_conversation(app, result, house)
    assert (left.status, left.made, left.calls) == ("waiting", (), ())
    with pytest.raises(AppError, match="a write whose outcome is not known; settle it first"):
        await close(app, result.run, house)


async def test_an_end_ends_the_conversation(house: House) -> None:
    app = App(name="a", models=[Scripted(["one", BadRequest("no more")])])
    result = await converse(app, ("1", "2", "never said"), house)
    assert (result.status, result.why) == ("failed", "BadRequest: no more")
    with pytest.raises(AppError, match=r"has ended \(failed\); begin a new one"):
        await say(app, result.run, "hello?", house)
    assert (await close_conversation(app, result, house)).said == ("one",)
