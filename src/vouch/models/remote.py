"""A model behind HTTP in any dialect: send what is written, read what comes back, whole or piece by piece.

It does not know any dialect, prices, retries, or which model should be asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol, TypeVar

from vouch.errors import ConfigError, ConnectionFailed, ModelError, ModelTimeout
from vouch.models.http.address import locate
from vouch.models.http.pool import HttpPool
from vouch.models.http.response import Response
from vouch.models.openai.errors import Asked, refusal
from vouch.values.request import Answer, Delta, Request, in_one_piece

LAST_WORD: Final = 0.1
"""Seconds that a server has to end its response after it said that the stream is done."""

Event = TypeVar("Event")
EventIn_contra = TypeVar("EventIn_contra", contravariant=True)
EventOut_co = TypeVar("EventOut_co", covariant=True)


class Events(Protocol[EventOut_co]):
    """Puts bytes together to the events of a stream."""

    def feed(self, piece: bytes) -> Sequence[EventOut_co]:
        """The events that `piece` completes."""
        ...

    def close(self) -> Sequence[EventOut_co]:
        """The events that the end of the stream completes."""
        ...


class StreamReader(Protocol[EventIn_contra]):
    """Puts the events of a stream together to an answer."""

    done: bool
    """Whether nothing more will come."""

    @property
    def finished(self) -> bool:
        """Whether the model has said why it ended: then nothing is missing."""
        ...

    def read(self, data: EventIn_contra) -> Sequence[Delta]:
        """The deltas of one event."""
        ...

    def finish(self) -> Sequence[Delta]:
        """What is still to be told, and the whole answer; raises `ConnectionFailed` when something is missing."""
        ...


class Dialect(Protocol):
    """How one API is spoken: the paths, the requests and the answers. `form` is its name in messages."""

    form: str

    def path(self, model: str, *, stream: bool) -> str:
        """Where a model is asked, under the provider's address."""
        ...

    def write(self, request: Request, model: str, *, stream: bool) -> bytes:
        """A request; raises `BadRequest` for a message that has no form there."""
        ...

    def read(self, body: bytes, asked: Asked) -> Answer:
        """A whole answer; raises `MalformedAnswer`, or the error that the body holds instead."""
        ...

    def reader(self, asked: Asked) -> tuple[Events[Any], StreamReader[Any]]:
        """What reads a stream."""
        ...


Sign = Callable[[str, Mapping[str, str], bytes], dict[str, str]]
"""The headers with which a request to an address, with these headers and this body, opens the door."""


class Remote:
    """A model of a provider. `name` is `provider/model`: what stands after the first slash is what it is asked for.

    `opens` are the headers that hold the key, `headers` those that are added to every request, and `secrets` what else
    must never be shown; none of them ever is. `sign` makes headers anew for every request.

    Raises `ConfigError` for a name that is not `provider/model`, and for an address that cannot be reached.
    """

    def __init__(
        self,
        name: str,
        dialect: Dialect,
        *,
        http: HttpPool,
        address: str,
        opens: Mapping[str, str] = {},
        headers: Mapping[str, str] = {},
        secrets: Sequence[str] = (),
        sign: Sign | None = None,
    ) -> None:
        provider, _, self._model = name.partition("/")
        if not provider or not self._model:
            raise ConfigError(f"{name!r} is no model's name; write it as provider/model, like openai/gpt-4o-mini")
        if {".", ".."} & set(self._model.split("/")):
            raise ConfigError(f"{name!r} is no model's name: it would lead to another path; leave out the dots")
        self.name = name
        self._dialect = dialect
        self._http = http
        self._base, mark, query = address.partition("?")
        self._query = mark + query
        host = locate(address)[0].host
        hidden = tuple(secret for secret in (*opens.values(), *headers.values(), *secrets) if secret)
        bare = tuple(secret.removeprefix("Bearer ") for secret in hidden if secret.startswith("Bearer "))
        self._asked = Asked(name, host, (*hidden, *bare), dialect.form)
        self._headers = {"content-type": "application/json", "user-agent": "vouch", **opens}
        self._headers |= {header.lower(): value for header, value in headers.items()}
        self._sign = sign

    async def answer(self, request: Request) -> Answer:
        """The whole answer; raises a `ModelError` when there is none."""
        response = await self._send(request, stream=False)
        return self._dialect.read(await response.read(), self._asked)

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        """The same answer piece by piece; raises a `ModelError` when it breaks, `ConnectionFailed` when it is cut."""
        response = await self._send(request, stream=True)
        try:
            if response.headers.get("content-type", "").startswith("application/json"):
                # A server that does not stream answers as a whole.
                for delta in in_one_piece(self._dialect.read(await response.read(), self._asked)):
                    yield delta
                return
            events, reader = self._dialect.reader(self._asked)
            async for delta in read_stream(response, events, reader):
                yield delta
        finally:
            response.close()

    async def aclose(self) -> None:
        """Nothing: the connections belong to the pool."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, address={self._base!r})"

    async def _send(self, request: Request, *, stream: bool) -> Response:
        body = self._dialect.write(request, self._model, stream=stream)
        path, mark, query = self._dialect.path(self._model, stream=stream).partition("?")
        further = self._query if not query else f"{self._query}&{query}" if self._query else mark + query
        url = f"{self._base.rstrip('/')}/{path}{further}"
        headers = self._headers if self._sign is None else self._headers | self._sign(url, self._headers, body)
        response = await self._http.request("POST", url, headers, body)
        if 200 <= response.status < 300:
            return response
        raise refusal(response.status, response.headers, await response.read(), self._asked)


async def read_stream(response: Response, events: Events[Event], reader: StreamReader[Event]) -> AsyncIterator[Delta]:
    """The deltas of a response as they come in, ended by `Done`."""
    piece: bytes | None = b""
    while piece is not None and not reader.done:
        piece = await _next_piece(response, reader)
        for event in events.close() if piece is None else events.feed(piece):
            for delta in reader.read(event):
                yield delta
    await _drain(response)
    for delta in reader.finish():
        yield delta


async def _next_piece(response: Response, reader: StreamReader[Any]) -> bytes | None:
    try:
        return await anext(response.chunks(), None)
    except (ConnectionFailed, ModelTimeout):
        # Nothing is missing once the model has said why it ended.
        if not reader.finished:
            raise
        return None


async def _drain(response: Response) -> None:
    # A response that is read to its end leaves the connection to the next request.
    if not response.ended:
        with suppress(ModelError, TimeoutError):
            async with asyncio.timeout(LAST_WORD):
                await response.read()
