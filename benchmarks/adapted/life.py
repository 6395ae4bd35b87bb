"""What the victims of all frameworks do alike: read how they are to die, pay, and find out what nobody knows.

It does not know any framework.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, cast
from uuid import uuid4

from benchmarks.killed_agent import CALLS, DONE, WAITS, ask, die, pay_tool, send_and_die
from vouch.adapters.gateway import ToolGateway
from vouch.adapters.outside import outside
from vouch.app.decide import settle, waiting

END = "All paid."
QUESTION = "Pay."
THREAD = "victim"


class Life(NamedTuple):
    """Where the receiver and the records are, how to die at which order, and whose tools are called how.

    `folder` is for whatever the framework keeps on disk.
    """

    address: str
    journal: str
    kind: str
    where: str
    at: int
    parallel: bool
    plain: bool


Work = Callable[[Life, ToolGateway], Awaitable[str]]
"""What an agent does in one life: gives its last words."""


def read(options: Sequence[str]) -> Life:
    """As the options say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--address", required=True)
    parser.add_argument("--journal", required=True)
    parser.add_argument("--kind", default="keys")
    parser.add_argument("--where", default="never")
    parser.add_argument("--at", type=int, default=-1)
    parser.add_argument("--parallel", action="store_true")
    parser.add_argument("--plain", action="store_true")
    return Life(**vars(parser.parse_args(options)))


def plain_pay(given: Life, order: str) -> str:
    """Pay as a tool does that knows no key, and die where it is this order's turn."""
    dies = order == f"order-{given.at}"
    if dies and given.where == "before":
        die()
    if dies and given.where == "inside":
        send_and_die(given.address, order, "")
    paid = ask(given.address, "/effects", {"order": order})
    if dies and given.where == "after":
        die()
    return json.dumps(paid)


def wanted(given: Life, paid: int) -> list[tuple[str, dict[str, str]]]:
    """The calls of the model's next line when so many are paid, each under an id that is never given again."""
    orders = [] if paid >= CALLS else range(CALLS) if given.parallel else [paid]
    return [(f"call-{uuid4()}", {"order": f"order-{n}"}) for n in orders]


def bear(work: Work) -> None:
    """Begin a life, a process of its own, for each line of options; say how it ended. The framework is loaded once."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(asyncio.run(_live(read(json.loads(line)), work)))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


async def _live(given: Life, work: Work) -> int:
    """One life with the gateway open; gives the status that says whether all is paid."""
    pay = pay_tool(given.kind, given.address, given.where, given.at)
    async with ToolGateway.open(outside("payer", [pay]), given.journal) as gateway:
        return DONE if await work(given, gateway) == END else WAITS


async def find_out(given: Life, gateway: ToolGateway) -> None:
    """Look whether the writes of unknown outcome were made, as a person would; what was not, they pay by hand."""
    for write in await waiting(gateway.house.journal):
        effects = cast("list[dict[str, Any]]", ask(given.address, "/effects"))
        arguments = json.loads(write.arguments)
        if arguments["order"] not in [effect["order"] for effect in effects]:
            ask(given.address, "/effects", arguments, "by-hand")
        # Either way it is paid now, and the agent, which may ask for it anew, must not do so again.
        await settle(gateway.house.journal, write.run, made=True, who="a person who looked")
