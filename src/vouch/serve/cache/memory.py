"""Answers kept in memory: for so long, so many bytes of them, those that were not asked for longest dropped first.

It does not know what they answer.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

from vouch.values.money import Money

_BESIDE: Final = 1_024
"""Bytes that an answer takes beside its own, about."""


class Kept(NamedTuple):
    """One answer as a client got it, which model gave it, and what it cost."""

    body: bytes
    streamed: bool
    tells_usage: bool
    model: str
    cost: Money | None
    at: float


class Memory:
    """At most `most` bytes; `dropped` is told of every place that is emptied."""

    def __init__(
        self,
        *,
        most: int,
        seconds: float,
        dropped: Callable[[str], None] = lambda _place: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._dropped = dropped
        self._clock = clock
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, place: str, *, youngest: float | None = None) -> Kept | None:
        """The answer at `place`, if it is not older than allowed, nor than `youngest` seconds."""
        kept = self._kept.get(place)
        if kept is None:
            return None
        age = self._clock() - kept.at
        if age > self._seconds:
            self.drop(place)
            return None
        if youngest is not None and age > youngest:
            return None
        self._kept.move_to_end(place)
        return kept

    def put(
        self, place: str, body: bytes, *, streamed: bool, tells_usage: bool, model: str, cost: Money | None
    ) -> bool:
        """Keep an answer; False for one that is too large to be kept at all."""
        size = len(body) + _BESIDE
        if size > self._most:
            return False
        self.drop(place)
        self._kept[place] = Kept(body, streamed, tells_usage, model, cost, self._clock())
        self.bytes += size
        while self.bytes > self._most:
            self.drop(next(iter(self._kept)))
        return True

    def drop(self, place: str) -> None:
        """Keep what is there no longer."""
        kept = self._kept.pop(place, None)
        if kept is not None:
            self.bytes -= len(kept.body) + _BESIDE
            self._dropped(place)
