"""The body of one response, between the connection that receives it and whoever reads it.

It does not know sockets, nor what the bytes mean.
"""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

from vouch.errors import ModelError

HELD_MOST: Final = 256 * 1024
"""Bytes held for a slow reader before the sender is told to wait."""


class Source(Protocol):
    """Where the bytes come from."""

    def pause(self) -> None:
        """Send no more for now."""
        ...

    def resume(self) -> None:
        """Send again."""
        ...

    def expect(self) -> None:
        """Someone waits for bytes: let them not wait for ever."""
        ...


class Body:
    """Bytes in order, then the end or an error; what came before an error can still be read."""

    __slots__ = ("_ended", "_error", "_held", "_loop", "_paused", "_pieces", "_source", "_waiter")

    def __init__(self, source: Source, loop: asyncio.AbstractEventLoop) -> None:
        self._source = source
        self._loop = loop
        self._pieces: list[bytes] = []
        self._held = 0
        self._ended = False
        self._error: ModelError | None = None
        self._paused = False
        self._waiter: asyncio.Future[None] | None = None

    @property
    def ended(self) -> bool:
        """Whether all bytes have come in, or no more will."""
        return self._ended

    def put(self, piece: bytes) -> None:
        """The next bytes have come in."""
        self._pieces.append(piece)
        self._held += len(piece)
        if self._held > HELD_MOST and not self._paused:
            self._paused = True
            self._source.pause()
        self._wake()

    def end(self, error: ModelError | None = None) -> None:
        """No more will come: the body is whole, or broken by `error`."""
        if not self._ended:
            self._ended = True
            self._error = error
            self._paused = False  # from here on the source may be serving someone else
            self._wake()

    async def take(self) -> bytes:
        """All bytes that have come in and were not taken yet, waiting for some; `b""` at the end."""
        while not self._pieces:
            if self._error is not None:
                raise self._error
            if self._ended:
                return b""
            self._source.expect()
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        taken = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._held = 0
        if self._paused:
            self._paused = False
            self._source.resume()
        return taken

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
