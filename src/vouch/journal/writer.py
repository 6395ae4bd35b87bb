"""The one thread that writes events: groups from the queue, each group one durable transaction.

It does not know who recorded the events or what they are for.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DataError, IntegrityError

from vouch.errors import JournalError, RunConflict, RunNotFound, StoreError
from vouch.journal.lease import LEASE_SECONDS
from vouch.journal.queue import WriteQueue
from vouch.journal.spend import add_spend
from vouch.journal.starting import start_runs
from vouch.store import schema
from vouch.store.database import Database
from vouch.values.event import (
    AnyBody,
    InputGiven,
    ProofFinished,
    RunFinished,
    RunResumed,
    RunWaiting,
)

_BACKOFF_SECONDS: Final = (0.05, 0.2, 1.0)
_REMEMBERED_RUNS: Final = 10_000
_OVERHEAD_BYTES: Final = 1_000
_OF_THE_ROWS: Final = (IntegrityError, DataError, JournalError, ValueError, OverflowError)
"""What is raised when the events are at fault and not the database: writing them again would never help."""


_ALREADY_THERE: Final = (sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE)


class Entry(NamedTuple):
    """One event on its way to the disk: `data` is its body as JSON, `blobs` the large content taken out of it."""

    run: str
    seq: int
    at: float
    kind: str
    body: AnyBody
    data: bytes
    blobs: tuple[tuple[str, bytes], ...]


class Place(NamedTuple):
    """Where the next event of a run goes: the run's number in the database, and the event's in the run."""

    number: int
    due: int


def weight(entry: Entry) -> int:
    """About how many bytes of memory an entry takes."""
    return _OVERHEAD_BYTES + len(entry.data) + sum(len(data) for _, data in entry.blobs)


class Writer(threading.Thread):
    """Writes until the queue is closed. A group that cannot be written is given back and tried again."""

    def __init__(self, database: Database, queue: WriteQueue[Entry], holder: str = "") -> None:
        super().__init__(name="vouch-journal", daemon=True)
        self._database = database
        self._queue = queue
        self._holder = holder
        self._places: dict[str, Place] = {}
        self.broken: dict[str, JournalError] = {}
        """Runs whose events could not be written though the database works, and why; the latest of them."""

    def run(self) -> None:
        """Write until the queue is closed; whatever ends it, nobody is left waiting."""
        left: BaseException | None = None
        try:
            left = self._write_until_closed()
        except Exception as error:  # noqa: BLE001 - whoever waits must be told, whatever it was
            left = JournalError(f"the writer of the journal failed: {error!r}; start the process again")
            left.__cause__ = error
        finally:
            self._queue.end(left)

    def _write_until_closed(self) -> StoreError | None:
        """Take, write, settle; on trouble give back, wait and try again. Gives the trouble in which it was closed."""
        failures = 0
        while entries := self._queue.take():
            try:
                self._write(entries)
            except StoreError as error:
                self._places.clear()
                self._queue.give_back(entries, error)
                if self._queue.closed:
                    return error
                self._queue.pause(_BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS) - 1)])
                failures += 1
            else:
                failures = 0
                self._queue.settle(entries)
        return None

    def _write(self, entries: Sequence[Entry]) -> None:
        entries = [entry for entry in entries if entry.run not in self.broken]
        if not entries:
            return
        broken: dict[str, JournalError] = {}
        try:
            with self._database.writing() as connection:
                places = self._write_group(connection, entries)
        except _OF_THE_ROWS:
            places, broken = self._write_apart(entries)
        # Only now is all of it on the disk.
        _remember(self._places, places)
        _remember(self.broken, broken)

    def _write_apart(self, entries: Sequence[Entry]) -> tuple[dict[str, Place], dict[str, JournalError]]:
        """Write run by run within one transaction, so that a run that cannot be written is the only one left out."""
        self._places.clear()
        runs: dict[str, list[Entry]] = {}
        for entry in entries:
            runs.setdefault(entry.run, []).append(entry)
        places: dict[str, Place] = {}
        broken: dict[str, JournalError] = {}
        with self._database.writing() as connection:
            for run, events in runs.items():
                savepoint = connection.begin_nested()
                try:
                    places |= self._write_group(connection, events)
                except _OF_THE_ROWS as error:
                    savepoint.rollback()
                    broken[run] = _broken(run, events[0].seq, error)
                else:
                    savepoint.commit()
        return places, broken

    def _write_group(self, connection: Connection, entries: Sequence[Entry]) -> dict[str, Place]:
        beginnings = ((entry.run, entry.at, entry.body) for entry in entries if entry.seq == 0)
        started = start_runs(connection, beginnings, self._holder)
        places = self._find_runs(connection, entries, {run: Place(number, 0) for run, number in started.items()})
        _write_events(connection, entries, places)
        _write_blobs(connection, entries, places)
        add_spend(connection, ((entry.at, entry.body) for entry in entries))
        _finish_runs(connection, entries, places)
        return places

    def _find_runs(
        self, connection: Connection, entries: Sequence[Entry], started: dict[str, Place]
    ) -> dict[str, Place]:
        wanted = {entry.run for entry in entries}
        places = started | {run: self._places[run] for run in wanted if run in self._places}
        missing = sorted(wanted - places.keys())
        for start in range(0, len(missing), 500):
            names = missing[start : start + 500]
            query = select(schema.run.c.name, schema.run.c.number, _due).where(schema.run.c.name.in_(names))
            places.update((name, Place(number, due)) for name, number, due in connection.execute(query))
        if lost := wanted - places.keys():
            raise RunNotFound(f"no run {min(lost)!r}: its first event must be the start of a run")
        return places


_due: Final = (
    select(func.coalesce(func.max(schema.event.c.seq) + 1, 0))
    .where(schema.event.c.run == schema.run.c.number)
    .scalar_subquery()
)


_Value = TypeVar("_Value")


def _remember(known: dict[str, _Value], new: dict[str, _Value]) -> None:
    known.update(new)
    while len(known) > _REMEMBERED_RUNS:
        del known[next(iter(known))]


def _broken(run: str, seq: int, error: Exception) -> JournalError:
    if isinstance(error, JournalError):
        return error
    if isinstance(error, IntegrityError) and getattr(error.orig, "sqlite_errorcode", None) in _ALREADY_THERE:
        return RunConflict(
            f"run {run!r} was also written by another process, from event {seq} on or before; "
            "this process stopped writing it: resume the run to go on from what is recorded"
        )
    return JournalError(f"events of run {run!r} from {seq} on cannot be stored: {error}")


def _write_events(connection: Connection, entries: Sequence[Entry], places: dict[str, Place]) -> None:
    """Write the events in their places, and move the places on."""
    numbers = {run: place.number for run, place in places.items()}
    due = {run: place.due for run, place in places.items()}
    rows: list[tuple[int, int, float, str, bytes]] = []
    for run, seq, at, kind, _, data, _ in entries:
        if seq != due[run]:
            raise RunConflict(
                f"event {seq} of run {run!r} came where {due[run]} is due; if another process writes this run, let it, "
                "or resume the run to go on from what is recorded"
            )
        due[run] = seq + 1
        rows.append((numbers[run], seq, at, kind, data))
    places.update((run, Place(numbers[run], due[run])) for run in places)
    # Straight to the driver: SQLAlchemy's own handling of parameters costs more than the insert itself.
    connection.exec_driver_sql(_EVENT_INSERT, rows)


_EVENT_INSERT: Final = "INSERT INTO event (run, seq, at, kind, body) VALUES (?, ?, ?, ?, ?)"


def _write_blobs(connection: Connection, entries: Sequence[Entry], places: dict[str, Place]) -> None:
    contents: dict[str, bytes] = {}
    uses: dict[tuple[int, str], None] = {}
    for entry in entries:
        for address, data in entry.blobs:
            contents[address] = data
            uses[places[entry.run].number, address] = None
    if contents:
        rows = [{"digest": address, "data": data} for address, data in contents.items()]
        connection.execute(_insert_blob, rows)
        connection.execute(_insert_use, [{"run": run, "digest": address} for run, address in uses])


_insert_blob: Final = sqlite.insert(schema.blob).on_conflict_do_nothing()
_insert_use: Final = sqlite.insert(schema.blob_use).on_conflict_do_nothing()

_finish: Final = (
    update(schema.run)
    .where(schema.run.c.number == bindparam("wanted"))
    .values(finished=bindparam("at"), status=bindparam("how"), kept=bindparam("keep"), held_until=0.0)
)


def _finish_runs(connection: Connection, entries: Sequence[Entry], places: dict[str, Place]) -> None:
    rows: list[dict[str, Any]] = []
    for entry in entries:
        match entry.body:
            case RunFinished(status=how):
                rows.append({"wanted": places[entry.run].number, "at": entry.at, "how": how, "keep": False})
            case ProofFinished(verdict=how, kept=keep):
                rows.append({"wanted": places[entry.run].number, "at": entry.at, "how": how, "keep": keep})
            case RunResumed(version=version) if version:
                pass  # A run that waits goes on waiting.
            case RunWaiting() | InputGiven() | RunResumed():
                # In order with the endings of other runs it does not matter; of one run, the latest counts.
                how = "waiting" if isinstance(entry.body, RunWaiting) else None
                until = 0.0 if how else entry.at + LEASE_SECONDS
                values = {"status": how, "held_until": until}
                number = places[entry.run].number
                connection.execute(update(schema.run).where(schema.run.c.number == number).values(values))
            case _:
                pass
    if rows:
        connection.execute(_finish, rows)
