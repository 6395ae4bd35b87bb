"""A client's connection: the head of a request must come within a time and a size.

It does not know what is asked. Bodies have their own limits, and whole requests their own deadline.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS: Final = 20.0
"""Within so many seconds, give or take as many, the head of a request must be whole."""

STALL_SECONDS: Final = 60.0
"""A client that takes nothing for so long, while there is something for it, has gone."""

HEAD_BYTES: Final = 64 * 1024

_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
    b"connection: close\r\n\r\n%s"
)
_WHY: Final = b'{"error":{"message":"the headers are too large; send less","type":"invalid_request_error"}}'


class ClientConnection(HttpToolsProtocol):
    """Ends connections that send their heads too slowly or without end, and those that do not take their answers."""

    head_seconds = HEAD_SECONDS
    stall_seconds = STALL_SECONDS

    def connection_made(self, transport: Any) -> None:
        """A client has come."""
        super().connection_made(transport)
        self._head = 0
        """Bytes of a head that is not whole; less than 0 when none has begun."""
        self._slow = False
        self._stalled: asyncio.TimerHandle | None = None
        self._timer = self.loop.call_later(self.head_seconds, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._timer.cancel()
        if self._stalled is not None:
            self._stalled.cancel()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client reads more slowly than it is written to."""
        super().pause_writing()
        self._stalled = self.loop.call_later(self.stall_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It has caught up."""
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def on_message_begin(self) -> None:
        """A request begins."""
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its head is whole."""
        self._head = -1
        self._slow = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """More of what the client sends."""
        super().data_received(data)
        if self._head >= 0:
            self._head += len(data)
            if self._head > HEAD_BYTES and not self.transport.is_closing():
                self.transport.write(_TOO_LARGE % (len(_WHY), _WHY))
                self.transport.close()

    def _look(self) -> None:
        if self._head >= 0 and self._slow:
            self.transport.close()
            return
        self._slow = self._head >= 0
        self._timer = self.loop.call_later(self.head_seconds, self._look)
