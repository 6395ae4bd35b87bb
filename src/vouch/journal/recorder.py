"""Recording one run: hands out the places in it, one after the other.

It does not know what the events say.
"""

from __future__ import annotations

import asyncio

from vouch.journal.journal import Journal
from vouch.values.event import AnyBody


class Recorder:
    """The one writer of one run, from any number of tasks of one event loop."""

    def __init__(self, journal: Journal, run: str, *, first: int = 0) -> None:
        self.run = run
        self._journal = journal
        self._next = first
        self._turn = asyncio.Lock()

    async def add(self, *bodies: AnyBody) -> None:
        """Record `bodies` as the run's next events; none of them when it raises or is cancelled."""
        # One at a time, and a place is taken only with its event: or else one that is cancelled while the queue is
        # full would leave a gap, and others could overtake it.
        async with self._turn:
            await self._journal.append(self.run, self._next, *bodies)
            self._next += len(bodies)
