"""Whether the gateway takes requests: it does not drain, and its journal can be written.

It does not know who asks.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

from vouch.errors import VouchError
from vouch.journal.journal import Journal
from vouch.store.database import Database

LOOK_SECONDS: Final = 1.0
"""What was found is true for so long: whoever asks often does not make the database busy."""

PATIENCE: Final = 2.0


class Readiness:
    """Looks by writing down what waits, and by taking the lock that a write needs."""

    def __init__(self, journal: Journal, database: Database) -> None:
        self._journal = journal
        self._database = database
        self._looked = -LOOK_SECONDS
        self._found = ""
        self._looking: asyncio.Task[None] | None = None

    async def why_not(self) -> str:
        """Why it cannot be written; empty when it can."""
        if time.monotonic() - self._looked >= LOOK_SECONDS:
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            done, _ = await asyncio.wait({self._looking}, timeout=PATIENCE)
            if not done:
                return f"the journal was not written within {PATIENCE:g} seconds"
        return self._found

    async def _look(self) -> None:
        try:
            await self._journal.flush()
            await asyncio.to_thread(_lock, self._database)
        except VouchError as error:
            self._found = str(error)
        else:
            self._found = ""
        self._looked = time.monotonic()


def _lock(database: Database) -> None:
    with database.writing():
        pass
