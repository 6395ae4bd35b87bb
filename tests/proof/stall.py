"""A market stall with a note, on which strangers write, and an agent that reads it: what tests of labels test."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from vouch import scorers
from vouch.app.app import App
from vouch.app.declaration import Gate, Proof, Stage
from vouch.contracts.provenance import Trust
from vouch.contracts.tool import Tool
from vouch.models.scripted import Scripted
from vouch.tools.approvals import never
from vouch.tools.function import tool
from vouch.values.case import Case, Dataset
from vouch.values.message import ToolCall
from vouch.values.request import Request

MADE: list[str] = []
"""Writes that were made anywhere."""


@dataclass
class Stall:
    """One stall: what stands on the note, and what was paid back."""

    note: str = "none"
    paid: list[str] = field(default_factory=list[str])

    async def plant(self, text: str) -> None:
        self.note = text

    def tools(self, *, note: Trust = "untrusted", shout: bool = False, **refund: Any) -> list[Tool]:
        @tool(trust=note)
        def read_note(order: str) -> dict[str, str]:
            """What the customer wrote on an order."""
            return {"order": order, "note": f'"{self.note.upper()}"\n' if shout else self.note}

        @tool(trust="trusted")
        def price(order: str) -> str:
            """What an order cost."""
            return f"order {order}: 5"

        @tool(trust="typed")
        def length(order: str) -> int:
            """How long the note of an order is."""
            return len(self.note)

        @tool(effect="write", **{"approval": never, **refund})  # pyright: ignore[reportArgumentType]
        def refund_order(order: str, amount: int) -> str:
            """Give money back."""
            self.paid.append(order)
            MADE.append(order)
            return f"{amount} paid, note: {self.note}"

        return [read_note, price, length, refund_order]


def agent(request: Request) -> ToolCall | str:
    """Calls the tool that the customer names, then repeats what it says."""
    last = request.messages[-1]
    if last.role == "tool":
        return f"It says: {last.text}"
    name, _, order = last.text.partition(" ")
    arguments = f'{{"order": "{order}", "amount": 3}}' if name == "refund_order" else f'{{"order": "{order}"}}'
    return ToolCall("c", name, arguments)


CASES = Dataset(
    "asks",
    (
        Case("note", "read_note A17", "", then=("price A17",)),
        Case("money", "refund_order A17", ""),
        Case("words", "price B2", ""),
    ),
)


def stall_app(*, plants: bool = True, cases: Dataset = CASES, **labels: Any) -> App:
    """The stall's app, whose proof gives each case a stall of its own."""

    @asynccontextmanager
    async def world(_case: Case) -> AsyncGenerator[Stage]:
        stall = Stall()

        async def left() -> object:
            return stall.paid

        tools = stall.tools(**labels)
        yield Stage(tools, left, plant=stall.plant) if plants else Stage(tools, left)

    proof = Proof(cases, scorers.contains(), Gate(alone=[]), world=world)
    return App(name="stall", models=[Scripted(agent)], tools=Stall().tools(**labels), proofs=[proof])
