from __future__ import annotations

import pytest

from vouch.app.app import App
from vouch.app.simulated import DONE, simulated
from vouch.contracts.policy import PastCall
from vouch.contracts.tool import Arguments, Tool, ToolRefused, WriteTool
from vouch.models.scripted import Scripted
from vouch.tools.approvals import always
from vouch.tools.function import tool

CALLED: list[str] = []


@tool(trust="trusted")
def look(at: str, closely: bool = False) -> str:
    """Look."""
    CALLED.append(at)
    return f"seen {at}"


@tool(effect="write", trust="trusted", approval=always, confirm=True, repeatable=True, describe="Move {what}.")
def move(what: str) -> str:
    """Move."""
    raise AssertionError("nothing may be moved")


PAST = [
    PastCall("look", '{"at": "a"}', "a was here"),
    PastCall("move", '{"what":"a"}', "it fell", failed=True),
    PastCall("move", '{"what":"a"}', "moved a", write=True),
    PastCall("look", '{"closely": false, "at": "a"}', "a is gone"),
    PastCall("look", '{"at": "b"}', "no b", failed=True),
    PastCall("look", '{"where": "c"}', "look was not called", failed=True),
    PastCall("listen", "{}", "silence"),
]


def tools(app: App) -> tuple[Tool, WriteTool]:
    reading, writing = app.tools
    assert isinstance(writing, WriteTool)
    return reading, writing


def arguments(one: Tool, text: str) -> Arguments:
    return one.check(text)


APP = App(name="a", models=[Scripted([])], tools=[look, move])


async def test_reads_give_what_they_gave_in_the_order_they_gave_it() -> None:
    reading, _ = tools(simulated(APP, PAST))
    a = arguments(reading, '{"at": "a"}')
    assert [await reading.call(a) for _ in range(3)] == ["a was here", "a is gone", "a is gone"]
    with pytest.raises(ToolRefused, match="no b"):
        await reading.call(arguments(reading, '{"at": "b"}'))
    assert CALLED == []
    assert await reading.call(arguments(reading, '{"at": "c"}')) == "seen c"
    assert CALLED == ["c"]
    assert (reading.spec, reading.version, reading.effect) == (look.spec, look.version, "read")


async def test_writes_are_never_made() -> None:
    app = simulated(APP, PAST)
    _, writing = tools(app)
    a, b = arguments(writing, '{"what": "a"}'), arguments(writing, '{"what": "b"}')
    assert await writing.call(a, "key-1") == "moved a"
    assert await writing.call(b, "key-2") == DONE
    assert await writing.reconcile("key-1") is None
    assert (writing.confirm, writing.repeatable, writing.policies, writing.approvals) == (True, True, (), ())
    assert (writing.idempotent, writing.can_reconcile, writing.settles) == (True, False, 0.0)
    assert (writing.spec, writing.effect, writing.describe({"what": "a"})) == (move.spec, "write", "Move a.")
    refusing = simulated(APP, PAST, writes="refuse")
    with pytest.raises(ToolRefused, match="nothing can be changed"):
        await tools(refusing)[1].call(a, "key-1")
    assert len({APP.version, app.version, refusing.version}) == 3
