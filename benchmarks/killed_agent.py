"""An agent of five writes that kills its own process: the victim of the `effects` benchmark.

It does not know whether it will be resumed. Its first life is given a place to die; a later life goes on from the
journal alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from vouch.app.app import App
from vouch.app.decide import settle, waiting
from vouch.app.house import House
from vouch.app.run import resume, run
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted
from vouch.tools.approvals import never
from vouch.tools.function import FunctionTool, tool
from vouch.values.message import ToolCall
from vouch.values.request import Request

CALLS = 5
RUN = "victim"
DONE, WAITS = 0, 3


def ask(address: str, path: str, body: object = None, key: str = "") -> object:
    """One request to the receiver."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{address}{path}", data, {"idempotency-key": key} if key else {})
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.loads(response.read())


def send_and_die(address: str, order: str, key: str) -> None:
    """Send the request whole, and be gone before the receiver has made the effect."""
    parts = urlsplit(address)
    body = json.dumps({"order": order}).encode()
    head = f"POST /effects HTTP/1.1\r\nhost: x\r\nidempotency-key: {key}\r\ncontent-length: {len(body)}\r\n\r\n"
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as line:
        line.sendall(head.encode() + body)
        die()


def die() -> None:
    """As a machine does that loses its power."""
    os.kill(os.getpid(), signal.SIGKILL)


def pay_tool(kind: str, address: str, where: str, at: int) -> FunctionTool:
    """The write: it dies at its `at`-th order, `before`, `inside` or `after` the effect; `never` lets it live."""

    def look_up(key: str) -> object:
        return ask(address, f"/effects/{key}")

    @tool(
        effect="write",
        trust="trusted",
        approval=never,
        idempotent=kind == "keys",
        reconcile=look_up if kind == "lookup" else None,
        settles=0.5,
    )
    def pay(order: str, *, idempotency_key: str) -> str:
        """Pay for an order."""
        dies = order == f"order-{at}"
        if dies and where == "before":
            die()
        if dies and where == "inside":
            send_and_die(address, order, idempotency_key)
        paid = ask(address, "/effects", {"order": order}, idempotency_key)
        if dies and where == "after":
            die()
        return json.dumps(paid)

    return pay


def script(*, parallel: bool) -> Scripted:
    """Five payments: one answer of five calls, or five answers of one."""

    def line(request: Request) -> ToolCall | tuple[ToolCall, ...] | str:
        paid = sum(message.role == "tool" for message in request.messages)
        calls = tuple(ToolCall(f"call-{n}", "pay", f'{{"order": "order-{n}"}}') for n in range(CALLS))
        if paid >= CALLS:
            return "All paid."
        return calls if parallel else calls[paid]

    return Scripted(line)


async def live(options: argparse.Namespace) -> int:
    """One life: begin or go on, and where the outcome of a payment is unknown, decide as a person would: look."""
    pay = pay_tool(options.kind, options.address, options.where, options.at)
    app = App(name="payer", models=[script(parallel=options.parallel)], tools=[pay])
    journal = await Journal.open(Path(options.journal))
    house = House(journal=journal, open_model=lambda name: Scripted([], name=name))
    begun = await journal.holds([RUN])
    # The tool of the next life is another one: it does not die.
    result = await resume(app, RUN, house, anyway=True) if begun else await run(app, "Pay.", house, name=RUN)
    while result.status == "waiting":
        (write,) = await waiting(journal)
        orders = [effect["order"] for effect in ask(options.address, "/effects")]  # type: ignore[attr-defined]
        made = json.loads(write.arguments)["order"] in orders
        await settle(journal, RUN, made=made, who="a person who looked")
        if not made:
            # The person pays by hand what was not paid: the run must not.
            ask(options.address, "/effects", json.loads(write.arguments), "by-hand")
        result = await resume(app, RUN, house)
    await house.aclose()
    return DONE if result.status == "answered" else WAITS


def main() -> None:
    """The life that the arguments describe."""
    options = argparse.ArgumentParser()
    options.add_argument("--journal", required=True)
    options.add_argument("--address", required=True)
    options.add_argument("--kind", default="keys")
    options.add_argument("--where", default="never")
    options.add_argument("--at", type=int, default=0)
    options.add_argument("--parallel", action="store_true")
    sys.exit(asyncio.run(live(options.parse_args())))


if __name__ == "__main__":
    main()
