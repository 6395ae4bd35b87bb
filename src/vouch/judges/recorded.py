"""What judges have said before, out of the journal: questions that come at the same time are looked up together.

It does not know what was asked.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec

from vouch.errors import JournalError, StoreError
from vouch.journal.journal import Journal

_REMEMBERED: Final = 10_000


class Recorded:
    """Values by key. Where the journal holds no run of an app of this name, it is not asked again."""

    def __init__(self, journal: Journal, *, fresh: bool = False) -> None:
        self._journal = journal
        self._fresh = fresh
        self._empty: dict[str, asyncio.Task[bool]] = {}
        # As JSON, which takes a third of the memory.
        self._known: dict[str, bytes] = {}
        self._wanted: dict[str, asyncio.Future[Any]] = {}
        self._looking: set[asyncio.Task[None]] = set()

    def note(self, key: str, value: Any) -> None:
        """Remember a value that has just been heard; the oldest are forgotten."""
        self._known[key] = msgspec.json.encode(value)
        if len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]

    async def find(self, app: str, key: str) -> Any:
        """The value under this key, or None."""
        if key in self._known:
            return msgspec.json.decode(self._known[key])
        if self._fresh:
            return None
        if app not in self._empty:
            # Asked once, by whoever comes first; what this proof records in between is remembered here.
            self._empty[app] = asyncio.create_task(self._holds_none(app))
        if await asyncio.shield(self._empty[app]):
            return None
        future = self._wanted.get(key)
        if future is None:
            future = self._wanted[key] = asyncio.get_running_loop().create_future()
            if len(self._wanted) == 1:
                task = asyncio.create_task(self._look())
                self._looking.add(task)
                task.add_done_callback(self._looking.discard)
        return await asyncio.shield(future)

    async def _holds_none(self, app: str) -> bool:
        return not await self._journal.runs(app=app, limit=1)

    async def _look(self) -> None:
        # All who are ready to ask do so before this goes on.
        await asyncio.sleep(0)
        wanted, self._wanted = self._wanted, {}
        try:
            found = await self._journal.results(list(wanted))
        except (StoreError, JournalError) as error:
            for future in wanted.values():
                future.set_exception(error)
                # Everybody who waited may have gone.
                future.exception()
            return
        for key, future in wanted.items():
            future.set_result(_value(found[key].output) if key in found else None)


def _value(output: str) -> Any:
    """The value of an ended run of a judge, or None where it cannot be read: then it is asked again."""
    try:
        return msgspec.json.decode(output)
    except msgspec.DecodeError:
        return None
