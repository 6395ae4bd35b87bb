"""One connection to one server: a request goes out, its response comes in, then the next.

It does not know who waits for a connection, nor whether a request may be sent again.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple, Protocol, cast

import httptools

from vouch.errors import ConnectionFailed, MalformedAnswer, ModelError, ModelTimeout
from vouch.models.http.body import Body
from vouch.models.http.deadline import Deadline
from vouch.models.http.response import Response


class Limits(NamedTuple):
    """How long to wait, in seconds, and how much to accept, in bytes."""

    connect_timeout: float
    first_byte_timeout: float
    idle_timeout: float
    head_limit: int
    body_limit: int


class Owner(Protocol):
    """Who lends the connection out."""

    def freed(self, connection: Connection) -> None:
        """The response is whole and the connection can take another request."""
        ...

    def lost(self, connection: Connection) -> None:
        """The connection is gone; called once."""
        ...


class Connection(asyncio.Protocol):
    """Speaks HTTP/1.1 as a client.

    `used` says whether it has carried a request before the current one, `touched` whether any byte of the current
    response has come in: only when it was used and is untouched may the request have met a server that was already
    leaving. `gone` is true once the connection is lost.
    """

    def __init__(self, shown: str, loop: asyncio.AbstractEventLoop, limits: Limits, owner: Owner) -> None:
        self.used = False
        self.touched = False
        self.gone = False
        self.idle_since = 0.0
        self._shown = shown
        self._loop = loop
        self._limits = limits
        self._owner = owner
        self._parser = httptools.HttpResponseParser(self)
        self._deadline = Deadline(loop, self._late)
        self._transport: asyncio.Transport | None = None
        self._head: asyncio.Future[Response] | None = None
        self._headers: dict[str, str] = {}
        self._body: Body | None = None
        self._whole = False
        self._lasting = False
        self._until_close = False
        self._framing = 0
        self._size = 0

    @property
    def usable(self) -> bool:
        """Whether a request may be sent."""
        return self._transport is not None and not self._transport.is_closing()

    async def send(self, request: bytes) -> Response:
        """Write one whole request and wait for the head of its response.

        Raises `ConnectionFailed`, `ModelTimeout` or `MalformedAnswer`. A cancelled wait closes the connection.
        """
        self._headers = {}
        self._framing = self._size = 0
        self._until_close = self.touched = False
        if self._transport is None or self._transport.is_closing():
            raise self._broke("before the request was sent")
        head = self._head = self._loop.create_future()
        self._transport.write(request)
        self._deadline.start(self._limits.first_byte_timeout)
        try:
            return await head
        except asyncio.CancelledError:
            # The head may have come in just before: then the connection may be serving another request already.
            if head.cancelled():
                self.abort()
            elif head.exception() is None:
                head.result().close()
            raise

    def abort(self, error: ModelError | None = None) -> None:
        """Close at once. Whoever still waits for a response gets `error`, or that the connection was closed."""
        self._finish(error or ConnectionFailed(f"the connection to {self._shown} was closed here; ask again"))
        if self._transport is not None:
            self._transport.abort()

    # What the body of a response asks of its source.

    def pause(self) -> None:
        """Let the server wait: the reader is slower."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        """The reader has caught up."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def expect(self) -> None:
        """The reader waits: something has to come before long."""
        self._deadline.start(self._limits.idle_timeout)

    # What the event loop says.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone; a body without a length is whole by that."""
        if self._until_close and self._body is not None and exc is None:
            self._body.end()
        self._finish(self._broke(f"before the answer was whole{f' ({exc})' if exc else ''}"))
        self._deadline.close()
        self.gone = True
        self._owner.lost(self)

    def resume_writing(self) -> None:
        """A large request is on its way: only now does the server's time to answer begin."""
        if self._head is not None:
            self._deadline.start(self._limits.first_byte_timeout)

    def data_received(self, data: bytes) -> None:
        """Bytes of the response, or a word that nobody asked for."""
        self.touched = True
        self._framing += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self.abort(self._malformed(f"what is no HTTP/1.1 ({error})"))
            return
        if self._framing > self._limits.head_limit:
            self.abort(self._malformed(f"more than {self._limits.head_limit} bytes of headers"))
        elif self._size > self._limits.body_limit:
            self.abort(self._malformed(f"a body of more than {self._limits.body_limit} bytes"))
        elif self._whole:
            self._release()

    # What the parser says.

    def on_message_begin(self) -> None:
        """A response begins; one that nobody asked for makes the connection unusable."""
        if self._head is None and self._body is None and self._transport is not None:
            self._transport.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; the trailers of a chunked body are of no use."""
        if self._body is not None:
            return
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self._headers[key] = f"{self._headers[key]}, {text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        """The head is whole: the response goes to whoever asked. An interim response (1xx) says nothing yet."""
        status, headers = self._parser.get_status_code(), self._headers
        if status < 200:
            self._headers = {}
            return
        chunked = headers.get("transfer-encoding", "").lower().endswith("chunked")
        self._until_close = not chunked and "content-length" not in headers
        self._deadline.stop()
        if self._head is not None and not self._head.done():
            self._body = Body(self, self._loop)
            self._head.set_result(Response(status, headers, self._body, self.abort))
            self._head = None

    def on_body(self, piece: bytes) -> None:
        """Bytes of the body."""
        self._framing = 0
        self._size += len(piece)
        if self._body is not None and self._size <= self._limits.body_limit:
            self._deadline.stop()
            self._body.put(piece)

    def on_message_complete(self) -> None:
        """The response is whole; an interim one does not count."""
        if self._body is not None:
            self._body.end()
            self._body = None
            self._whole = True
            self._lasting = self._parser.should_keep_alive()  # the parser forgets it after this call

    def _release(self) -> None:
        self._whole = False
        self.used = True
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        # A server that answers before it has read the whole request will not read the next one either.
        if not self._lasting or transport.get_write_buffer_size():
            transport.abort()
            return
        transport.resume_reading()
        self._owner.freed(self)

    def _finish(self, error: ModelError) -> None:
        self._deadline.stop()
        if self._head is not None and not self._head.done():
            self._head.set_exception(error)
        if self._body is not None:
            self._body.end(error)
        self._head = self._body = None

    def _late(self) -> None:
        limits = self._limits
        if self._body is None:
            message = f"{self._shown} did not begin to answer within {limits.first_byte_timeout:g} s"
        else:
            message = f"{self._shown} fell silent in its answer for {limits.idle_timeout:g} s"
        self.abort(ModelTimeout(f"{message}; ask again, ask another model, or allow more time"))

    def _broke(self, when: str) -> ConnectionFailed:
        return ConnectionFailed(f"the connection to {self._shown} broke {when}; ask again")

    def _malformed(self, what: str) -> MalformedAnswer:
        return MalformedAnswer(f"{self._shown} answered with {what}; check that the address is a model's API")
