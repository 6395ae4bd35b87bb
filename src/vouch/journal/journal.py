"""The journal of runs: record events, make them durable, read them back.

It does not know what an app does, nor how a proof judges it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec

from vouch.errors import RunNotFound
from vouch.journal import reader
from vouch.journal.codec import decode_body, encode_body
from vouch.journal.payload import split
from vouch.journal.queue import WriteQueue
from vouch.journal.reader import RunRow
from vouch.journal.writer import Entry, Writer
from vouch.store.database import Database
from vouch.values.event import AnyBody, Event, kind_of
from vouch.values.result import Result

BOUND: Final = 20_000
"""Events that may wait to be written before `append` makes its caller wait."""

LINGER_SECONDS: Final = 0.02
"""How long the writer waits for more events when nobody waits for it."""

REDACTED: Final = b"[redacted]"


class Journal:
    """All runs of one database.

    `append` hands events over and returns at once (it waits only while the queue is full); `flush` returns when all of
    them are on the disk. Nothing is dropped: what cannot be written stays queued, and every `flush` raises until then.
    """

    def __init__(self, database: Database, *, secrets: Iterable[str] = ()) -> None:
        self._database = database
        self._queue: WriteQueue[Entry] = WriteQueue(BOUND, linger=LINGER_SECONDS)
        self._writer = Writer(database, self._queue)
        self._secrets: tuple[bytes, ...] = ()
        self.hide(*secrets)
        self._writer.start()

    @classmethod
    async def open(cls, address: str | Path, *, secrets: Iterable[str] = ()) -> Journal:
        """The journal in the database at a path or URL, made if there is none. `secrets` never reach the disk."""
        return cls(await asyncio.to_thread(Database.open, address), secrets=secrets)

    @property
    def place(self) -> str:
        """Where the database is."""
        return self._database.place

    def hide(self, *secrets: str) -> None:
        """From now on, replace these texts in every event by `[redacted]`."""
        found = {msgspec.json.encode(secret)[1:-1] for secret in secrets if secret}
        self._secrets = tuple(sorted({*self._secrets, *found}, key=len, reverse=True))

    async def append(self, run: str, first: int, *bodies: AnyBody) -> None:
        """Record `bodies` as the events `first`, `first + 1`, ... of `run`; raises `RunConflict` if it lost the run."""
        if error := self._writer.broken.get(run):
            raise error
        now = time.time()
        for seq, body in enumerate(bodies, first):
            await self._queue.put(self._entry(Event(run, seq, now, body)))

    async def append_event(self, event: Event) -> None:
        """Record an event that was made elsewhere, at its own time."""
        await self._queue.put(self._entry(event))

    async def flush(self) -> None:
        """Return when every event appended so far is on the disk; raises a `StoreError` when it cannot be."""
        await asyncio.wrap_future(self._queue.mark())

    async def flush_run(self, run: str) -> None:
        """As `flush`, and raises `RunConflict` if another process has written to `run`."""
        await self.flush()
        if error := self._writer.broken.get(run):
            raise error

    async def read(self, run: str) -> list[Event]:
        """All events of `run` in order; raises `RunNotFound`."""
        await self.flush()
        events = await asyncio.to_thread(reader.read_run, self._database, run)
        if not events:
            raise RunNotFound(f"no run {run!r} in {self.place!r}; `vouch trace` lists the latest runs")
        return events

    async def runs(self, *, app: str | None = None, status: str | None = None, limit: int = 100) -> list[RunRow]:
        """The latest runs, newest first."""
        await self.flush()
        return await asyncio.to_thread(reader.latest, self._database, app=app, status=status, limit=limit)

    async def find(self, prefix: str) -> str:
        """The name of the one run whose name, or whose case id, is or begins with `prefix`; raises `RunNotFound`."""
        await self.flush()
        return await asyncio.to_thread(reader.find, self._database, prefix)

    async def results(self, keys: Sequence[str]) -> dict[str, Result]:
        """By key: how the latest answered run of each of these keys ended (see `RunStarted.key`)."""
        await self.flush()
        return await asyncio.to_thread(reader.results, self._database, keys)

    async def last_kept(self, app: str, proof: str) -> str | None:
        """The run of the last proof of this name that was kept as a baseline."""
        await self.flush()
        return await asyncio.to_thread(reader.last_kept, self._database, app, proof)

    async def events(self, kind: str, *, app: str | None = None) -> AsyncIterator[Event]:
        """All events of one kind, oldest run first."""
        await self.flush()
        page = await asyncio.to_thread(reader.page_of_kind, self._database, kind, app=app, after=0)
        while page:
            for _, event in page:
                yield event
            page = await asyncio.to_thread(reader.page_of_kind, self._database, kind, app=app, after=page[-1][0])

    async def prune(self, *, before: float, chunk: int = 500) -> int:
        """Delete finished runs that started before a time (Unix seconds), a chunk a transaction; gives their number.

        Kept proofs and the runs they rest on stay, and so does every run that has not ended.
        """
        await self.flush()
        protected = await asyncio.to_thread(reader.protected, self._database)
        deleted = 0
        while count := await asyncio.to_thread(reader.delete_some, self._database, before, protected, chunk):
            deleted += count
        return deleted

    async def aclose(self) -> None:
        """Write what is left and close the database; raises a `StoreError` when it cannot be written."""
        try:
            await self.flush()
        finally:
            self._queue.close()
            await asyncio.to_thread(self._writer.join)
            self._database.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _entry(self, event: Event) -> Entry:
        body, blobs = split(self._redacted(event.body) if self._secrets else event.body)
        return Entry(event.run, event.seq, event.at, kind_of(body), body, encode_body(body), blobs)

    def _redacted(self, body: AnyBody) -> AnyBody:
        data = encode_body(body)
        if not any(secret in data for secret in self._secrets):
            return body
        for secret in self._secrets:
            data = data.replace(secret, REDACTED)
        return decode_body(data)
