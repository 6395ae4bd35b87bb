"""How long one decision of provenance takes in a run with a hundred tool calls.

It does not know AgentDojo. The run is a real one; what is timed is the decision alone, over and over: of a write that
is planned, whose sourced argument stands in the oldest result, and of one that is not, so that a person must be asked.
With large results, the values stand in none of them, though all of their words do: what is looked up for the decision
and for the warning that a person reads is timed, too.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from benchmarks.report import spread
from vouch.app.app import App
from vouch.app.budget import Budget
from vouch.app.house import House
from vouch.app.recovery import Write
from vouch.app.run import run
from vouch.app.tainted import judge, warning
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
LARGE: Final = 32 * 1024
LINE: Final = "A guest wrote: we stayed for three nights, the room was clean, and the breakfast was late. "


@tool(trust="trusted")
def address(place: int) -> str:
    """The address of a place in the directory."""
    return f"{place} Long Street"


@tool
def review(place: int) -> str:
    """What a guest wrote about a place."""
    return f"{place}: {LINE * 10}"


@tool(trust="trusted")
def directory(place: int) -> str:
    """All of a large directory, as it was when asked."""
    lines = (f"{number} Long Street, {number * place} Short Street" for number in range(5_000))
    return "\n".join(lines)[:LARGE]


@tool
def reviews(place: int) -> str:
    """What many guests wrote about a place."""
    return (f"{place}: " + LINE * 400)[:LARGE]


@tool(effect="write", approval="never", repeatable=True)
def book(guest: str, where: str) -> str:
    """Book a place for a guest."""
    return f"{guest} at {where}"


class Planning:
    """Knows the guest from what was said, and where the address must come from."""

    name = "fixed"

    def __init__(self, source: str) -> None:
        self.source = source

    async def plan(self, said: Sequence[str], tools: Sequence[ToolSpec]) -> Planned:
        """One booking."""
        del said, tools
        return Planned(Plan((Step("book", {"guest": "Ann"}, {"where": self.source}),)))


def no_model(name: str) -> Model:
    """No model is named: the app has its own."""
    raise UsageError(f"there is no model {name!r}")


SMALL: Final = ("address", "review")
BIG: Final = ("directory", "reviews")
DIRECTORIES: Final = ("directory", "directory")


class Wanted(NamedTuple):
    """A write to decide about, after results of these tools, and what must come of it."""

    name: str
    reads: tuple[str, str]
    guest: str
    where: str
    verdict: str


DECISIONS: Final = (
    Wanted("a planned write", SMALL, "Ann", "0 Long Street", "planned"),
    Wanted("one that is not", SMALL, "Bob", "0 Long Street", "asked"),
)
LARGE_DECISIONS: Final = (
    Wanted("planned, value in the oldest", BIG, "Ann", "7 Long Street", "planned"),
    Wanted("planned, value nowhere", DIRECTORIES, "Ann", "17 Nowhere Alley", "asked"),
    Wanted("planned, all its words everywhere", DIRECTORIES, "Ann", "4 Short Long Street", "asked"),
    Wanted("one that is not", BIG, "Zoe Quux", "17 Nowhere Alley", "asked"),
)
WARNINGS: Final = (
    Wanted("a warning, values nowhere", BIG, "Zoe Quux", "17 Nowhere Alley", "warned"),
    Wanted("a warning, all words everywhere", BIG, "the late breakfast", "three nights was clean", "warned"),
)


async def decision_ms(*, quick: bool) -> dict[str, float]:
    """The worst 99th percentiles, in ms: of decisions after small results, after large ones, and of a warning."""
    times = 500 if quick else 5000
    print(f"\na decision with {CALLS} tool calls in the run; large: {LARGE // 1024} KB from each")
    with tempfile.TemporaryDirectory() as folder:
        async with House(journal=await Journal.open(Path(folder) / "journal.db"), open_model=no_model) as house:
            return {
                "decide_p99_ms": max([await _worst(house, one, times) for one in DECISIONS]),
                "decide_large_p99_ms": max([await _worst(house, one, times) for one in LARGE_DECISIONS]),
                "warn_large_p99_ms": max([await _worst(house, one, times // 10) for one in WARNINGS]),
            }


def _p99(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


async def _worst(house: House, wanted: Wanted, times: int) -> float:
    taken = await _timed(house, wanted, times=times)
    size = "large: " if wanted.reads != SMALL else ""
    print(f"  {size + wanted.name:42} {spread(taken, ' ms')}, p99 {_p99(taken):.4f} ms")
    return _p99(taken)


async def _timed(house: House, wanted: Wanted, *, times: int) -> list[float]:
    given = msgspec.json.encode({"guest": wanted.guest, "where": wanted.where}).decode()
    write = await _write(house, ToolCall("last", "book", given), wanted.reads)
    arguments = write.tool.check(write.opened.call.arguments)
    warns = wanted.verdict == "warned"
    if warns:
        write.opened.judged = judge(write, arguments, asks=True)
    taken: list[float] = []
    for _ in range(times):
        started = time.perf_counter()
        said = warning(write, arguments) if warns else judge(write, arguments, asks=False).verdict
        taken.append((time.perf_counter() - started) * 1000)
        assert said == wanted.verdict or (warns and "stands in" not in said), said
    return taken


async def _write(house: House, last: ToolCall, reads: tuple[str, str]) -> Write:
    """The last write of a run that has read a hundred texts, as it was before it was decided about."""

    def line(request: Request) -> ToolCall | str:
        made = sum(message.role == "tool" for message in request.messages)
        if made >= CALLS:
            return last if made == CALLS else "Done."
        return ToolCall(
            f"call-{made}",
            reads[0] if made % 10 == 0 else reads[1] if made < CALLS - 1 else "review",
            f'{{"place": {made}}}',
        )

    app = App(
        name="deciding",
        models=[Scripted(line)],
        tools=[address, review, directory, reviews, book],
        planner=Planning(reads[0]),
        budget=Budget(steps=None),
    )
    result = await run(app, "Book a place for Ann.", house)
    events = await house.journal.read(result.run)
    chosen = next(at for at, event in enumerate(events) if getattr(event.body, "call_id", "") == "last")
    state: RunState = fold(result.run, events[:chosen])
    assert isinstance(book, WriteTool)
    return Write(book, state.open["last"], state, house.journal)
