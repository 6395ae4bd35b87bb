"""Tests of the writer in trouble: full, locked, read-only, events that cannot be stored, and an error of its own."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, event

from journal.samples import answered, run_of, started
from vouch.errors import JournalError, RunConflict, RunNotFound, StoreBusy, StoreFull, StoreReadOnly
from vouch.journal import writer as writer_module
from vouch.journal.journal import Journal
from vouch.store import schema
from vouch.store.database import Database
from vouch.values.event import Event

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked_by_another_process(path: Path) -> Generator[None]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "locked\n"
    try:
        yield
    finally:
        child.communicate("")


def on_every_connection(database: Database, change: Callable[[sqlite3.Connection], Any]) -> None:
    """Change what the database's connections are like, also those that are open already."""
    event.listen(database.engine, "connect", lambda connection, _: change(connection))
    database.engine.dispose()


async def test_a_full_disk_loses_nothing_and_is_written_to_when_there_is_space_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "_BACKOFF_SECONDS", (0.05,))
    database = Database.open(tmp_path / "j.db")
    journal = Journal(database)
    pages = [0]
    on_every_connection(database, lambda connection: connection.execute(f"PRAGMA max_page_count={pages[0] or 2**30}"))
    await journal.append("r", 0, started())
    await journal.flush()
    pages[0] = 40
    database.engine.dispose()
    large = [answered(f"{number} " * 30_000) for number in range(4)]
    await journal.append("r", 1, *large)
    for _ in range(2):
        with pytest.raises(StoreFull, match=r"no space left to write to .*; free some space"):
            await journal.flush()
    await journal.append("r", 5, answered("after"))
    with pytest.raises(StoreFull):
        await journal.read("r")
    pages[0] = 0
    database.engine.dispose()
    await journal.flush_run("r")
    assert [event.body for event in await journal.read("r")] == [started(), *large, answered("after")]
    await journal.aclose()


async def test_a_database_locked_for_too_long_is_busy_and_is_written_to_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vouch.store.database.BUSY_SECONDS", 0.1)
    journal = await Journal.open(tmp_path / "j.db")
    with locked_by_another_process(tmp_path / "j.db"):
        await journal.append("r", 0, *run_of())
        with pytest.raises(StoreBusy, match="another process has locked "):
            await journal.flush()
        assert await asyncio.wait_for(asyncio.to_thread(_runs, tmp_path / "j.db"), 5) == [], "reading still goes"
    await journal.flush_run("r")
    assert len(await journal.read("r")) == 3
    await journal.aclose()


def _runs(path: Path) -> list[str]:
    database = Database.open(path)
    with database.reading() as connection:
        names = list(connection.execute(schema.run.select()).scalars())
    database.close()
    return names


async def test_closing_while_nothing_can_be_written_says_so_at_once_and_forgets_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vouch.store.database.BUSY_SECONDS", 0.05)
    monkeypatch.setattr(writer_module, "_BACKOFF_SECONDS", (60.0,))
    journal = await Journal.open(tmp_path / "j.db")
    with locked_by_another_process(tmp_path / "j.db"):
        await journal.append("r", 0, started())
        with pytest.raises(StoreBusy):
            await journal.flush()
        waiting = asyncio.create_task(journal.flush())
        begin = time.monotonic()
        with pytest.raises(StoreBusy):
            await journal.aclose()
        assert time.monotonic() - begin < 10, "it does not sit out its pause"
        with pytest.raises(StoreBusy):
            await asyncio.wait_for(waiting, 5)
        with pytest.raises(StoreBusy):
            await journal.flush()
        with pytest.raises(JournalError, match="closed"):
            await journal.append("r", 1, answered())


def test_a_database_that_may_only_be_read_says_so(open_folder: Path, nobody: Callable[[], Any]) -> None:
    path = open_folder / "j.db"
    asyncio.run(_record(path, "r"))
    path.chmod(0o444)
    with nobody(), pytest.raises(StoreReadOnly, match=r"'.*j.db' may not be written to"):
        asyncio.run(_record(path, "s"))
    open_folder.chmod(0o555)
    with nobody(), pytest.raises(StoreReadOnly, match=r"'.*j.db' (may not be written to|cannot be opened)"):
        asyncio.run(_record(path, "s"))


async def _record(path: Path, run: str) -> None:
    async with await Journal.open(path) as journal:
        await journal.append(run, 0, *run_of())


async def test_a_run_whose_events_cannot_be_stored_is_the_only_one_that_stops(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "j.db")
    on_every_connection(database, lambda connection: connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 100_000))
    journal = Journal(database)
    await journal.append("good", 0, started())
    await journal.append("\ud800", 0, started())
    await journal.append("too-big", 0, started(text="x" * 200_000))
    await journal.append_event(Event("no-time", 0, float("nan"), started()))
    await journal.append("good", 1, answered())
    await journal.flush_run("good")
    for run, says in (("\ud800", "surrogates"), ("too-big", "too big"), ("no-time", "NOT NULL")):
        with pytest.raises(JournalError, match=f"events of run .* from 0 on cannot be stored: .*{says}"):
            await journal.flush_run(run)
    assert len(await journal.read("good")) == 2
    await journal.aclose()


async def test_a_run_written_by_another_journal_meanwhile_is_a_conflict(tmp_path: Path) -> None:
    async with await Journal.open(tmp_path / "j.db") as one, await Journal.open(tmp_path / "j.db") as other:
        await one.append("r", 0, started())
        await one.flush_run("r")
        await other.append("r", 1, answered("other"))
        await other.flush_run("r")
        await one.append("r", 1, answered("one"))
        await one.append("s", 0, *run_of())
        await one.flush_run("s")
        with pytest.raises(RunConflict, match="run 'r' came where 2 is due"):
            await one.flush_run("r")
        assert [event.body for event in await one.read("r")] == [started(), answered("other")]
        await other.append("r", 2, answered("more"))
        await other.flush_run("r")


async def test_a_run_deleted_meanwhile_is_not_written_into_another(tmp_path: Path) -> None:
    """A number is never given twice, so what a writer remembers of a deleted run leads nowhere."""
    async with await Journal.open(tmp_path / "j.db") as one, await Journal.open(tmp_path / "j.db") as other:
        await one.append("old", 0, *run_of())
        await one.flush_run("old")
        assert await other.prune(before=time.time() + 1) == 1
        await other.append("new", 0, *run_of())
        await other.flush_run("new")
        await one.append("old", 3, answered("late"))
        with pytest.raises(RunNotFound, match="no run 'old'"):
            await one.flush_run("old")
        assert len(await other.read("new")) == 3


async def test_places_that_are_no_longer_remembered_are_looked_up(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "_REMEMBERED_RUNS", 3)
    names = [f"r{number}" for number in range(1200)]
    for name in names:
        await journal.append(name, 0, started())
    await journal.flush()
    for name in names:
        await journal.append(name, 1, answered())
    await journal.flush()
    assert len(journal._writer._places) == 3
    for name in (names[0], names[-1]):
        await journal.flush_run(name)
        assert len(await journal.read(name)) == 2


class Broken(Database):
    """A database with an error that nobody thought of."""

    def writing(self) -> Any:
        raise ZeroDivisionError("nobody thought of this")


async def test_an_error_that_nobody_thought_of_is_told_to_everybody(tmp_path: Path) -> None:
    whole = Database.open(tmp_path / "j.db")
    journal = Journal(Broken(whole.engine, whole.place))
    await journal.append("r", 0, started())
    for action in (journal.flush, journal.flush, journal.aclose):
        with pytest.raises(JournalError, match=r"writer of the journal failed: ZeroDivisionError\('nobody"):
            await asyncio.wait_for(action(), 5)
    with pytest.raises(JournalError, match="closed"):
        await journal.append("r", 1, answered())


async def test_a_transaction_that_breaks_off_writes_nothing_of_its_group(tmp_path: Path) -> None:
    """Space runs out in the middle of a group that is written run by run: all of it is written later, once."""
    database = Database.open(tmp_path / "j.db")
    journal = Journal(database)
    pages = [0]
    on_every_connection(database, lambda connection: connection.execute(f"PRAGMA max_page_count={pages[0] or 2**30}"))
    await journal.append("clash", 0, started())
    await journal.flush()
    pages[0] = 60
    database.engine.dispose()
    await journal.append("small", 0, started())
    await journal.append("clash", 0, started())
    await journal.append("large", 0, started(text="y" * 400_000))
    with pytest.raises(StoreFull):
        await journal.flush()
    with database.reading() as connection:
        assert _names(connection) == ["clash"]
    pages[0] = 0
    database.engine.dispose()
    await journal.flush_run("small")
    await journal.flush_run("large")
    with pytest.raises(RunConflict):
        await journal.flush_run("clash")
    await journal.aclose()


def _names(connection: Connection) -> list[str]:
    return list(connection.execute(schema.run.select().with_only_columns(schema.run.c.name)).scalars())


async def test_content_that_is_gone_is_said(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "j.db")
    journal = Journal(database)
    await journal.append("r", 0, started(text="z" * 5000))
    await journal.flush()
    with database.writing() as connection:
        connection.execute(delete(schema.blob_use))
        connection.execute(delete(schema.blob))
    with pytest.raises(JournalError, match="is gone from the database; put back a backup"):
        await journal.read("r")
    await journal.aclose()


def test_a_folder_for_nobody_is_one(open_folder: Path, nobody: Callable[[], Any]) -> None:
    with nobody():
        assert os.geteuid() != 0
        (open_folder / "file").touch()
