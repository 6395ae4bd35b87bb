"""Faults of tools, models, the database, the clock and the receiver: each ends in a defined state, nothing is lost."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

import pytest
from pydantic import BaseModel, field_serializer

from vouch.app import recovery
from vouch.app.app import App
from vouch.app.budget import Budget
from vouch.app.decide import decide, settle, waiting
from vouch.app.house import House
from vouch.app.run import resume, run, say
from vouch.contracts.tool import ToolRefused
from vouch.errors import RunConflict, StoreBusy, UsageError
from vouch.journal.journal import Journal
from vouch.journal.lease import LEASE_SECONDS
from vouch.models.scripted import Scripted
from vouch.store import database as store
from vouch.tools.approvals import always, never
from vouch.tools.function import RESULT_CHARACTERS, FunctionTool, tool
from vouch.values.event import (
    ApprovalAsked,
    CallRefused,
    EffectDone,
    EffectIntended,
    EffectUncertain,
    ModelAnswered,
    ToolRead,
)
from vouch.values.message import ToolCall
from vouch.values.request import Request


def call(name: str, arguments: str = "{}", number: int = 1) -> ToolCall:
    return ToolCall(f"call-{number}", name, arguments)


def app_of(*script: Any, tools: Any = (), **more: Any) -> App:
    return App(name="a", models=[Scripted(script)], tools=tools, **more)


def once(name: str, arguments: str = "{}") -> Callable[[Request], ToolCall | str]:
    """A model that calls one tool and then repeats its result."""

    def line(request: Request) -> ToolCall | str:
        last = request.messages[-1]
        return last.text if last.role == "tool" else call(name, arguments)

    return line


async def bodies(house: House, name: str, kind: type) -> list[Any]:
    return [event.body for event in await house.journal.read(name) if isinstance(event.body, kind)]


def set_clock(patch: pytest.MonkeyPatch, ahead: float) -> None:
    patch.undo()
    real = time.time
    patch.setattr(time, "time", lambda: real() + ahead)


# Tools


async def test_a_read_that_raises_is_told_to_the_model(house: House) -> None:
    @tool(trust="trusted")
    def look() -> str:
        """Look."""
        raise KeyError("nothing there")

    result = await run(App(name="a", models=[Scripted(once("look"))], tools=[look]), "x", house)
    assert (result.status, result.output) == ("answered", "look failed: KeyError: 'nothing there'")


async def test_a_read_that_hangs_is_cut_off(house: House) -> None:
    @tool(seconds=0.05)
    async def look() -> str:
        """Look."""
        await asyncio.sleep(60)
        return "never"

    result = await run(App(name="a", models=[Scripted(once("look"))], tools=[look]), "x", house)
    assert (result.status, result.output) == ("answered", "look gave no result within 0.05 s")
    assert result.seconds < 10


async def test_a_write_that_hangs_is_cut_off_and_left_to_a_person(house: House) -> None:
    @tool(effect="write", trust="trusted", approval=never, seconds=0.05)
    async def pay() -> str:
        """Pay."""
        await asyncio.sleep(60)
        return "never"

    app = app_of(call("pay"), "done", tools=[pay])
    result = await run(app, "x", house)
    assert (result.status, result.why) == ("waiting", "to find out whether pay was made: TimeoutError: ")
    await settle(house.journal, result.run, made=False, who="ann")
    assert (await resume(app, result.run, house)).status == "answered"


@pytest.mark.parametrize("write", [False, True])
async def test_ten_megabytes_are_cut_and_nothing_is_lost(house: House, write: bool) -> None:
    made: list[int] = []

    def big() -> list[str]:
        """Give much."""
        made.append(1)
        return ["x" * 1000] * 10_000

    found = tool(effect="write", trust="trusted", approval=never)(big) if write else tool(big)
    app = App(name="a", models=[Scripted(once("big"))], tools=[found])
    result = await run(app, "x", house)
    assert (result.status, len(made)) == ("answered", 1)
    assert RESULT_CHARACTERS < len(result.output) < RESULT_CHARACTERS + 100
    assert result.output.endswith(" more characters]")
    assert (await resume(app, result.run, house)).output == result.output


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "null"), (3, "3"), ({"a": Decimal("1.50")}, '{"a":"1.50"}'), (b"raw", '"raw"'), ([object], None)],
)
@pytest.mark.parametrize("write", [False, True])
async def test_another_type_than_declared_is_written_as_it_is(
    house: House, value: object, text: str | None, write: bool
) -> None:
    made: list[int] = []

    def odd() -> str:
        """Give something else."""
        made.append(1)
        return value  # pyright: ignore[reportReturnType]

    found = tool(effect="write", trust="trusted", approval=never)(odd) if write else tool(odd)
    result = await run(App(name="a", models=[Scripted(once("odd"))], tools=[found]), "x", house)
    assert (result.status, len(made)) == ("answered", 1)
    assert text is None or result.output == text


async def test_a_result_that_cannot_be_shown_leaves_the_write_to_a_person(house: House) -> None:
    """It was made: so it must not count as one that failed."""

    class Broken(BaseModel):
        amount: int = 1

        @field_serializer("amount")
        def speechless(self, value: int) -> str:
            raise ValueError("no words for it")

    made: list[int] = []

    @tool(effect="write", trust="trusted", approval=never)
    def pay() -> Any:
        """Pay."""
        made.append(1)
        return Broken()

    result = await run(app_of(call("pay"), "done", tools=[pay]), "x", house)
    assert (result.status, len(made)) == ("waiting", 1)
    assert len(await bodies(house, result.run, EffectUncertain)) == 1


# Models


async def test_a_model_that_wants_what_is_not_there_is_told_and_stopped_at_last(house: House) -> None:
    @tool(effect="write", trust="trusted", approval=never)
    def pay() -> str:
        """Pay."""
        raise AssertionError

    script = [call(name, "{}", n) for n, name in enumerate(["Pay", "pay ", "refund", ""] * 3)]
    app = app_of(*script, tools=[pay], budget=Budget(trouble=5))
    result = await run(app, "x", house)
    assert (result.status, result.why) == ("stopped", "5 calls in a row failed or were refused")
    reads = await bodies(house, result.run, ToolRead)
    assert [read.content for read in reads[:2]] == [
        "there is no tool 'Pay'; there are: pay",
        "there is no tool 'pay '; there are: pay",
    ]


BROKEN = ["{", '{"amount": }', "null", "[]", '"5"', "\x00", '{"amount": 1e999}', "[" * 5000, '{"amount": 5, "more": 1}']


@pytest.mark.parametrize("arguments", BROKEN)
@pytest.mark.parametrize("write", [False, True])
async def test_broken_arguments_call_nothing(house: House, arguments: str, write: bool) -> None:
    def pay(amount: int) -> str:
        """Pay."""
        raise AssertionError

    found = tool(effect="write", trust="trusted", approval=never)(pay) if write else tool(pay)
    result = await run(app_of(call("pay", arguments), "sorry", tools=[found]), "x", house)
    assert (result.status, result.output) == ("answered", "sorry")
    told = await bodies(house, result.run, CallRefused if write else ToolRead)
    assert told[0].content.startswith("pay was not called, its arguments do not fit: ")


async def test_a_model_that_never_learns_costs_a_bounded_number_of_repairs(house: House) -> None:
    @tool(trust="trusted")
    def add(a: int) -> int:
        """Add."""
        raise AssertionError

    model = Scripted(lambda request: call("add", '{"a": "x"}', len(request.messages)))
    result = await run(App(name="a", models=[model], tools=[add]), "x", house)
    assert (result.status, len(model.requests)) == ("stopped", 8)


async def test_two_writes_at_once_are_made_one_after_the_other(house: House) -> None:
    running: list[str] = []
    order: list[str] = []

    @tool(effect="write", trust="trusted", approval=never)
    async def pay(to: str) -> str:
        """Pay."""
        assert not running
        running.append(to)
        await asyncio.sleep(0.01)
        running.remove(to)
        order.append(to)
        return "paid"

    calls = tuple(call("pay", json.dumps({"to": name}), n) for n, name in enumerate("abc"))
    result = await run(app_of(calls, "done", tools=[pay]), "x", house)
    assert (result.status, order) == ("answered", ["a", "b", "c"])


async def test_calls_of_one_id_are_each_made(house: House) -> None:
    order: list[str] = []

    @tool(effect="write", trust="trusted", approval=never)
    async def pay(to: str) -> str:
        """Pay."""
        order.append(to)
        return f"paid {to}"

    calls = tuple(ToolCall("same", "pay", json.dumps({"to": name})) for name in "ab")
    model = Scripted([calls, ToolCall("same", "pay", '{"to": "c"}'), "done"])
    result = await run(App(name="a", models=[model], tools=[pay]), "x", house)
    assert (result.status, order) == ("answered", ["a", "b", "c"])
    results = [message.result for message in model.requests[-1].messages if message.result]
    assert [found.content for found in results] == ["paid a", "paid b", "paid c"]
    assert len({found.call_id for found in results}) == 3
    answers = await bodies(house, result.run, ModelAnswered)
    assert [call.id for answer in answers for call in answer.calls] == [found.call_id for found in results]


async def test_the_same_write_again_and_again_is_made_once_and_the_run_is_stopped(house: House) -> None:
    made: list[int] = []

    @tool(effect="write", trust="trusted", approval=never)
    async def pay(to: str) -> str:
        """Pay."""
        made.append(1)
        return "paid"

    model = Scripted(lambda request: call("pay", '{"to": "ann"}', len(request.messages)))
    result = await run(App(name="a", models=[model], tools=[pay]), "x", house)
    assert (result.status, len(made)) == ("stopped", 1)
    assert {body.by for body in await bodies(house, result.run, CallRefused)} == {"repeat"}


async def test_an_endless_loop_of_reads_is_noticed_and_stopped(house: House) -> None:
    made: list[int] = []

    @tool(trust="trusted")
    async def look(at: str) -> str:
        """Look."""
        made.append(1)
        return "nothing new"

    model = Scripted(lambda request: call("look", '{"at": "it"}', len(request.messages)))
    result = await run(App(name="a", models=[model], tools=[look]), "x", house)
    assert (result.status, len(made)) == ("stopped", 3)
    assert {body.by for body in await bodies(house, result.run, CallRefused)} == {"loop"}


async def test_a_loop_that_learns_something_each_time_ends_with_the_steps(house: House) -> None:
    made: list[int] = []

    @tool(trust="trusted")
    async def look() -> int:
        """Look."""
        made.append(1)
        return len(made)

    model = Scripted(lambda request: call("look", "{}", len(request.messages)))
    result = await run(App(name="a", models=[model], tools=[look], budget=Budget(steps=20)), "x", house)
    assert (result.status, result.why, len(made)) == ("stopped", "its budget of 20 steps is used up", 19)


async def test_a_write_under_the_name_of_a_read_is_a_read(house: House) -> None:
    """A name decides what is called: whatever the arguments say, a read stays a read, and a write is guarded."""
    looked: list[str] = []

    @tool(trust="trusted")
    async def look(order: str) -> str:
        """Look."""
        looked.append(order)
        return "seen"

    @tool(effect="write", trust="trusted", approval=always)
    async def refund(order: str) -> str:
        """Refund."""
        raise AssertionError

    calls = (call("look", '{"order": "refund 1"}', 1), call("look", '{"order": "1", "effect": "write"}', 2))
    app = app_of((*calls, call("refund", '{"order": "1"}', 3)), "done", tools=[look, refund])
    result = await run(app, "x", house)
    assert (result.status, looked) == ("waiting", ["refund 1"])
    assert [body.failed for body in await bodies(house, result.run, ToolRead)] == [False, True]
    assert [write.tool for write in await waiting(house.journal)] == ["refund"]


# The database


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.1)


def lock(place: str) -> sqlite3.Connection:
    connection = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    return connection


@pytest.mark.usefixtures("impatient")
async def test_a_write_is_not_begun_while_its_intent_cannot_be_written(tmp_path: Path) -> None:
    made: list[str] = []

    @tool(effect="write", trust="trusted", approval=never, idempotent=True)
    async def pay(*, idempotency_key: str) -> str:
        """Pay."""
        made.append(idempotency_key)
        return "paid"

    @tool(trust="trusted")
    async def look() -> str:
        """Look, and lock the database for a while."""
        await house.journal.flush()
        locks.append(lock(house.journal.place))
        return "seen"

    locks: list[sqlite3.Connection] = []
    app = app_of(call("look"), call("pay", "{}", 2), "done", tools=[look, pay])
    async with await Journal.open(tmp_path / "journal.db") as journal:
        house = House(journal=journal, open_model=lambda name: Scripted([]))
        with pytest.raises(StoreBusy):
            await run(app, "x", house, name="r")
        assert made == []
        locks[0].rollback()
        result = await resume(app, "r", house)
        assert (result.status, len(made)) == ("answered", 1)
        locks[0].close()


@pytest.mark.usefixtures("impatient")
async def test_an_outcome_that_cannot_be_written_is_written_later(tmp_path: Path) -> None:
    made: list[str] = []
    locks: list[sqlite3.Connection] = []

    @tool(effect="write", trust="trusted", approval=never)
    async def pay() -> str:
        """Pay, and lock the database for a while."""
        made.append("paid")
        locks.append(lock(house.journal.place))
        return "paid"

    app = app_of(call("pay"), "done", tools=[pay])
    async with await Journal.open(tmp_path / "journal.db") as journal:
        house = House(journal=journal, open_model=lambda name: Scripted([]))
        with pytest.raises(StoreBusy):
            await run(app, "x", house, name="r")
        locks[0].rollback()
        assert (await resume(app, "r", house)).status == "answered"
        assert made == ["paid"]
        assert [body.content for body in await bodies(house, "r", EffectDone)] == ["paid"]
        locks[0].close()


@pytest.mark.usefixtures("impatient")
async def test_a_decision_that_cannot_be_written_is_not_lost_and_not_given_twice(tmp_path: Path) -> None:
    made: list[str] = []

    @tool(effect="write", trust="trusted", approval=always)
    async def pay() -> str:
        """Pay."""
        made.append("paid")
        return "paid"

    app = app_of(call("pay"), "done", tools=[pay])
    async with await Journal.open(tmp_path / "journal.db") as journal:
        house = House(journal=journal, open_model=lambda name: Scripted([]))
        result = await run(app, "x", house)
        held = lock(journal.place)
        with pytest.raises(StoreBusy):
            await decide(journal, result.run, "approve", who="ann")
        held.rollback()
        await decide(journal, result.run, "approve", who="ann")
        assert (await resume(app, result.run, house)).status == "answered"
        assert made == ["paid"]
        held.close()


# The clock


async def test_a_clock_set_forward_ends_questions_and_one_set_back_leaves_them_open(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    @tool(effect="write", trust="trusted", approval=always)
    async def pay(amount: int) -> str:
        """Pay."""
        made.append(amount)
        return "paid"

    calls = (call("pay", '{"amount": 1}', 1), call("pay", '{"amount": 2}', 2))
    app = app_of(calls, "done", tools=[pay])
    result = await run(app, "x", house)
    set_clock(monkeypatch, -7 * 86_400)
    assert (await resume(app, result.run, house)).status == "waiting"
    await decide(house.journal, result.run, "approve", who="ann", call_id="call-1")
    assert (await resume(app, result.run, house)).status == "waiting"
    set_clock(monkeypatch, 2 * 86_400)
    with pytest.raises(UsageError, match="the time to decide about 'pay' is over"):
        await decide(house.journal, result.run, "approve", who="ann")
    assert (await resume(app, result.run, house)).status == "answered"
    assert made == [1]
    times = [event.at for event in await house.journal.read(result.run)]
    assert times != sorted(times)


async def test_what_was_decided_in_time_is_done_whenever_the_run_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    @tool(effect="write", trust="trusted", approval=always)
    async def pay() -> str:
        """Pay."""
        made.append(1)
        return "paid"

    app = app_of(call("pay"), "done", tools=[pay])
    result = await run(app, "x", house)
    await decide(house.journal, result.run, "approve", who="ann")
    set_clock(monkeypatch, 30 * 86_400)
    assert (await resume(app, result.run, house)).status == "answered"
    assert made == [1]


@pytest.mark.parametrize("jump", [-86_400, 10 * LEASE_SECONDS])
async def test_when_the_clock_jumps_a_run_is_driven_by_one_all_the_same(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    """Set forward, every lease seems to have run out: then the former holder is fenced off before its next write."""
    arrived: asyncio.Queue[None] = asyncio.Queue()
    go_on = asyncio.Event()
    made: list[str] = []

    @tool(trust="trusted")
    async def look() -> str:
        """Take long."""
        arrived.put_nowait(None)
        await go_on.wait()
        return "seen"

    @tool(effect="write", trust="trusted", approval=never, idempotent=True)
    async def pay(*, idempotency_key: str) -> str:
        """Pay."""
        made.append(idempotency_key)
        return "paid"

    def line(request: Request) -> tuple[ToolCall, ...] | str:
        results = sum(message.role == "tool" for message in request.messages)
        return ((call("look"),), (call("pay", "{}", 2),), "done")[results]

    app = App(name="a", models=[Scripted(line)], tools=[look, pay], budget=Budget(seconds=None))
    first = asyncio.create_task(run(app, "x", house, name="r"))
    await arrived.get()
    await house.journal.flush()
    set_clock(monkeypatch, jump)
    async with await Journal.open(tmp_path / "journal.db") as other:
        second = asyncio.create_task(resume(app, "r", House(journal=other, open_model=lambda name: Scripted([]))))
        if jump < 0:
            with pytest.raises(RunConflict, match="is being driven by"):
                await second
            go_on.set()
            assert (await first).status == "answered"
        else:
            await arrived.get()
            go_on.set()
            with pytest.raises(RunConflict):
                await first
            assert (await second).status == "answered"
    assert len(made) == 1
    assert len(await bodies(house, "r", EffectIntended)) == 1


async def test_time_budgets_survive_a_clock_that_is_set_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    @tool(trust="trusted")
    async def look() -> str:
        """Look, while somebody sets the clock."""
        set_clock(monkeypatch, -86_400)
        return "seen"

    app = App(name="a", models=[Scripted(once("look"))], tools=[look])
    result = await run(app, "x", house)
    assert result.status == "answered"
    assert 0 <= result.seconds < 10


# The receiver


class Shop(ThreadingHTTPServer):
    """Makes refunds, each key once; answers 500 to the first `failing` requests, after it did what was asked."""

    daemon_threads = True

    def __init__(self, failing: int) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.failing = failing
        self.asked = 0
        self.refunds: dict[str, Any] = {}


class _Answering(BaseHTTPRequestHandler):
    server: Shop

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        key = self.headers["idempotency-key"]
        self.server.refunds.setdefault(key, json.loads(body))
        self.server.asked += 1
        self.send_response(500 if self.server.asked <= self.server.failing else 200)
        self.end_headers()

    def do_GET(self) -> None:
        found = self.server.refunds.get(self.path.strip("/"))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(found).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Say nothing."""


@pytest.fixture
def serve() -> Any:
    shops: list[Shop] = []

    def started(failing: int) -> Shop:
        shop = Shop(failing)
        threading.Thread(target=shop.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        shops.append(shop)
        return shop

    yield started
    for shop in shops:
        shop.shutdown()
        shop.server_close()


def refund_at(shop: Shop, *, keys: bool, lookup: bool) -> FunctionTool:
    address = f"http://127.0.0.1:{shop.server_port}"

    def look_up(key: str) -> object:
        with urlopen(f"{address}/{key}") as response:
            return json.loads(response.read())

    @tool(
        effect="write",
        trust="trusted",
        approval=never,
        idempotent=keys,
        reconcile=look_up if lookup else None,
        settles=0.01,
    )
    def refund(order: str, *, idempotency_key: str) -> str:
        """Refund."""
        request = HttpRequest(address, json.dumps({"order": order}).encode(), {"idempotency-key": idempotency_key})
        try:
            with urlopen(request):
                return f"refunded {order}"
        except HTTPError as error:
            error.close()
            if error.code < 500:
                raise ToolRefused("the shop refused it") from error
            raise

    return refund


@pytest.mark.parametrize(
    ("keys", "lookup", "failing", "status", "asked"),
    [
        (True, False, 1, "answered", 2),
        (True, False, 99, "waiting", 4),
        (False, True, 1, "answered", 1),
        (True, True, 1, "answered", 1),
        (False, False, 1, "waiting", 1),
    ],
)
async def test_a_shop_that_answers_500_after_it_did_the_refund(
    house: House,
    serve: Callable[[int], Shop],
    monkeypatch: pytest.MonkeyPatch,
    keys: bool,
    lookup: bool,
    failing: int,
    status: str,
    asked: int,
) -> None:
    monkeypatch.setattr(recovery, "BACKOFF_SECONDS", 0.0)
    shop = serve(failing)
    refund = refund_at(shop, keys=keys, lookup=lookup)
    app = App(name="a", models=[Scripted(once("refund", '{"order": "7"}'))], tools=[refund])
    result = await run(app, "x", house)
    assert (result.status, shop.asked) == (status, asked)
    assert [*shop.refunds.values()] == [{"order": "7"}]
    if status == "waiting":
        assert "HTTP Error 500" in result.why
        await settle(house.journal, result.run, made=True, who="ann")
        assert (await resume(app, result.run, house)).output == "This was done."
        assert shop.asked == asked


# Whoever watches


async def test_a_listener_that_breaks_loses_nothing(house: House) -> None:
    made: list[int] = []

    @tool(effect="write", trust="trusted", approval=never, idempotent=True)
    async def pay(*, idempotency_key: str) -> str:
        """Pay."""
        made.append(1)
        return "paid"

    def listener(event: Any) -> None:
        if isinstance(getattr(event, "body", None), EffectIntended):
            raise BrokenPipeError

    app = app_of(call("pay"), "done", tools=[pay])
    result = await run(app, "x", house, name="r", listener=listener)
    assert (result.status, result.output, made) == ("answered", "done", [1])


async def test_a_sentence_that_breaks_fails_the_run_before_anything_is_asked_or_made(house: House) -> None:
    @tool(effect="write", trust="trusted", approval=always)
    async def pay(amount: int) -> str:
        """Pay."""
        raise AssertionError

    class Speechless(type(pay)):
        def describe(self, arguments: dict[str, Any]) -> str:
            raise LookupError("no words")

    app = app_of(call("pay", '{"amount": 1}'), "done", tools=[Speechless(**vars(pay))])
    result = await run(app, "x", house)
    assert (result.status, result.why.split(": ")[1]) == ("failed", "LookupError")
    assert await bodies(house, result.run, ApprovalAsked) == []


async def test_two_who_speak_at_once_are_heard_one_after_the_other(house: House) -> None:
    gate = asyncio.Event()

    class Slow(Scripted):
        async def answer(self, request: Request) -> Any:
            await gate.wait()
            return await super().answer(request)

    app = App(name="a", models=[Slow(["one", "two", "three"])])
    gate.set()
    first = await run(app, "x", house, chat=True)
    gate.clear()
    speaking = asyncio.create_task(say(app, first.run, "a", house))
    await asyncio.sleep(0.05)
    with pytest.raises(RunConflict, match="in this process already"):
        await say(app, first.run, "b", house)
    gate.set()
    assert (await speaking).output == "two"
    assert (await say(app, first.run, "b", house)).output == "three"
