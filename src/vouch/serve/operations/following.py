"""Follows the runs of apps in the journal, whichever process drives them, and exports each part that has ended.

It does not know who asks an app.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from vouch.errors import RunNotFound, StoreError
from vouch.journal.journal import Journal
from vouch.journal.reader import RunRow
from vouch.serve.operations.export import Exporter
from vouch.serve.operations.spans import of_run
from vouch.values.event import RunFinished, RunWaiting

LOOK_SECONDS: Final = 5.0
LATEST: Final = 100
"""Runs of an app that are looked at: an older one that goes on is not exported."""


class Following:
    """`apps` gives the names of the apps. What ended before the first look is not exported."""

    def __init__(self, journal: Journal, apps: Callable[[], Iterable[str]], exporter: Exporter) -> None:
        self._journal = journal
        self._apps = apps
        self._exporter = exporter
        self._due: dict[str, int] = {}
        self._looked = False

    async def keep_looking(self) -> None:
        """Look again and again."""
        while True:
            with suppress(StoreError, RunNotFound):
                await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Look once."""
        rows = [row for app in self._apps() for row in await self._journal.runs(app=app, limit=LATEST)]
        due = {row.run: self._due.get(row.run, 0) for row in rows}
        for row in rows:
            due[row.run] = await self._exported(row, due[row.run])
        self._due, self._looked = due, True

    async def _exported(self, row: RunRow, due: int) -> int:
        """Export what has ended from event `due` on, and give the number of the event that comes next."""
        if not self._looked:
            last = await self._journal.last(row.run)
            return 0 if last is None else last.seq + 1
        events = await self._journal.read(row.run, first=due)
        ends = [place for place, event in enumerate(events) if isinstance(event.body, RunFinished | RunWaiting)]
        begins = 0
        for end in ends:
            for span in of_run(row.app, events[begins : end + 1]):
                self._exporter.put(span)
            begins = end + 1
        return due + begins
