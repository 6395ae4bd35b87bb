"""The bounded queue between those who record events and the one thread that writes them.

It does not know what an event is, nor where it goes.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final, Generic, TypeVar

from vouch.errors import JournalError

Item = TypeVar("Item")

GROUP: Final = 4096
"""At most so many items are taken at once."""


def _one(_item: object) -> int:
    return 1


class WriteQueue(Generic[Item]):
    """Items in, from any thread or loop; groups out, to one thread.

    `put` waits while the pending items weigh `bound` or more, as told by `weigh` (by default each weighs 1). So at most
    `bound` and one last `put` are pending.
    """

    def __init__(self, bound: int, *, linger: float, weigh: Callable[[Item], int] = _one) -> None:
        self._bound = bound
        self._linger = linger
        self._weigh = weigh
        self._items: deque[Item] = deque()
        self._changed = threading.Condition()
        self._waiting_room: list[Future[None]] = []
        self._marks: list[tuple[int, Future[None]]] = []
        self._put = 0
        self._done = 0
        self._weight = 0
        self._urgent = False
        self._closed = False
        self._ended: BaseException | None = None

    async def put(self, *items: Item) -> None:
        """Add items, all or none of them; suspends only while the queue is full. None are added when cancelled."""
        while (room := self._offer(items)) is not None:
            await asyncio.wrap_future(room)

    def _offer(self, items: Sequence[Item]) -> Future[None] | None:
        """Take the items in, or give a future that is done when there may be room."""
        with self._changed:
            if self._closed:
                raise JournalError(
                    "the journal is closed: nothing more can be recorded; open it again"
                ) from self._ended
            if self._weight >= self._bound:
                # Under the same lock as the check: or else the writer could make room, and sleep, in between.
                room: Future[None] = Future()
                self._waiting_room.append(room)
                self._hurry()
                return room
            before = len(self._items)
            self._items.extend(items)
            self._put += len(items)
            self._weight += sum(map(self._weigh, items))
            # The writer sleeps only while there is nothing to write or while it lingers over a small group.
            if not before or before < GROUP <= len(self._items):
                self._changed.notify()
            return None

    def mark(self) -> Future[None]:
        """A future that is done when everything put so far has been written, or failed when it could not be."""
        with self._changed:
            future: Future[None] = Future()
            if self._done == self._put:
                future.set_result(None)
            elif self._ended is not None:
                future.set_exception(self._ended)
            else:
                self._marks.append((self._put, future))
                self._hurry()
            return future

    def take(self) -> list[Item]:
        """The next group: waits for one, lingers a moment for more; empty only after `close`."""
        with self._changed:
            while not self._items and not self._closed:
                self._changed.wait()
            until = time.monotonic() + self._linger
            while not (self._urgent or self._closed or len(self._items) >= GROUP):
                left = until - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            self._urgent = False
            return [self._items.popleft() for _ in range(min(GROUP, len(self._items)))]

    def settle(self, items: Sequence[Item]) -> None:
        """These items, the last taken, are written."""
        with self._changed:
            self._done += len(items)
            self._weight -= sum(map(self._weigh, items))
            ready = [future for at, future in self._marks if at <= self._done]
            self._marks = [(at, future) for at, future in self._marks if at > self._done]
            self._urgent = bool(self._marks)
            ready += self._waiting_room
            self._waiting_room = []
        for future in ready:
            _finish(future, None)

    def give_back(self, items: Sequence[Item], error: BaseException) -> None:
        """The items could not be written: they stay first in line, and everybody who waits is told why."""
        with self._changed:
            self._items.extendleft(reversed(items))
            waiting = self._nobody_waits()
        for future in waiting:
            _finish(future, error)

    def pause(self, seconds: float) -> None:
        """Wait so long, or until `close`."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed, seconds)

    def close(self) -> None:
        """No more items; `take` gives what is left and then nothing."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def end(self, error: BaseException | None) -> None:
        """Nothing will be taken any more. `error` says why, if items are left: from now on every mark fails with it."""
        with self._changed:
            self._closed = True
            if self._done != self._put:
                self._ended = error or JournalError("the journal was closed before everything was written")
            waiting = self._nobody_waits()
        closed = self._ended or JournalError("the journal was closed")
        for future in waiting:
            _finish(future, closed)

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    @property
    def weight(self) -> int:
        """What the pending items weigh."""
        return self._weight

    @property
    def ended(self) -> BaseException | None:
        """Why items were left unwritten for good, if any were."""
        return self._ended

    def _hurry(self) -> None:
        self._urgent = True
        self._changed.notify()

    def _nobody_waits(self) -> list[Future[None]]:
        waiting = [future for _, future in self._marks] + self._waiting_room
        self._marks, self._waiting_room, self._urgent = [], [], False
        return waiting


def _finish(future: Future[None], error: BaseException | None) -> None:
    if not future.set_running_or_notify_cancel():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
