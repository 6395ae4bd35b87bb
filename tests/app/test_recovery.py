from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from app.mortal import Death, Machine, journal_of, machine
from vouch.app import recovery
from vouch.app.app import App
from vouch.app.decide import settle
from vouch.app.house import House
from vouch.app.run import resume, run
from vouch.contracts.tool import ToolRefused
from vouch.errors import RunConflict
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted
from vouch.tools.approvals import never
from vouch.tools.function import FunctionTool, tool
from vouch.values.event import EffectDone, EffectIntended, EffectUncertain
from vouch.values.message import ToolCall
from vouch.values.result import Result


class Receiver:
    """Does at each call what the script says, and remembers what it made."""

    def __init__(self, *script: object) -> None:
        self.script = list(script)
        self.sent: list[str] = []
        self.made: list[str] = []
        self.lookups: list[object] = []

    def tool(self, *, look_up: bool = False, **options: Any) -> FunctionTool:
        async def reconcile(key: str) -> str | None:
            found = self.lookups.pop(0) if self.lookups else ("found" if key in self.made else None)
            if isinstance(found, BaseException):
                raise found
            return None if found is None else str(found)

        asked = reconcile if look_up else None

        @tool(effect="write", trust="trusted", approval=never, settles=0.0, reconcile=asked, seconds=0.2, **options)
        async def pay(to: str = "ann", *, idempotency_key: str) -> str:
            """Pay."""
            self.sent.append(idempotency_key)
            step = self.script.pop(0) if self.script else "paid"
            if step == "made, then lost":
                self.made.append(idempotency_key)
                raise ConnectionError("lost")
            if step == "made, then killed":
                self.made.append(idempotency_key)
                raise Death
            if isinstance(step, BaseException):
                raise step
            self.made.append(idempotency_key)
            return str(step)

        return pay


def app_with(pay: FunctionTool) -> App:
    def line(request: Any) -> ToolCall | str:
        return "done" if request.messages[-1].role == "tool" else ToolCall("c", "pay", "{}")

    return App(name="a", models=[Scripted(line)], tools=[pay])


async def found(journal: Journal, kind: type, name: str = "r") -> Any:
    (body,) = [event.body for event in await journal.read(name) if isinstance(event.body, kind)]
    return body


@pytest.fixture(autouse=True)
def _nobody_is_kept_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "BACKOFF_SECONDS", 0.0)


async def test_a_look_up_that_finds_it_ends_it_and_one_that_fails_is_tried_again(house: House) -> None:
    receiver = Receiver("made, then lost")
    receiver.lookups = [OSError("down"), OSError("down")]
    result = await run(app_with(receiver.tool(look_up=True)), "x", house, name="r")
    assert (result.status, len(receiver.sent)) == ("answered", 1)
    assert (await found(house.journal, EffectDone)).found


async def test_when_nobody_can_be_asked_a_person_is(house: House) -> None:
    receiver = Receiver("made, then lost")
    receiver.lookups = [OSError("down")] * 3
    result = await run(app_with(receiver.tool(look_up=True)), "x", house, name="r")
    assert (result.status, len(receiver.sent), receiver.lookups) == ("waiting", 1, [])
    doubt = await found(house.journal, EffectUncertain)
    assert doubt.why.startswith("ConnectionError: lost; looking it up failed: OSError: down")


async def test_what_is_not_found_is_believed_only_after_it_can_have_arrived(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line broke while the write was still on its way: at first it is not found."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(recovery.asyncio, "sleep", sleep)
    receiver = Receiver(ConnectionError("lost"))
    receiver.lookups = [None, "found after all"]
    pay = receiver.tool(look_up=True)
    result = await run(app_with(with_settles(pay, 7.0)), "x", house, name="r")
    assert (result.status, len(receiver.sent)) == ("answered", 1)
    assert slept == [0.0, 7.0]
    assert (await found(house.journal, EffectDone)).content == "found after all"


def with_settles(pay: FunctionTool, seconds: float) -> FunctionTool:
    return type(pay)(**{**vars(pay), "settles": seconds})


async def test_what_certainly_was_not_made_is_made_again_under_the_same_key(house: House) -> None:
    receiver = Receiver(ConnectionError("no line"), ConnectionError("no line"), "paid")
    result = await run(app_with(receiver.tool(look_up=True)), "x", house, name="r")
    assert (result.status, len(receiver.sent), len(set(receiver.sent)), len(receiver.made)) == ("answered", 3, 1, 1)


async def test_a_refusal_after_an_unknown_outcome_says_nothing_of_the_first_try(house: House) -> None:
    """Sent again, the write is refused because it was made already."""
    receiver = Receiver("made, then lost", ToolRefused("this order is refunded already"))
    result = await run(app_with(receiver.tool(idempotent=True)), "x", house, name="r")
    assert (result.status, len(receiver.sent), len(receiver.made)) == ("waiting", 2, 1)
    assert "refunded already" in (await found(house.journal, EffectUncertain)).why
    await settle(house.journal, "r", made=True, who="ann")
    assert (await resume(app_with(receiver.tool(idempotent=True)), "r", house)).status == "answered"


@pytest.mark.parametrize(("made", "failed"), [(True, False), (False, True)])
async def test_where_it_can_be_looked_up_a_refusal_when_sent_again_is_looked_up(
    house: House, made: bool, failed: bool
) -> None:
    first = "made, then lost" if made else ConnectionError("no line")
    receiver = Receiver(first, ToolRefused("no"))
    receiver.lookups = [None]  # at the first look the write is still on its way
    result = await run(app_with(receiver.tool(idempotent=True, look_up=True)), "x", house, name="r")
    assert (result.status, len(receiver.sent)) == ("answered", 2)
    done = await found(house.journal, EffectDone)
    assert (done.failed, done.content) == (failed, "no" if failed else "found")


async def test_a_refusal_after_a_certain_look_up_is_one(house: House) -> None:
    receiver = Receiver(ConnectionError("no line"), ToolRefused("the account is closed"))
    result = await run(app_with(receiver.tool(look_up=True)), "x", house, name="r")
    assert (result.status, len(receiver.sent)) == ("answered", 2)
    assert (await found(house.journal, EffectDone)).failed


async def test_a_tool_that_cancels_itself_leaves_the_outcome_open(house: House) -> None:
    receiver = Receiver(asyncio.CancelledError())
    result = await run(app_with(receiver.tool()), "x", house, name="r")
    assert result.status == "waiting"
    assert (await found(house.journal, EffectUncertain)).why == "the call was cancelled"


async def died(where: Machine, pay: FunctionTool) -> House:
    """A house whose run died within its write."""
    house = await where.house()
    with pytest.raises(Death):
        await run(app_with(pay), "x", house, name="r")
    await journal_of(house).die()
    return house


Living = Callable[[Machine], Awaitable[None]]


def on_a_machine(tmp_path: Path, live: Living) -> None:
    with machine(tmp_path / "journal.db") as where:

        async def all_of_it() -> None:
            try:
                await live(where)
            finally:
                await where.stop()

        asyncio.run(all_of_it())


def test_the_dead_are_known_and_what_they_did_not_send_is_sent(tmp_path: Path) -> None:
    async def live(where: Machine) -> None:
        receiver = Receiver(Death())
        await died(where, receiver.tool(look_up=True))
        result = await resume(app_with(receiver.tool(look_up=True)), "r", await where.house())
        assert (result.status, len(receiver.sent), len(receiver.made)) == ("answered", 2, 1)

    on_a_machine(tmp_path, live)


def test_while_whoever_began_it_may_live_a_write_that_is_not_found_is_not_sent_again(tmp_path: Path) -> None:
    """The first process only sleeps: when it wakes up, it makes the write."""
    asleep, wake = asyncio.Event(), asyncio.Event()
    made: list[str] = []

    async def look_up(key: str) -> str | None:
        return "made" if key in made else None

    @tool(effect="write", trust="trusted", approval=never, reconcile=look_up, settles=0.0)
    async def pay(*, idempotency_key: str) -> str:
        """Pay."""
        asleep.set()
        await wake.wait()
        made.append(idempotency_key)
        return "paid"

    async def live(where: Machine) -> None:
        first, second = await where.house(), await where.house()
        task = asyncio.create_task(run(app_with(pay), "x", first, name="r"))
        await asleep.wait()
        where.clock.ahead += 100
        result = await resume(app_with(pay), "r", second)
        assert (result.status, made) == ("waiting", [])
        doubt = await found(second.journal, EffectUncertain)
        assert f"{first.journal.holder!r} began it, and may be at it still" in doubt.why
        wake.set()
        with pytest.raises(RunConflict, match="came where"):
            await task
        assert len(made) == 1
        await settle(second.journal, "r", made=True, who="ann")
        assert (await resume(app_with(pay), "r", second)).status == "answered"
        assert len(made) == 1

    on_a_machine(tmp_path, live)


@pytest.mark.parametrize(("hours", "status", "sent"), [(19, "answered", 2), (21, "waiting", 1)])
def test_a_key_that_the_receiver_may_have_forgotten_is_not_sent_again(
    tmp_path: Path, hours: int, status: str, sent: int
) -> None:
    async def live(where: Machine) -> None:
        receiver = Receiver("made, then killed")
        await died(where, receiver.tool(idempotent=True))
        where.clock.ahead += hours * 3600
        result = await resume(app_with(receiver.tool(idempotent=True)), "r", await where.house())
        assert (result.status, len(receiver.sent)) == (status, sent)

    on_a_machine(tmp_path, live)


def test_keys_are_as_old_as_their_first_use(tmp_path: Path) -> None:
    async def live(where: Machine) -> None:
        receiver = Receiver("made, then killed", "made, then killed")
        await died(where, receiver.tool(idempotent=True))
        where.clock.ahead += 15 * 3600
        second = await where.house()
        with pytest.raises(Death):
            await resume(app_with(receiver.tool(idempotent=True)), "r", second)
        await journal_of(second).die()
        where.clock.ahead += 15 * 3600
        result = await resume(app_with(receiver.tool(idempotent=True)), "r", await where.house())
        assert (result.status, len(receiver.sent)) == ("waiting", 2)

    on_a_machine(tmp_path, live)


def test_arguments_with_a_secret_in_them_are_not_sent_again(tmp_path: Path) -> None:
    """The journal holds `[redacted]` in its place: that is not what was approved."""

    async def live(where: Machine) -> None:
        sent: list[str] = []

        @tool(effect="write", trust="trusted", approval=never, idempotent=True)
        async def post(text: str, *, idempotency_key: str) -> str:
            """Post."""
            sent.append(text)
            raise Death

        def line(request: Any) -> ToolCall | str:
            return "done" if request.messages[-1].role == "tool" else ToolCall("c", "post", '{"text": "sesame-sesame"}')

        app = App(name="a", models=[Scripted(line)], tools=[post])
        house = await where.house()
        house.journal.hide("sesame-sesame")
        with pytest.raises(Death):
            await run(app, "x", house, name="r")
        await journal_of(house).die()
        second = await where.house()
        assert (await found(second.journal, EffectIntended)).arguments == '{"text":"[redacted]"}'
        result = await resume(app, "r", second)
        assert (result.status, sent) == ("waiting", ["sesame-sesame"])
        assert "not recorded exactly" in (await found(second.journal, EffectUncertain)).why

    on_a_machine(tmp_path, live)


async def test_arguments_that_no_longer_fit_leave_the_write_to_a_person(house: House) -> None:
    """An app of the same version whose check says something else now."""
    receiver = Receiver()
    pay = receiver.tool(idempotent=True)
    app = app_with(pay)
    whole = await run(app, "x", house)
    events = await house.journal.read(whole.run)
    cut = next(event.seq for event in events if isinstance(event.body, EffectIntended)) + 1
    await house.journal.append("r", 0, *(event.body for event in events[:cut]))

    class Changed(type(pay)):
        def check(self, arguments: str) -> Any:
            raise ToolRefused("no day in the past")

    result = await resume(app_with(Changed(**vars(pay))), "r", house)
    assert (result.status, len(receiver.sent)) == ("waiting", 1)
    assert "no day in the past" in (await found(house.journal, EffectUncertain)).why


async def test_a_blocking_call_that_was_cut_off_and_goes_on_is_not_sent_again(house: House) -> None:
    """A thread cannot be stopped: what is not found yet may be made yet."""
    go_on, ended = threading.Event(), threading.Event()
    made: list[str] = []

    def look_up(key: str) -> str | None:
        return "made" if key in made else None

    @tool(effect="write", trust="trusted", approval=never, reconcile=look_up, settles=0.0, seconds=0.1)
    def pay(*, idempotency_key: str) -> str:
        """Pay, slowly."""
        go_on.wait(20)
        made.append(idempotency_key)
        ended.set()
        return "paid"

    result: Result = await run(app_with(pay), "x", house, name="r")
    assert (result.status, made) == ("waiting", [])
    assert "goes on in its thread" in (await found(house.journal, EffectUncertain)).why
    go_on.set()
    assert ended.wait(10)
    assert len(made) == 1


async def test_where_there_is_nothing_to_wait_for_nobody_waits(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person is asked at once where the receiver has neither keys nor a look-up."""
    waits: list[float] = []

    async def sleep(seconds: float, result: object = None) -> None:
        waits.append(seconds)

    monkeypatch.setattr(recovery, "BACKOFF_SECONDS", 0.2)
    monkeypatch.setattr(recovery.asyncio, "sleep", sleep)
    blind = await run(app_with(Receiver("made, then lost").tool()), "x", house)
    assert (blind.status, waits) == ("waiting", [])
    keyed = await run(app_with(Receiver("made, then lost", "made, then lost").tool(idempotent=True)), "x", house)
    assert (keyed.status, waits) == ("answered", [0.4, 0.8])
