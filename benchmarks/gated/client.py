"""Whoever asks for answers, whole or streamed, and notes when every piece came and how each answer ended.

It does not know gateways. Pieces of text are the times at which the upstream sent them (see `upstream`).
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Literal, cast

import httptools

from benchmarks.gated.asking import Target

SENT: Final = re.compile(rb'"content":\s*"(\d{9,}) ?"')
Ending = Literal["answered", "told", "unfinished"]
"""Whole and good; ended by the protocol with an error; or neither."""


@dataclass
class Heard:
    """What came back: seconds until the first text, seconds that each text was on its way, how the answers ended."""

    firsts: list[float] = field(default_factory=list[float])
    delays: list[float] = field(default_factory=list[float])
    endings: Counter[Ending] = field(default_factory=Counter[Ending])
    status: Counter[int] = field(default_factory=Counter[int])
    pieces: int = 0
    keep: bool = True
    """Whether times are kept; over hours they would be too many."""


class Client(asyncio.Protocol):
    """One connection; an answer is awaited before the next is asked for."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._transport: asyncio.Transport | None = None
        self._ended: asyncio.Future[Ending] | None = None
        self._begin()

    @property
    def open(self) -> bool:
        """Whether it can be asked."""
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, request: bytes) -> Ending:
        """Send a request and wait for the end of its answer."""
        self._begin()
        ended = self._ended = asyncio.get_running_loop().create_future()
        self._asked = time.perf_counter_ns()
        cast("asyncio.Transport", self._transport).write(request)
        return await ended

    def close(self) -> None:
        """Leave."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is connected."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (why makes no difference)
        """The server has gone: what was not whole stays so."""
        self._transport = None
        self._end("unfinished")

    def data_received(self, data: bytes) -> None:
        """Bytes of an answer."""
        self._now = time.perf_counter_ns()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()

    def on_body(self, piece: bytes) -> None:
        """Bytes of its body; events are looked at when they are whole."""
        data = self._rest + piece
        end = data.rfind(b"\n\n") + 2 if self._streamed else 0
        if end > 1 or not self._streamed:
            self._look(data[:end] if self._streamed else data)
        self._rest = data[end:]

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        if name.lower() == b"content-type":
            self._streamed = value.startswith(b"text/event-stream")

    def on_message_complete(self) -> None:
        """The answer is whole, as far as HTTP goes."""
        status = self._parser.get_status_code()
        self._heard.status[status] += 1
        good = status == 200 and (self._done if self._streamed else b'"choices"' in self._rest)
        # An error is said in its body, or in a stream's last event.
        told = b'"error"' in self._rest or self._error
        self._end("answered" if good and not told else "told" if told else "unfinished")

    def _look(self, events: bytes) -> None:
        heard = self._heard
        heard.pieces += events.count(b"data:")
        self._done = self._done or b"[DONE]" in events
        self._error = self._error or b'"error"' in events
        if not heard.keep:
            return
        for sent in SENT.findall(events):
            if not self._first:
                self._first = True
                heard.firsts.append((self._now - self._asked) / 1e9)
            heard.delays.append((self._now - int(sent)) / 1e9)

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._rest = b""
        self._streamed = self._done = self._error = self._first = False
        self._asked = self._now = 0

    def _end(self, how: Ending) -> None:
        if self._ended is not None and not self._ended.done():
            self._heard.endings[how] += 1
            self._ended.set_result(how)


async def connect(target: Target, heard: Heard) -> Client:
    """A connection to a target."""
    host, _, port = target.host.partition(":")
    _, client = await asyncio.get_running_loop().create_connection(lambda: Client(heard), host, int(port))
    return client


async def streams(target: Target, *, connections: int, seconds: float, pause: int) -> Heard:
    """Streams one after the other on each of `connections`; those that began in time are heard to their ends.

    `pause` is in milliseconds, before each chunk.
    """
    heard = Heard()
    body = target.body(stream=True, pause=pause)
    request = target.head(body) + body
    ends = time.perf_counter() + seconds

    async def one() -> None:
        client = await connect(target, heard)
        while time.perf_counter() < ends:
            if not client.open:
                client = await connect(target, heard)
            await client.ask(request)
        client.close()

    async with asyncio.timeout(seconds + 60):
        await asyncio.gather(*(one() for _ in range(connections)))
    return heard
