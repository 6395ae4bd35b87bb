"""A timer that is moved far more often than it fires, so that moving it costs next to nothing.

It does not know what is late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import inf


class Deadline:
    """Calls `late` when a started clock is not stopped in time.

    The loop's own timer is left where it stands while the deadline moves away from it, and set again only when it
    fires too early: a timer in the loop per request would cost more than the rest of the request.
    """

    __slots__ = ("_at", "_late", "_loop", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, late: Callable[[], None]) -> None:
        self._loop = loop
        self._late = late
        self._at = inf
        self._timer: asyncio.TimerHandle | None = None

    def start(self, seconds: float) -> None:
        """Be late in `seconds` from now, whatever was set before."""
        self._at = at = self._loop.time() + seconds
        if self._timer is None:
            self._timer = self._loop.call_at(at, self._fire)
        elif self._timer.when() > at:
            self._timer.cancel()
            self._timer = self._loop.call_at(at, self._fire)

    def stop(self) -> None:
        """Never be late, until started again."""
        self._at = inf

    def close(self) -> None:
        """Take the timer out of the loop."""
        self._at = inf
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fire(self) -> None:
        self._timer = None
        if self._at == inf:
            return
        if self._loop.time() < self._at:
            self._timer = self._loop.call_at(self._at, self._fire)
        else:
            self._at = inf
            self._late()
