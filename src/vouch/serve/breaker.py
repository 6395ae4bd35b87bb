"""The circuit breaker of one upstream: what keeps failing is left alone for a while, then tried with one request.

It does not know what a request is.
"""

from __future__ import annotations

from typing import Final

FAILURES: Final = 5
"""Failures in a row that open it."""

FIRST_PAUSE: Final = 5.0
LONGEST_PAUSE: Final = 120.0


class Breaker:
    """Closed it lets everything through; open nothing; when its pause is over, one request, which decides.

    Times are monotonic seconds.
    """

    __slots__ = ("_failures", "_pause", "_probing", "_until")

    def __init__(self) -> None:
        self._failures = 0
        self._pause = FIRST_PAUSE
        self._until = 0.0
        self._probing = False

    def opens(self, now: float) -> float:
        """In how many seconds a request may go through: 0 for at once."""
        if self._until <= now:
            return 0.0 if not self._probing else FIRST_PAUSE
        return self._until - now

    def begin(self) -> None:
        """A request goes through; after a pause it is the probe, and the only one."""
        self._probing = self._until > 0

    def succeeded(self) -> None:
        """It was answered."""
        if self._failures or self._until:
            self._failures, self._until, self._pause, self._probing = 0, 0.0, FIRST_PAUSE, False

    def failed(self, now: float, *, retry_after: float | None = None) -> None:
        """It was not; `retry_after` is the upstream's own wish, and is kept at once."""
        self._failures += 1
        if self._probing or self._failures >= FAILURES:
            self._until = now + max(self._pause, retry_after or 0.0)
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            self._probing = False
        elif retry_after:
            self._until = max(self._until, now + min(retry_after, LONGEST_PAUSE))

    def left(self) -> None:
        """The client went before there was an outcome."""
        self._probing = False
