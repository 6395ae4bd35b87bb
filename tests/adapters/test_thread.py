from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.mortal import Death, journal_of, machine
from vouch.adapters.gateway import ToolGateway
from vouch.adapters.outside import outside
from vouch.adapters.thread import run_of
from vouch.adapters.waits import Waits
from vouch.app import turn
from vouch.app.house import House
from vouch.errors import UsageError
from vouch.tools.approvals import above
from vouch.tools.function import FunctionTool, tool
from vouch.values.event import EffectIntended
from vouch.values.message import ToolResult


def pay_tool(made: dict[str, int]) -> FunctionTool:
    @tool(effect="write", approval=above("amount", 50), idempotent=True, trust="trusted")
    async def pay(amount: int, *, idempotency_key: str) -> str:
        """Pay an amount."""
        made.setdefault(idempotency_key, amount)
        return f"{amount} paid"

    return pay


@pytest.mark.parametrize("again", ["c1", "c2"])
@pytest.mark.parametrize("amount", [5, 500])
async def test_wherever_a_process_dies_the_next_one_pays_once(tmp_path: Path, again: str, amount: int) -> None:
    deaths = 0
    with machine(tmp_path / "j.db") as here:
        for fuse in range(40):
            made: dict[str, int] = {}
            app, thread = outside("payer", [pay_tool(made)]), f"t{fuse}"
            mortal = await here.house()
            journal_of(mortal).fuse = fuse
            try:
                first = await _paid(ToolGateway(app, mortal), thread, "c1", amount)
            except Death:
                deaths += 1
                first = None
            second = await _paid(ToolGateway(app, await here.house()), thread, again, amount)
            assert list(made.values()) == [amount]
            assert f"{amount} paid" in second.content
            assert first in (None, ToolResult("c1", "pay", f"{amount} paid"))
        await here.stop()
    assert deaths > 10


async def _paid(gateway: ToolGateway, thread: str, call_id: str, amount: int) -> ToolResult:
    """Call, and approve where that is asked."""
    session = gateway.session(thread, said=["Pay"])
    outcome = await session.call("pay", {"amount": amount}, call_id=call_id)
    if isinstance(outcome, Waits):
        await session.decide("approve", who="ann")
        outcome = await session.call("pay", {"amount": amount}, call_id=call_id)
    assert isinstance(outcome, ToolResult)
    return outcome


async def test_what_breaks_after_an_intent_leaves_the_outcome_to_a_person(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = ToolGateway(outside("payer", [pay_tool({})]), house)
    session = gateway.session("t")

    async def broken(write: Any) -> Any:
        yield EffectIntended(call_id=write.call_id, name=write.name, key=write.opened.key, arguments='{"amount":5}')
        raise LookupError("gone")

    monkeypatch.setitem(turn._TAKES, "consider", broken)
    waits = await session.call("pay", {"amount": 5}, call_id="c1")
    assert isinstance(waits, Waits)
    assert waits.uncertain
    assert "LookupError: gone" in waits.question


async def test_a_wrong_use_of_a_part_is_not_hidden(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def wrong(write: Any) -> Any:
        raise UsageError(f"{write.name} is used wrongly")
        yield

    monkeypatch.setitem(turn._TAKES, "consider", wrong)
    with pytest.raises(UsageError, match="pay is used wrongly"):
        await ToolGateway(outside("payer", [pay_tool({})]), house).session("t").call("pay", {"amount": 5}, call_id="c")


def test_runs_of_conversations_have_names_that_follow_from_theirs() -> None:
    names = {run_of(app, thread) for app in ("a", "b") for thread in ("a", "b", "1")}
    assert len(names) == 6
    assert all(len(name) == 26 for name in names)
    assert run_of("a", "b") == run_of("a", "b")
