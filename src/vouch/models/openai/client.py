"""A model at OpenAI, or at any server that speaks its chat-completions format.

It does not know prices, retries, or which model should be asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from typing import Final

from vouch.errors import ConnectionFailed, ModelError, ModelTimeout
from vouch.models.http.pool import HttpPool
from vouch.models.http.response import Response
from vouch.models.http.sse import EventReader
from vouch.models.openai.endpoint import OPENAI, Endpoint
from vouch.models.openai.read import StreamReader, read_answer
from vouch.models.openai.write import write_request
from vouch.values.request import Answer, CallDelta, Delta, Done, Request, TextDelta

_LAST_WORD: Final = 0.1
"""Seconds that a server has to end its response after it said that the stream is done."""


class OpenAI:
    """A chat model. `name` is `provider/model`: what stands after the first slash is what the server is asked for.

    `key` goes into the Authorization header and `headers` are added to every request; neither is ever shown.
    """

    def __init__(
        self,
        name: str,
        *,
        http: HttpPool,
        address: str = OPENAI,
        key: str | None = None,
        headers: Mapping[str, str] = {},
    ) -> None:
        self._endpoint = Endpoint(name, "chat/completions", http=http, address=address, key=key, headers=headers)

    @property
    def name(self) -> str:
        """The full `provider/model` name."""
        return self._endpoint.name

    async def answer(self, request: Request) -> Answer:
        """The whole answer; raises a `ModelError` when there is none."""
        response = await self._send(request, stream=False)
        return read_answer(await response.read(), self._endpoint.asked)

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        """The same answer piece by piece; raises a `ModelError` when it breaks, `ConnectionFailed` when it is cut."""
        response = await self._send(request, stream=True)
        try:
            if response.headers.get("content-type", "").startswith("application/json"):
                # A server that does not stream answers as a whole.
                for delta in _pieces(read_answer(await response.read(), self._endpoint.asked)):
                    yield delta
                return
            reader, events = StreamReader(self._endpoint.asked), EventReader()
            piece: bytes | None = b""
            while piece is not None and not reader.done:
                piece = await _next_piece(response, reader)
                for data in events.close() if piece is None else events.feed(piece):
                    for delta in reader.read(data):
                        yield delta
            await _drain(response)
            for delta in reader.finish():
                yield delta
        finally:
            response.close()

    async def aclose(self) -> None:
        """Nothing: the connections belong to the pool."""

    def __repr__(self) -> str:
        return f"OpenAI({self.name!r}, address={self._endpoint.address!r})"

    async def _send(self, request: Request, *, stream: bool) -> Response:
        endpoint = self._endpoint
        return await endpoint.send(write_request(request, endpoint.model, stream=stream, own=endpoint.own))


async def _next_piece(response: Response, reader: StreamReader) -> bytes | None:
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
            async with asyncio.timeout(_LAST_WORD):
                await response.read()


def _pieces(answer: Answer) -> Iterator[Delta]:
    if answer.text:
        yield TextDelta(answer.text)
    for place, call in enumerate(answer.message.calls):
        yield CallDelta(place, call.arguments, call.id, call.name)
    yield Done(answer)
