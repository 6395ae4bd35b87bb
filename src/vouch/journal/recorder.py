"""Recording one run: hands out the places in it, one after the other.

It does not know what the events say.
"""

from __future__ import annotations

from vouch.journal.journal import Journal
from vouch.values.event import AnyBody


class Recorder:
    """The one writer of one run, from any number of tasks of one event loop."""

    def __init__(self, journal: Journal, run: str, *, first: int = 0) -> None:
        self.run = run
        self._journal = journal
        self._next = first

    async def add(self, *bodies: AnyBody) -> None:
        """Record `bodies` as the run's next events."""
        first = self._next
        # Taken before anything is awaited: other tasks get later places.
        self._next += len(bodies)
        await self._journal.append(self.run, first, *bodies)
