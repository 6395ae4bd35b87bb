"""The bounded queue between those who record events and the one thread that writes them.

It does not know what an event is, nor where it goes.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from concurrent.futures import Future
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")

GROUP: Final = 4096
"""At most so many items are taken at once."""


class WriteQueue(Generic[Item]):
    """Items in, from any thread or loop; groups out, to one thread. `put` waits while `bound` items are pending."""

    def __init__(self, bound: int, *, linger: float) -> None:
        self._bound = bound
        self._linger = linger
        self._items: deque[Item] = deque()
        self._changed = threading.Condition()
        self._waiting_room: list[Future[None]] = []
        self._marks: list[tuple[int, Future[None]]] = []
        self._put = 0
        self._done = 0
        self._urgent = False
        self._closed = False

    async def put(self, item: Item) -> None:
        """Add an item; suspends only while the queue is full."""
        while not self._offer(item):
            with self._changed:
                room: Future[None] = Future()
                self._waiting_room.append(room)
                self._urgent = True
                self._changed.notify()
            await asyncio.wrap_future(room)

    def _offer(self, item: Item) -> bool:
        with self._changed:
            if self._put - self._done >= self._bound:
                return False
            self._items.append(item)
            self._put += 1
            # The writer sleeps only while there is nothing to write or while it lingers over a small group.
            if len(self._items) == 1 or len(self._items) == GROUP:
                self._changed.notify()
            return True

    def mark(self) -> Future[None]:
        """A future that is done when everything put so far has been written, or failed when it could not be."""
        with self._changed:
            future: Future[None] = Future()
            if self._done == self._put:
                future.set_result(None)
            else:
                self._marks.append((self._put, future))
                self._urgent = True
                self._changed.notify()
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

    def settle(self, count: int) -> None:
        """`count` more items are written."""
        with self._changed:
            self._done += count
            ready = [future for at, future in self._marks if at <= self._done]
            self._marks = [(at, future) for at, future in self._marks if at > self._done]
            self._urgent = bool(self._marks or self._waiting_room)
            rooms, self._waiting_room = self._waiting_room, []
        for future in (*ready, *rooms):
            _finish(future, None)

    def give_back(self, items: list[Item], error: BaseException) -> None:
        """The items could not be written: they stay first in line, and everybody who waits is told why."""
        with self._changed:
            self._items.extendleft(reversed(items))
            waiting = [future for _, future in self._marks] + self._waiting_room
            self._marks, self._waiting_room, self._urgent = [], [], False
        for future in waiting:
            _finish(future, error)

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def close(self) -> None:
        """No more items; `take` gives what is left and then nothing."""
        with self._changed:
            self._closed = True
            self._changed.notify()


def _finish(future: Future[None], error: BaseException | None) -> None:
    if not future.set_running_or_notify_cancel():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
