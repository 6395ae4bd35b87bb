"""The one thread that writes events: groups from the queue, each group one durable transaction.

It does not know who recorded the events or what they are for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Table, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from vouch.errors import JournalError, RunConflict, RunNotFound, StoreError
from vouch.journal.queue import WriteQueue
from vouch.store import schema
from vouch.store.database import Database
from vouch.values.event import AnyBody, ProofFinished, ProofStarted, RunFinished, RunStarted

_BACKOFF_SECONDS: Final = (0.05, 0.2, 1.0)
_REMEMBERED_RUNS: Final = 10_000


class Entry(NamedTuple):
    """One event on its way to the disk: `data` is its body as JSON, `blobs` the large content taken out of it."""

    run: str
    seq: int
    at: float
    kind: str
    body: AnyBody
    data: bytes
    blobs: tuple[tuple[str, bytes], ...]


class Writer(threading.Thread):
    """Writes until the queue is closed. A group that cannot be written is given back and tried again."""

    def __init__(self, database: Database, queue: WriteQueue[Entry]) -> None:
        super().__init__(name="vouch-journal", daemon=True)
        self._database = database
        self._queue = queue
        self._numbers: dict[str, int] = {}
        self.broken: dict[str, JournalError] = {}
        """Runs whose events could not be written though the database works, and why."""

    def run(self) -> None:
        """Take, write, settle; on trouble give back, wait and try again."""
        failures = 0
        while entries := self._queue.take():
            try:
                self._write(entries)
            except StoreError as error:
                self._numbers.clear()
                self._queue.give_back(entries, error)
                if self._queue.closed:
                    return
                time.sleep(_BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS) - 1)])
                failures += 1
            else:
                failures = 0
                self._queue.settle(len(entries))

    def _write(self, entries: list[Entry]) -> None:
        entries = [entry for entry in entries if entry.run not in self.broken]
        try:
            self._write_group(entries)
        except (IntegrityError, JournalError):
            # One run in the group clashes with another process: write run by run, so that only that run fails.
            self._numbers.clear()
            for run in dict.fromkeys(entry.run for entry in entries):
                self._write_alone(run, [entry for entry in entries if entry.run == run])

    def _write_alone(self, run: str, entries: list[Entry]) -> None:
        try:
            self._write_group(entries)
        except RunNotFound as error:
            self.broken[run] = error
        except IntegrityError:
            self._numbers.pop(run, None)
            self.broken[run] = RunConflict(
                f"run {run!r} was also written by another process from event {entries[0].seq} on; "
                "this process stopped writing it: resume the run to go on from what is recorded"
            )

    def _write_group(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        with self._database.writing() as connection:
            self._start_runs(connection, entries)
            numbers = self._find_runs(connection, entries)
            _write_events(connection, entries, numbers)
            _write_blobs(connection, entries, numbers)
            _finish_runs(connection, entries, numbers)
        if len(self._numbers) > _REMEMBERED_RUNS:
            self._numbers.clear()
        self._numbers.update(numbers)

    def _start_runs(self, connection: Connection, entries: Sequence[Entry]) -> None:
        rows = [row for entry in entries if (row := _row_of_start(entry))]
        if rows:
            connection.execute(insert(schema.run), rows)

    def _find_runs(self, connection: Connection, entries: Sequence[Entry]) -> dict[str, int]:
        wanted = {entry.run for entry in entries}
        numbers = {run: self._numbers[run] for run in wanted if run in self._numbers}
        missing = sorted(wanted - numbers.keys())
        for start in range(0, len(missing), 500):
            names = missing[start : start + 500]
            query = select(schema.run.c.name, schema.run.c.number).where(schema.run.c.name.in_(names))
            numbers.update((name, number) for name, number in connection.execute(query))
        if lost := wanted - numbers.keys():
            raise RunNotFound(f"no run {min(lost)!r}: its first event must be the start of a run")
        return numbers


def _row_of_start(entry: Entry) -> dict[str, Any] | None:
    match entry.body:
        case RunStarted() as body:
            case, proof, key = body.case, body.proof, body.key
        case ProofStarted() as body:
            case, proof, key = "", body.proof, body.dataset_digest
        case _:
            return None
    return {
        "name": entry.run,
        "app": body.app,
        "version": body.version,
        "key": key,
        "proof": proof,
        "case": case,
        "started": entry.at,
        "kept": False,
    }


def _write_events(connection: Connection, entries: Sequence[Entry], numbers: dict[str, int]) -> None:
    rows = [(numbers[entry.run], entry.seq, entry.at, entry.kind, entry.data) for entry in entries]
    statement = _EVENT_INSERTS[connection.dialect.name]
    # Straight to the driver: SQLAlchemy's own handling of parameters costs more than the insert itself.
    connection.exec_driver_sql(statement, rows)


def _event_insert(dialect: Any) -> str:
    columns = ("run", "seq", "at", "kind", "body")
    return str(insert(schema.event).values({name: bindparam(name) for name in columns}).compile(dialect=dialect))


_EVENT_INSERTS: Final = {"sqlite": _event_insert(sqlite.dialect())}


def _write_blobs(connection: Connection, entries: Sequence[Entry], numbers: dict[str, int]) -> None:
    contents: dict[str, bytes] = {}
    uses: dict[tuple[int, str], None] = {}
    for entry in entries:
        for address, data in entry.blobs:
            contents[address] = data
            uses[numbers[entry.run], address] = None
    if contents:
        rows = [{"digest": address, "data": data} for address, data in contents.items()]
        connection.execute(_insert_if_new(connection, schema.blob), rows)
        connection.execute(
            _insert_if_new(connection, schema.blob_use), [{"run": run, "digest": address} for run, address in uses]
        )


def _insert_if_new(connection: Connection, table: Table) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing()


_finish: Final = (
    update(schema.run)
    .where(schema.run.c.number == bindparam("wanted"))
    .values(finished=bindparam("at"), status=bindparam("how"), kept=bindparam("keep"))
)


def _finish_runs(connection: Connection, entries: Sequence[Entry], numbers: dict[str, int]) -> None:
    rows: list[dict[str, Any]] = []
    for entry in entries:
        match entry.body:
            case RunFinished(status=how):
                rows.append({"wanted": numbers[entry.run], "at": entry.at, "how": how, "keep": False})
            case ProofFinished(verdict=how, kept=keep):
                rows.append({"wanted": numbers[entry.run], "at": entry.at, "how": how, "keep": keep})
            case _:
                pass
    if rows:
        connection.execute(_finish, rows)
