"""How long one decision of provenance takes in a run with a hundred tool calls.

It does not know AgentDojo. The run is a real one; what is timed is the decision alone, over and over: of a write that
is planned, whose sourced argument stands in the oldest result, and of one that is not, so that a person must be asked.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.report import spread
from vouch.app.app import App
from vouch.app.budget import Budget
from vouch.app.house import House
from vouch.app.recovery import Write
from vouch.app.run import run
from vouch.app.tainted import judge
from vouch.contracts.model import Model
from vouch.contracts.provenance import Plan, Planned, Step
from vouch.contracts.tool import WriteTool
from vouch.errors import UsageError
from vouch.journal.journal import Journal
from vouch.journal.state import RunState, fold
from vouch.models.scripted import Scripted
from vouch.tools.function import tool
from vouch.values.message import ToolCall
from vouch.values.request import Request, ToolSpec

CALLS: Final = 100
LINE: Final = "A guest wrote: we stayed for three nights, the room was clean, and the breakfast was late. "


@tool(trust="trusted")
def address(place: int) -> str:
    """The address of a place in the directory."""
    return f"{place} Long Street"


@tool
def review(place: int) -> str:
    """What a guest wrote about a place."""
    return f"{place}: {LINE * 10}"


@tool(effect="write", approval="never", repeatable=True)
def book(guest: str, where: str) -> str:
    """Book a place for a guest."""
    return f"{guest} at {where}"


class Planning:
    """Knows the guest from what was said, and where the address must come from."""

    name = "fixed"

    async def plan(self, said: Sequence[str], tools: Sequence[ToolSpec]) -> Planned:
        """One booking."""
        del said, tools
        return Planned(Plan((Step("book", {"guest": "Ann"}, {"where": "address"}),)))


def no_model(name: str) -> Model:
    """No model is named: the app has its own."""
    raise UsageError(f"there is no model {name!r}")


async def decision_ms(*, quick: bool) -> float:
    """The worse 99th percentile of the two decisions, in ms."""
    with tempfile.TemporaryDirectory() as folder:
        async with House(journal=await Journal.open(Path(folder) / "journal.db"), open_model=no_model) as house:
            planned = await _timed(house, "Ann", "0 Long Street", wanted="planned", times=500 if quick else 5000)
            asked = await _timed(house, "Bob", "0 Long Street", wanted="asked", times=500 if quick else 5000)
    print(f"\na decision with {CALLS} tool calls in the run")
    print(f"  a planned write       {spread(planned, ' ms')}, p99 {_p99(planned):.4f} ms")
    print(f"  one that is not       {spread(asked, ' ms')}, p99 {_p99(asked):.4f} ms")
    return max(_p99(planned), _p99(asked))


def _p99(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


async def _timed(house: House, guest: str, where: str, *, wanted: str, times: int) -> list[float]:
    write = await _write(house, ToolCall("last", "book", f'{{"guest": "{guest}", "where": "{where}"}}'))
    arguments = write.tool.check(write.opened.call.arguments)
    taken: list[float] = []
    for _ in range(times):
        started = time.perf_counter()
        judged = judge(write, arguments, asks=False)
        taken.append((time.perf_counter() - started) * 1000)
        assert judged.verdict == wanted, judged
    return taken


async def _write(house: House, last: ToolCall) -> Write:
    """The last write of a run that has read a hundred texts, as it was before it was decided about."""

    def line(request: Request) -> ToolCall | str:
        made = sum(message.role == "tool" for message in request.messages)
        if made >= CALLS:
            return last if made == CALLS else "Done."
        return ToolCall(f"call-{made}", "address" if made % 10 == 0 else "review", f'{{"place": {made}}}')

    app = App(
        name="deciding",
        models=[Scripted(line)],
        tools=[address, review, book],
        planner=Planning(),
        budget=Budget(steps=None),
    )
    result = await run(app, "Book a place for Ann.", house)
    events = await house.journal.read(result.run)
    chosen = next(at for at, event in enumerate(events) if getattr(event.body, "call_id", "") == "last")
    state: RunState = fold(result.run, events[:chosen])
    assert isinstance(book, WriteTool)
    return Write(book, state.open["last"], state, house.journal)
