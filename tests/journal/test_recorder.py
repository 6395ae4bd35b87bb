"""Tests of recording one run from many tasks: no gap, no overtaking, whatever is cancelled."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from journal.samples import answered, started
from vouch.journal import journal as journal_module
from vouch.journal.journal import Journal
from vouch.journal.recorder import Recorder
from vouch.store.database import Database


async def test_many_tasks_record_one_run(journal: Journal) -> None:
    recorder = Recorder(journal, "r")
    await recorder.add(started())
    await asyncio.gather(*(recorder.add(*[answered(f"{number}")] * (number % 3)) for number in range(100)))
    await journal.flush_run(recorder.run)
    events = await journal.read("r")
    assert [event.body for event in events[1:]] == [answered(f"{n}") for n in range(100) for _ in range(n % 3)]


async def test_one_that_is_cancelled_while_there_is_no_room_leaves_no_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "BOUND_BYTES", 10_000)
    database = Database.open(tmp_path / "j.db")
    journal = Journal(database)
    recorder = Recorder(journal, "r")
    with database.writing():
        await recorder.add(started(text="x" * 20_000))
        waiting = [asyncio.create_task(recorder.add(answered(f"{number}"))) for number in range(5)]
        await asyncio.sleep(0.05)
        assert not any(task.done() for task in waiting)
        waiting[0].cancel()
        waiting[3].cancel()
    await asyncio.wait(waiting, timeout=10)
    await recorder.add(answered("last"))
    await journal.flush_run("r")
    assert [event.body for event in await journal.read("r")][1:] == [answered(text) for text in ("1", "2", "4", "last")]
    await journal.aclose()


async def test_a_run_that_goes_on_begins_at_its_next_place(journal: Journal) -> None:
    await Recorder(journal, "r").add(started(), answered())
    await Recorder(journal, "r", first=2).add(answered("more"))
    await journal.flush_run("r")
    assert len(await journal.read("r")) == 3
