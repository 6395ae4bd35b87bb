"""Handing things to a thread in batches: to put one in costs next to nothing and never waits.

It does not know what they are.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")

MOST: Final = 10_000
"""Things that may wait; what comes beyond is lost, and counted."""

LINGER_SECONDS: Final = 0.25
GROUP: Final = 512

log: Final = logging.getLogger("vouch.serve")


class Batches(Generic[Item]):
    """`work` gets everything, in order, at most `GROUP` at a time; what it raises is logged, and costs that group."""

    def __init__(self, work: Callable[[Sequence[Item]], None], *, name: str, linger: float = LINGER_SECONDS) -> None:
        self.lost = 0
        """How many were dropped because too many waited."""
        self._work = work
        self._linger = linger
        self._items: deque[Item] = deque()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, item: Item) -> None:
        """Hand one over."""
        # A deque is filled and emptied from several threads without a lock; a few over the bound do no harm.
        if len(self._items) < MOST:
            self._items.append(item)
        else:
            self.lost += 1

    def close(self, *, within: float = 5.0) -> None:
        """Work off what is left, for so many seconds at most."""
        self._closing.set()
        self._thread.join(within)

    def _run(self) -> None:
        while not self._closing.wait(self._linger):
            self._empty()
        self._empty()

    def _empty(self) -> None:
        while self._items:
            group = [self._items.popleft() for _ in range(min(GROUP, len(self._items)))]
            try:
                self._work(group)
            except Exception as error:  # noqa: BLE001 - whatever it was, requests go on
                log.warning("%d entries are lost: %s", len(group), error)
