from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from vouch import scorers
from vouch.app.app import App
from vouch.app.declaration import Gate, Proof, Stage
from vouch.app.house import House
from vouch.models.scripted import Scripted
from vouch.proof.prove import prove
from vouch.proof.sentences import summary
from vouch.tools.approvals import above
from vouch.tools.function import FunctionTool, tool
from vouch.values.case import Case, Dataset
from vouch.values.message import ToolCall
from vouch.values.request import Request
from vouch.values.result import Result
from vouch.values.score import Score


def pay_tool(account: dict[str, int]) -> FunctionTool:
    @tool(effect="write", confirm=True, approval=above("amount", 100))
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
