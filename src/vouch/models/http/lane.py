"""The connections to one server in one event loop: lent out, given back, and waited for in order.

It does not know requests or responses.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from vouch.errors import ConnectionFailed
from vouch.models.http.connection import Connection

KEPT_IDLE: Final = 30.0
"""Seconds after which an unused connection is not trusted any more: few servers keep it much longer."""


class Lane:
    """At most `most` connections; whoever finds none free waits, first come, first served."""

    def __init__(self, shown: str, most: int, make: Callable[[Lane], Awaitable[Connection]]) -> None:
        self._shown = shown
        self._most = most
        self._make = make
        self._loop = asyncio.get_running_loop()
        self._idle: list[Connection] = []
        self._standing: set[Connection] = set()
        self._taken = 0
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._closed = False
        self._empty: asyncio.Future[None] | None = None

    async def take(self, *, fresh: bool = False) -> Connection:
        """A connection to send on: an idle one, unless a `fresh` one is wanted, or a new one.

        Raises `ConnectionFailed`. A request that had to wait may get a connection that became free just then.
        """
        if self._closed:
            raise self._shut()
        if not self._waiting:
            idle = None if fresh else self._newest_idle()
            if idle is not None:
                return idle
            if self._taken < self._most:
                self._taken += 1
                return await self._connect()
            if self._idle:  # only whoever wants a fresh one comes here, and needs the place
                self._idle.pop().abort()
        given = await self._wait()
        return given if given is not None else await self._connect()

    def freed(self, connection: Connection) -> None:
        """The connection can take another request."""
        if self._closed:
            connection.abort()
        elif not self._hand_on(connection):
            connection.idle_since = self._loop.time()
            self._idle.append(connection)

    def lost(self, connection: Connection) -> None:
        """The connection is gone, and its place is free."""
        if connection in self._standing:
            self._standing.remove(connection)
            if connection in self._idle:
                self._idle.remove(connection)
            self._leave()

    def close(self) -> None:
        """Close all connections at once; whoever waits or reads gets `ConnectionFailed`."""
        self._closed = True
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_exception(self._shut())
        for connection in list(self._standing):
            connection.abort(self._shut())

    async def aclose(self) -> None:
        """The same, and wait until all are gone."""
        self.close()
        if self._standing:
            self._empty = self._loop.create_future()
            await self._empty

    async def _connect(self) -> Connection:
        try:
            connection = await self._make(self)
        except BaseException:
            self._leave()
            raise
        if connection.gone:
            self._leave()
        else:
            self._standing.add(connection)
            if self._closed:
                connection.abort()
        return connection

    async def _wait(self) -> Connection | None:
        waiter: asyncio.Future[Connection | None] = self._loop.create_future()
        self._waiting.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            # What was handed over at the last moment goes to the next in line.
            if not waiter.cancelled() and waiter.exception() is None:
                self._return(waiter.result())
            raise

    def _shut(self) -> ConnectionFailed:
        return ConnectionFailed(f"the connections to {self._shown} were closed here; ask again")

    def _return(self, given: Connection | None) -> None:
        if given is None:
            self._leave()
        else:
            self.freed(given)

    def _leave(self) -> None:
        if not self._hand_on(None):
            self._taken -= 1
        if self._empty is not None and not self._standing and not self._empty.done():
            self._empty.set_result(None)

    def _hand_on(self, given: Connection | None) -> bool:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(given)
                return True
        return False

    def _newest_idle(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if not connection.usable:
                continue
            if self._loop.time() - connection.idle_since <= KEPT_IDLE:
                return connection
            connection.abort()
        return None
