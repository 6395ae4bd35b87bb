"""Tests of the journal as its users see it: append, flush, read, close, and what is promised about each."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from journal.samples import KINDS, answered, bodies, finished, run_of, started
from vouch.errors import EventUnreadable, JournalError, RunConflict, RunNotFound
from vouch.journal import journal as journal_module
from vouch.journal.journal import Journal
from vouch.journal.payload import INLINE_BYTES
from vouch.store import schema
from vouch.store.database import Database
from vouch.values.event import AnyBody, Blob, Event, ModelAnswered, ProofStarted, RunStarted, ToolRead
from vouch.values.message import ToolCall

MARK = "Größe zählt: nur einmal auf der Platte"
LARGE = MARK + "ß" * INLINE_BYTES
KEY = "sk-1234567890abcdef"


def stored(path: Path) -> bytes:
    """Every byte that the journal has put on the disk."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))


def count(path: Path, table: str) -> int:
    database = Database.open(path)
    with database.reading() as connection:
        number = connection.execute(select(func.count()).select_from(schema.metadata.tables[table])).scalar_one()
    database.close()
    return number


@settings(max_examples=12, deadline=None, database=None)
@given(st.tuples(*(bodies(kind) for kind in KINDS)))
def test_every_kind_of_event_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, found: tuple[AnyBody, ...]
) -> None:
    starts = [body for body in found if isinstance(body, RunStarted | ProofStarted)]
    others = [body for body in found if body not in starts]

    async def round_trip(path: Path) -> None:
        before = time.time()
        async with await Journal.open(path) as journal:
            for number, start in enumerate(starts):
                await journal.append(f"r{number}", 0, start, *others)
        async with await Journal.open(path) as journal:
            for number, start in enumerate(starts):
                events = await journal.read(f"r{number}")
                assert [event.body for event in events] == [start, *others]
                assert [event.seq for event in events] == list(range(len(events)))
                assert all(event.run == f"r{number}" and before <= event.at <= time.time() for event in events)

    asyncio.run(round_trip(tmp_path_factory.mktemp("journal") / "journal.db"))


async def test_events_made_elsewhere_keep_their_time(journal: Journal) -> None:
    events = [Event("r", seq, 1000.5 + seq, body) for seq, body in enumerate(run_of())]
    for event in events:
        await journal.append_event(event)
    await journal.flush_run("r")
    assert await journal.read("r") == events
    (row,) = await journal.runs()
    assert (row.started, row.finished, row.status) == (1000.5, 1002.5, "answered")


async def test_large_text_is_kept_once_however_often_it_is_said(tmp_path: Path) -> None:
    async with await Journal.open(tmp_path / "j.db") as journal:
        calls = (ToolCall("c", "look", LARGE),)
        for run in ("a", "b"):
            said = ModelAnswered(model="m", request="r", text=LARGE, calls=calls)
            read = ToolRead(call_id="c", name="look", content=LARGE)
            await journal.append(run, 0, started(text=LARGE), said, read, finished(LARGE))
        events = await journal.read("b")
        assert [event.body for event in events] == [
            started(text=LARGE),
            said,
            read,
            finished(LARGE),
        ]
    assert stored(tmp_path / "j.db").count(MARK.encode()) == 2, "once as text, once within the calls"
    assert (count(tmp_path / "j.db", "blob"), count(tmp_path / "j.db", "blob_use")) == (2, 4)


async def test_secrets_never_reach_the_disk(tmp_path: Path) -> None:
    async with await Journal.open(tmp_path / "j.db", secrets=[KEY]) as journal:
        journal.hide("pass\"word'1")
        arguments = '{"password": "pass\\"word\'1"}'
        await journal.append(
            "r",
            0,
            started(text=f"my key is {KEY}"),
            answered(f"{KEY} " * 500),
            ModelAnswered(model="m", request="r", calls=(ToolCall("c", "login", arguments),)),
            ToolRead(call_id="c", name="login", content=f"{arguments} " * 500),
        )
        events = await journal.read("r")
    assert b"1234567890abcdef" not in stored(tmp_path / "j.db")
    assert b"word'1" not in stored(tmp_path / "j.db")
    assert [type(event.body) for event in events] == [RunStarted, ModelAnswered, ModelAnswered, ToolRead]
    body = events[0].body
    assert isinstance(body, RunStarted)
    assert body.input == "my key is [redacted]"


async def test_text_with_half_a_character_is_mended(journal: Journal) -> None:
    await journal.append("r", 0, started(text="a\ud800"), answered("b\udc00" + LARGE), finished(why="\udfff"))
    await journal.append("r", 3, ModelAnswered(model="m", request="r", calls=(ToolCall("c", "n", "\ud83d\ude00"),)))
    bodies_ = [event.body for event in await journal.read("r")]
    assert bodies_[:3] == [started(text="a\ufffd"), answered("b\ufffd" + LARGE), finished(why="\ufffd")]
    assert bodies_[3] == ModelAnswered(model="m", request="r", calls=(ToolCall("c", "n", "😀"),))


async def test_a_reference_in_place_of_text_is_refused_and_nothing_of_the_append_is_recorded(journal: Journal) -> None:
    with pytest.raises(EventUnreadable, match="give the text itself"):
        await journal.append("r", 0, started(), ModelAnswered(model="m", request="r", text=Blob("0", 1)))
    with pytest.raises(RunNotFound):
        await journal.read("r")


async def test_append_returns_at_once_and_flush_when_all_is_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    async with await Journal.open(path) as journal:
        await journal.append("r", 0, started())
        assert count(path, "event") == 0, "nobody waits, so the writer lingers"
        await journal.flush()
        assert count(path, "event") == 1
        await journal.flush()


async def test_what_nobody_flushes_is_written_soon(tmp_path: Path) -> None:
    async with await Journal.open(tmp_path / "j.db") as journal:
        await journal.append("r", 0, started())
        for _ in range(200):
            if count(tmp_path / "j.db", "event"):
                break
            await asyncio.sleep(0.02)
        assert count(tmp_path / "j.db", "event") == 1


async def test_closing_writes_what_is_left(tmp_path: Path) -> None:
    async with await Journal.open(tmp_path / "j.db") as journal:
        await journal.append("r", 0, *run_of())
    assert count(tmp_path / "j.db", "event") == 3
    assert stored(tmp_path / "j.db") == (tmp_path / "j.db").read_bytes(), "closed properly, the file stands alone"


async def test_a_closed_journal_says_so_and_may_be_closed_again(tmp_path: Path) -> None:
    journal = await Journal.open(tmp_path / "j.db")
    await journal.aclose()
    await journal.aclose()
    with pytest.raises(JournalError, match="the journal is closed"):
        await journal.append("r", 0, started())
    await journal.flush()


async def test_an_append_waits_while_too_much_is_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "BOUND_BYTES", 200_000)
    path = tmp_path / "j.db"
    database = Database.open(path)
    journal = Journal(database)
    with database.writing():  # nobody else can write now
        await journal.append("r", 0, started(text="x" * 250_000))
        waiting = asyncio.create_task(journal.append("r", 1, answered()))
        cancelled = asyncio.create_task(journal.append("r", 1, answered("never"), answered("never")))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        cancelled.cancel()
    await asyncio.wait_for(waiting, 10)
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    await journal.flush_run("r")
    assert [event.body for event in await journal.read("r")][1:] == [answered()]
    await journal.aclose()


async def test_a_cancelled_flush_leaves_everything_in_order(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "j.db")
    journal = Journal(database)
    with database.writing():
        await journal.append("r", 0, started())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(journal.flush(), 0.05)
    await journal.append("r", 1, answered())
    assert len(await journal.read("r")) == 2
    await journal.aclose()


def test_several_threads_and_event_loops_use_one_journal(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "j.db")
    journal = Journal(database)

    async def record(name: str) -> None:
        for number in range(25):
            await journal.append(f"{name}-{number}", 0, *run_of(name))
            if number % 5 == 0:
                await journal.flush_run(f"{name}-{number}")

    threads = [threading.Thread(target=lambda name=name: asyncio.run(record(name))) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    async def check() -> None:
        assert len(await journal.runs(limit=1000)) == 100
        assert [event.body for event in await journal.read("c-24")] == list(run_of("c"))
        await journal.aclose()

    asyncio.run(check())


async def test_an_event_out_of_its_place_is_a_conflict_and_leaves_the_others_alone(journal: Journal) -> None:
    await journal.append("good", 0, started())
    await journal.append("gap", 0, started())
    await journal.append("gap", 2, answered())
    await journal.append("twice", 0, started())
    await journal.append("twice", 0, started())
    await journal.append("good", 1, answered())
    await journal.flush_run("good")
    for run, says in (("gap", "event 2 of run 'gap' came where 1 is due"), ("twice", "'twice' was also written")):
        with pytest.raises(RunConflict, match=says):
            await journal.flush_run(run)
        with pytest.raises(RunConflict, match="resume the run"):
            await journal.append(run, 1, answered())
        with pytest.raises(RunConflict, match="resume the run"):
            await journal.append_event(Event(run, 1, 0.0, answered()))
    assert len(await journal.read("good")) == 2
    for run in ("gap", "twice"):
        with pytest.raises(RunNotFound):
            await journal.read(run)


async def test_events_of_a_run_that_never_began_are_refused(journal: Journal) -> None:
    await journal.append("nobody", 0, answered())
    with pytest.raises(RunNotFound, match="its first event must be the start of a run"):
        await journal.flush_run("nobody")


async def test_what_was_queued_before_a_run_broke_is_left_out_too(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vouch.journal.queue.GROUP", 10)
    await journal.append("nobody", 0, *[answered()] * 35)
    await journal.append("good", 0, *run_of())
    await journal.flush_run("good")
    with pytest.raises(RunNotFound):
        await journal.flush_run("nobody")
    assert [row.run for row in await journal.runs()] == ["good"]


async def test_reading_what_is_not_there_says_what_to_do(journal: Journal) -> None:
    with pytest.raises(RunNotFound, match=f"no run 'none' in '{journal.place}'; `vouch trace` lists the latest"):
        await journal.read("none")


async def test_reading_sees_what_was_appended_just_before(journal: Journal) -> None:
    await journal.append("r", 0, *run_of(key="k1"))
    assert (await journal.results(["k1"]))["k1"].output == "On its way."
    await journal.append("s", 0, *run_of(key="k1"))
    assert await journal.last_of_key("k1") == "s"
    await journal.append("t", 0, started())
    assert await journal.find("t") == "t"
    await journal.append("u", 0, started())
    assert await journal.holds(["t", "u", "v"]) == {"t", "u"}
    await journal.append("w", 0, started())
    assert [row.run for row in await journal.runs(limit=1)] == ["w"]
