"""Writes down the requests that have ended: many at once, a moment later.

It does not know how they were served. Each costs a third of what it would cost by itself, because all of them go the
same way one after the other; and nobody waits for it, since the answer is with the client already.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

from vouch.errors import JournalError, StoreError
from vouch.journal.journal import Journal
from vouch.serve.exchange import Exchange
from vouch.serve.operations.desk import Desk

GATHER_SECONDS: Final = 0.02
"""How long requests that have ended are gathered."""

MOST: Final = 4_096
"""So many may wait: then those who serve wait, too, until they are with the journal."""

log: Final = logging.getLogger("vouch.serve")


class Records:
    """`keeps` says of each request whether its bodies are kept."""

    def __init__(self, journal: Journal, desk: Desk, *, keeps: Callable[[], bool]) -> None:
        self._journal = journal
        self._desk = desk
        self._keeps = keeps
        self._ended: list[tuple[float, Exchange]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def add(self, exchange: Exchange) -> None:
        """It has ended now."""
        exchange.seconds = time.perf_counter() - exchange.started
        self._ended.append((time.time(), exchange))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHER_SECONDS, self._begin)
        if len(self._ended) >= MOST:
            await self.settled()

    async def settled(self) -> None:
        """Return when all that have ended are with the journal, and counted."""
        async with self._turn:
            while self._ended:
                ended, self._ended = self._ended, []
                events = [(exchange.run, at, exchange.served(keep=self._keeps())) for at, exchange in ended]
                for run, _, served in events:
                    self._desk.saw(run, served)
                try:
                    await self._journal.append_ended(events)
                except (JournalError, StoreError):
                    log.exception("%d requests that have ended could not be written down", len(events))

    def _begin(self) -> None:
        self._timer = None
        self._writing = asyncio.get_running_loop().create_task(self.settled())
