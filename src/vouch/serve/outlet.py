"""The way back to the client of one request: headers that say what was done, then the answer, all of it remembered.

It does not know where the answer comes from.
"""

from __future__ import annotations

import time
from typing import Final, Protocol

from vouch.errors import RequestRefused
from vouch.serve.exchange import Exchange
from vouch.serve.reply import Header, Send, begin, end, go_on, respond

JSON: Final = (b"content-type", b"application/json")
STREAM: Final = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache"))


class Outlet(Protocol):
    """Where an answer goes: to the client, or through something that looks at it on its way there."""

    async def whole(self, status: int, body: bytes) -> None:
        """The whole answer."""
        ...

    async def piece(self, data: bytes, *, status: int = 200) -> None:
        """The next piece of a stream."""
        ...

    async def end(self) -> None:
        """The stream is whole."""
        ...


class Front:
    """Answers one exchange: whole, or piece by piece, or with what went wrong."""

    __slots__ = ("_exchange", "_send", "begun")

    def __init__(self, exchange: Exchange, send: Send) -> None:
        self._exchange = exchange
        self._send = send
        self.begun = False

    async def whole(self, status: int, body: bytes) -> None:
        """The whole answer; what it used was charged before, so that its headers can say it."""
        exchange = self._exchange
        exchange.status = status
        exchange.sent.append(body)
        exchange.first = time.perf_counter() - exchange.started
        self.begun = True
        await respond(self._send, status, body, (JSON, *told(exchange)))

    async def piece(self, data: bytes, *, status: int = 200) -> None:
        """The next piece of a stream."""
        exchange = self._exchange
        exchange.sent.append(data)
        if not self.begun:
            self.begun = True
            exchange.status = status
            exchange.first = time.perf_counter() - exchange.started
            await begin(self._send, status, (*STREAM, *told(exchange)))
        await go_on(self._send, data)

    async def end(self) -> None:
        """The stream is whole."""
        await end(self._send)

    async def refuse(self, refused: RequestRefused, body: bytes = b"") -> None:
        """What went wrong, in the words of the client's format or, as `body`, in the provider's own.

        What has begun cannot be taken back: it ends as the format ends what broke.
        """
        exchange = self._exchange
        exchange.refuse(refused)
        if self.begun:
            data = exchange.face.broken(refused)
            exchange.sent.append(data)
            await go_on(self._send, data)
            await end(self._send)
            return
        body = body or exchange.face.error(refused)
        exchange.sent.append(body)
        exchange.first = time.perf_counter() - exchange.started
        headers = [JSON, *told(exchange)]
        if refused.retry_after is not None:
            headers.append((b"retry-after", str(max(1, round(refused.retry_after + 0.5))).encode()))
        if refused.code == "insufficient_quota":
            headers.append((b"x-should-retry", b"false"))
        if refused.code == "request_too_large":
            headers.append((b"connection", b"close"))  # or else all of it would be read after all
        await respond(self._send, refused.status, body, headers)


def told(exchange: Exchange) -> list[Header]:
    """The headers that say what was done."""
    run = exchange.run.encode()
    spent = sum(attempt.seconds for attempt in exchange.attempts)
    overhead = (time.perf_counter() - exchange.started - spent) * 1000
    headers: list[Header] = [
        (b"x-request-id", run),
        (b"x-vouch-run", run),
        (b"x-vouch-attempts", b"%d" % len(exchange.attempts)),
        (b"x-vouch-overhead-ms", b"%.3f" % max(0.0, overhead)),
    ]
    if exchange.model:
        headers.append((b"x-vouch-model", _shown(exchange.model)))
    if exchange.cost is not None:
        headers.append((b"x-vouch-cost", f"{exchange.cost.amount:f}".encode()))
    if exchange.cached:
        headers.append((b"x-vouch-cache", exchange.cached.encode()))
        if exchange.saved is not None:
            headers.append((b"x-vouch-saved", f"{exchange.saved.amount:f}".encode()))
    return headers


def _shown(name: str) -> bytes:
    """A name that a client may have made up, without what would end a header."""
    if name.isascii() and name.isprintable():
        return name.encode()
    return name.encode("unicode_escape")
