"""A model at OpenAI, or at any server that speaks its chat-completions format.

It does not know prices, retries, or which model should be asked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from vouch.models.http.pool import HttpPool
from vouch.models.http.response import Response
from vouch.models.http.sse import EventReader
from vouch.models.openai.endpoint import OPENAI, Endpoint
from vouch.models.openai.read import read_answer
from vouch.models.openai.stream import StreamReader
from vouch.models.openai.write import write_request
from vouch.models.remote import read_stream
from vouch.values.request import Answer, Delta, Request, in_one_piece


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
                for delta in in_one_piece(read_answer(await response.read(), self._endpoint.asked)):
                    yield delta
                return
            async for delta in read_stream(response, EventReader(), StreamReader(self._endpoint.asked)):
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
