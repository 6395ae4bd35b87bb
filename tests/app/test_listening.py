"""Whoever listens to a run hears it and does not steer it."""

from __future__ import annotations

import logging

import pytest

from vouch.app.app import App
from vouch.app.house import House
from vouch.app.run import run
from vouch.models.scripted import Scripted
from vouch.tools.approvals import never
from vouch.tools.function import tool
from vouch.values.event import EffectIntended, Event, RunStarted, kind_of
from vouch.values.message import ToolCall
from vouch.values.request import Delta, TextDelta


@pytest.mark.parametrize("at", [RunStarted, EffectIntended, TextDelta, object])
async def test_a_listener_that_breaks_changes_nothing(house: House, at: type, caplog: pytest.LogCaptureFixture) -> None:
    ledger: list[int] = []
    heard: list[str] = []

    @tool(effect="write", approval=never)
    async def pay(amount: int) -> str:
        """Pay."""
        ledger.append(amount)
        return "paid"

    def hear(happened: Event | Delta) -> None:
        heard.append(kind_of(happened.body) if isinstance(happened, Event) else type(happened).__name__)
        if isinstance(happened.body if isinstance(happened, Event) else happened, at):
            raise OSError("the pipe is closed")

    app = App(name="a", models=[Scripted([ToolCall("c", "pay", '{"amount": 5}'), "It is done."])], tools=[pay])
    with caplog.at_level(logging.ERROR, logger="vouch"):
        result = await run(app, "x", house, listener=hear)
    assert (result.status, result.output, ledger) == ("answered", "It is done.", [5])
    kinds = [kind_of(event.body) for event in await house.journal.read(result.run)]
    assert [kind for kind in heard if not kind.endswith("Delta")] == kinds
    assert "effect.uncertain" not in kinds
    assert f"a listener of run {result.run!r} broke at" in caplog.text
    assert "the pipe is closed" in caplog.text


async def test_an_interrupt_while_it_listens_still_interrupts(house: House) -> None:
    def hear(happened: Event | Delta) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await run(App(name="a", models=[Scripted(["x"])]), "x", house, listener=hear)
