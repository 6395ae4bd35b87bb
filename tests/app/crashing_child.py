"""A parent whose sub-agent kills the process just after its write, the first time.

python -m app.crashing_child DATABASE LEDGER
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from vouch.app.app import App
from vouch.app.house import House
from vouch.app.run import run
from vouch.app.subagent import as_tool
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted
from vouch.tools.approvals import never
from vouch.tools.function import tool
from vouch.values.message import ToolCall
from vouch.values.request import Request


def parent(ledger: Path) -> App:
    @tool(effect="write", trust="trusted", approval=never, idempotent=True)
    def refund(order: str, *, idempotency_key: str) -> str:
        """Give money back."""
        seen = ledger.read_text().splitlines() if ledger.exists() else []
        if idempotency_key not in seen:
            with ledger.open("a") as file:
                file.write(f"{idempotency_key}\n")
        if not seen:
            os.kill(os.getpid(), signal.SIGKILL)
        return f"refunded {order}"

    def child_says(request: Request) -> ToolCall | str:
        last = request.messages[-1]
        return last.text if last.role == "tool" else ToolCall("c", "refund", '{"order": "1"}')

    def parent_says(request: Request) -> ToolCall | str:
        last = request.messages[-1]
        return f"It is done: {last.text}" if last.role == "tool" else ToolCall("p", "clerk", '{"input": "refund 1"}')

    clerk = App(name="clerk", prompt="", models=[Scripted(child_says)], tools=[refund])
    return App(name="chief", models=[Scripted(parent_says)], tools=[as_tool(clerk, description="Refunds.")])


async def main(database: str, ledger: str) -> None:
    async with await Journal.open(database) as journal:
        await run(parent(Path(ledger)), "refund order 1", House(journal=journal, open_model=lambda _: Scripted([])))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
