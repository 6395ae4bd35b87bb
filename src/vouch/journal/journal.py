"""The journal of runs: record events, make them durable, read them back.

It does not know what an app does, nor how a proof judges it.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from vouch.errors import RunConflict, RunNotFound, StoreError
from vouch.journal import lease, reader
from vouch.journal.cleaning import Secrets, mended, rewritten
from vouch.journal.codec import encode_body
from vouch.journal.lease import Renewal, new_holder
from vouch.journal.payload import split
from vouch.journal.pruning import TURN_SECONDS, Pruning
from vouch.journal.queue import WriteQueue
from vouch.journal.reader import RunRow
from vouch.journal.threads import Threads
from vouch.journal.writer import Entry, Writer, weight
from vouch.store.database import Database
from vouch.values.event import AnyBody, Event, kind_of
from vouch.values.result import Result

BOUND_BYTES: Final = 64 * 2**20
"""Memory that events waiting to be written may take before `append` makes its caller wait."""

LINGER_SECONDS: Final = 0.02
"""How long the writer waits for more events when nobody waits for it."""


class Journal:
    """All runs of one database.

    `append` hands events over and returns at once (it waits only while the queue is full); `flush` returns when all of
    them are on the disk. Nothing is dropped: what cannot be written stays queued and is tried again, and every `flush`
    raises until it is written. Any thread and any event loop may use it.
    """

    def __init__(self, database: Database, *, secrets: Iterable[str] = ()) -> None:
        self._database = database
        self._threads = Threads()
        self._queue: WriteQueue[Entry] = WriteQueue(BOUND_BYTES, linger=LINGER_SECONDS, weigh=weight)
        self.holder = new_holder()
        """Who this journal is among those that drive runs."""
        self._writer = Writer(database, self._queue, self.holder)
        self._renewal = Renewal(database, self.holder)
        self._driven: set[str] = set()
        self._drivers = threading.Lock()
        self._secrets = Secrets()
        self._secrets.add(*secrets)
        self._writer.start()
        self._renewal.start()

    @classmethod
    async def open(cls, address: str | Path, *, secrets: Iterable[str] = ()) -> Journal:
        """The journal in the database at a path or URL, made if there is none. `secrets` never reach the disk."""
        threads = Threads(1)
        try:
            return cls(await threads.run(Database.open, address), secrets=secrets)
        finally:
            threads.close()

    @property
    def place(self) -> str:
        """Where the database is."""
        return self._database.place

    @property
    def pending(self) -> int:
        """About how many bytes wait to be written."""
        return self._queue.weight

    def hide(self, *secrets: str) -> None:
        """From now on, replace these texts (of 8 characters or more) in every event by `[redacted]`."""
        self._secrets.add(*secrets)

    async def append(self, run: str, first: int, *bodies: AnyBody) -> None:
        """Record `bodies` as the events `first`, `first + 1`, ... of `run`; raises `RunConflict` if it lost the run.

        All of them are recorded, or none when it raises or is cancelled.
        """
        now = time.time()
        await self._put(run, *(Event(run, seq, now, body) for seq, body in enumerate(bodies, first)))

    async def append_event(self, event: Event) -> None:
        """Record an event that was made elsewhere, at its own time; otherwise as `append`."""
        await self._put(event.run, event)

    async def append_ended(self, events: Iterable[tuple[str, float, AnyBody]]) -> None:
        """Record runs that begin and end with one event: each run's name, its time (Unix seconds), and its event."""
        await self._queue.put(*[self._entry(Event(run, 0, at, body)) for run, at, body in events])

    async def flush(self) -> None:
        """Return when every event appended so far is on the disk; raises a `StoreError` when it cannot be."""
        await asyncio.wrap_future(self._queue.mark())

    async def flush_run(self, run: str) -> None:
        """As `flush`, and raises `RunConflict` if another process has written to `run`."""
        await self.flush()
        self._refuse_broken(run)

    async def claim(self, run: str) -> bool:
        """Hold a recorded run, so that no other process drives it meanwhile; True when another held it before.

        A run that is begun here is held from the start; whatever ends a run or makes it wait lets it go. Raises
        `RunConflict` while another process drives the run, and `RunNotFound`.
        """
        await self.flush()
        taken_over = await self._threads.run(lease.claim, self._database, run, self.holder)
        self._writer.broken.pop(run, None)
        return taken_over

    async def let_go(self, run: str) -> None:
        """Hold `run` no longer, so that another process may go on with it; first all of it is on the disk.

        Where that cannot be, the run stays held.
        """
        if self._queue.closed:
            return  # to close is to let go of all
        with suppress(StoreError):
            await self.flush()
            await self._threads.run(lease.release, self._database, self.holder, run)

    @contextmanager
    def driving(self, run: str) -> Generator[None]:
        """Nobody else in this process drives `run` meanwhile; raises `RunConflict` when somebody does already.

        Other processes are kept off by the lease: see `claim`.
        """
        with self._drivers:
            if run in self._driven:
                raise RunConflict(f"run {run!r} is being driven in this process already; wait for that")
            self._driven.add(run)
        try:
            yield
        finally:
            with self._drivers:
                self._driven.discard(run)

    async def read(self, run: str, *, first: int = 0, most: int | None = None) -> list[Event]:
        """All events of `run` in order, or (at `most` so many) from number `first` on; raises `RunNotFound`."""
        await self.flush()
        events = await self._threads.run(reader.read_run, self._database, run, first=first, most=most)
        if not events and first == 0:
            raise RunNotFound(f"no run {run!r} in {self.place!r}; `vouch trace` lists the latest runs")
        return events

    async def last(self, run: str) -> Event | None:
        """The last event of `run`; None where there is none."""
        await self.flush()
        return await self._threads.run(reader.last_event, self._database, run)

    async def runs(self, *, app: str | None = None, status: str | None = None, limit: int = 100) -> list[RunRow]:
        """The latest runs, newest first."""
        await self.flush()
        return await self._threads.run(reader.latest, self._database, app=app, status=status, limit=limit)

    async def find(self, prefix: str) -> str:
        """The one run whose name is or begins with `prefix`, or the latest of the case of this id.

        Raises `RunNotFound`, also when several names begin so.
        """
        await self.flush()
        return await self._threads.run(reader.find, self._database, prefix)

    async def results(self, keys: Sequence[str]) -> dict[str, Result]:
        """By key: how the latest answered run of each of these keys ended (see `RunStarted.key`)."""
        await self.flush()
        return await self._threads.run(reader.results, self._database, keys)

    async def last_of_key(self, key: str) -> str | None:
        """The latest ended run with this key that was not stopped."""
        await self.flush()
        return await self._threads.run(reader.last_of_key, self._database, key)

    async def open_of_key(self, key: str, *, limit: int = 100) -> list[str]:
        """The latest runs with this key that have not ended, newest first."""
        await self.flush()
        return await self._threads.run(reader.open_of_key, self._database, key, limit=limit)

    async def last_kept(self, app: str, proof: str) -> str | None:
        """The run of the last proof of this name that was kept as a baseline."""
        await self.flush()
        return await self._threads.run(reader.last_kept, self._database, app, proof)

    async def open_of_proof(self, proof: str) -> list[str]:
        """The runs of the cases of this proof (its run) that have not ended."""
        await self.flush()
        return await self._threads.run(reader.open_of_proof, self._database, proof)

    async def holds(self, runs: Sequence[str]) -> frozenset[str]:
        """Which of these runs there are."""
        await self.flush()
        return await self._threads.run(reader.existing, self._database, runs)

    async def open_proofs(self, app: str, proof: str) -> list[str]:
        """The proofs of this name that have not ended, oldest first: those under way, and those that were cut short."""
        await self.flush()
        return await self._threads.run(reader.open_proofs, self._database, app, proof)

    async def driven(self, runs: Sequence[str]) -> frozenset[str]:
        """Which of these runs somebody drives now, in this process or another."""
        await self.flush()
        return await self._threads.run(lease.held, self._database, runs)

    async def events(self, kind: str, *, app: str | None = None) -> AsyncIterator[Event]:
        """All events of one kind, oldest run first."""
        await self.flush()
        after = reader.BEFORE_ALL
        while page := await self._threads.run(reader.page_of_kind, self._database, kind, app=app, after=after):
            for _, event in page:
                yield event
            after = page[-1][0]

    async def prune(self, *, before: float, chunk: int = 500) -> int:
        """Delete ended runs that started before a time (Unix seconds), a chunk a transaction; gives their number.

        Proofs that were kept or go on stay, with the runs they rest on, and so does every run that has not ended.
        """
        await self.flush()
        pruning = Pruning(self._database, before)
        deleted = 0
        while count := await self._threads.run(pruning.delete_some, chunk):
            deleted += count
            # Longer than SQLite sleeps between two tries for the lock, so that whoever waits for it gets it now.
            await asyncio.sleep(TURN_SECONDS if count == chunk else 0)
        return deleted

    async def aclose(self) -> None:
        """Write what is left and close the database; raises a `StoreError` when it cannot be written."""
        self._queue.close()
        self._renewal.stop()
        try:
            await self._threads.run(self._writer.join)
            await self._threads.run(lease.release, self._database, self.holder)
        finally:
            self._threads.close()
            self._database.close()
        if error := self._queue.ended:
            raise error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _put(self, run: str, *events: Event) -> None:
        self._refuse_broken(run)
        await self._queue.put(*[self._entry(event) for event in events])

    def _refuse_broken(self, run: str) -> None:
        if error := self._writer.broken.get(run):
            raise error

    def _entry(self, event: Event) -> Entry:
        try:
            return self._entry_of(event, event.body)
        except UnicodeEncodeError:
            return self._entry_of(event, rewritten(event.body, mended))

    def _entry_of(self, event: Event, whole: AnyBody) -> Entry:
        body, blobs = split(self._secrets.hidden(whole))
        return Entry(event.run, event.seq, event.at, kind_of(body), body, encode_body(body), blobs)
