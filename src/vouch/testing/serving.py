"""The server's side of HTTP/1.1: requests come in, and each is answered through its `Turn`.

It does not know any path or format.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import cast

import httptools

Headers = Mapping[str, str]


class Turn:
    """One request and the way to answer it: whole, piece by piece, in part, or not at all.

    Nothing happens once the client has gone. `headers` have lower-case names.
    """

    def __init__(self, connection: ServerConnection, method: str, path: str, headers: Headers, body: bytes) -> None:
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self._connection = connection

    def respond(self, status: int, body: bytes, headers: Mapping[str, str] = {}) -> None:
        """Answer at once, with JSON unless `headers` say otherwise."""
        self._connection.write(_head(status, {"content-length": str(len(body)), **headers}) + body)
        self._connection.turn_over()

    def respond_in_part(self, body: bytes, part: int) -> None:
        """Promise all of `body`, write `part` bytes of it, and close."""
        self._connection.write(_head(200, {"content-length": str(len(body))}) + body[:part])
        self._connection.close()

    def begin_stream(self, headers: Headers) -> None:
        """Begin an answer whose length is not known."""
        self._connection.write(_head(200, {"transfer-encoding": "chunked", **headers}))

    def send(self, pieces: Sequence[bytes]) -> None:
        """More of a stream, in one write."""
        self._connection.write(b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces))

    def send_slowly(self, pieces: Iterator[bytes], pause: float) -> None:
        """The rest of a stream, with a pause in seconds before every piece, and its end."""
        piece = next(pieces, None)
        if piece is None:
            self.end_stream()
        else:
            self.send([piece])
            asyncio.get_running_loop().call_later(pause, self.send_slowly, pieces, pause)

    def end_stream(self) -> None:
        """The stream is whole."""
        self._connection.write(b"0\r\n\r\n")
        self._connection.turn_over()

    def cut(self) -> None:
        """Close in the middle."""
        self._connection.close()


def _head(status: int, headers: Headers) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in {"content-type": "application/json", **headers}.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class ServerConnection(asyncio.Protocol):
    """Reads requests, and hands each to `handle` when the one before it is answered."""

    def __init__(self, handle: Callable[[Turn], None], open_connections: set[ServerConnection]) -> None:
        self._handle = handle
        self._open = open_connections
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiting: deque[Turn] = deque()
        self._busy = False
        self._begin()

    def write(self, data: bytes) -> None:
        """Send bytes, unless the client has gone."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        """Send what was written and close."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def turn_over(self) -> None:
        """The current request is answered: on to the next, if one is here already."""
        self._busy = False
        if self._waiting:
            self._start(self._waiting.popleft())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has come."""
        self._transport = cast(asyncio.Transport, transport)
        self._open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (why it left makes no difference)
        """The client has gone."""
        self._open.discard(self)
        self._waiting.clear()

    def data_received(self, data: bytes) -> None:
        """Bytes of a request; what is no HTTP ends the connection."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.close()

    def on_url(self, url: bytes) -> None:
        """The path, or a piece of it."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """The head is whole; a client with a large body may be waiting to be asked for it."""
        if self._headers.get("expect", "").lower() == "100-continue":
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, piece: bytes) -> None:
        """Bytes of the body."""
        self._body.append(piece)

    def on_message_complete(self) -> None:
        """The request is whole."""
        method = self._parser.get_method().decode("ascii")
        path = self._url.partition(b"?")[0].decode("latin-1")
        turn = Turn(self, method, path, self._headers, b"".join(self._body))
        self._begin()
        if self._busy:
            self._waiting.append(turn)
        else:
            self._start(turn)

    def _begin(self) -> None:
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []

    def _start(self, turn: Turn) -> None:
        self._busy = True
        self._handle(turn)
