"""A model at Cohere.

It does not know prices, retries, or which model should be asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vouch.models.cohere.read import StreamReader, read_answer
from vouch.models.cohere.write import write_request
from vouch.models.http.pool import HttpPool
from vouch.models.http.sse import EventReader
from vouch.models.openai.errors import Asked
from vouch.models.remote import Remote
from vouch.values.request import Answer, Request

COHERE: Final = "https://api.cohere.com/v2"


class _Chat:
    """How Cohere's chat is spoken."""

    form = "Cohere's"

    def path(self, model: str, *, stream: bool) -> str:  # noqa: ARG002 - the same for all
        return "chat"

    def write(self, request: Request, model: str, *, stream: bool) -> bytes:
        return write_request(request, model, stream=stream)

    def read(self, body: bytes, asked: Asked) -> Answer:
        return read_answer(body, asked)

    def reader(self, asked: Asked) -> tuple[EventReader, StreamReader]:
        return EventReader(), StreamReader(asked)


class Cohere(Remote):
    """A model that is asked by Cohere's chat. `key` goes into the Authorization header."""

    def __init__(
        self,
        name: str,
        *,
        http: HttpPool,
        address: str = COHERE,
        key: str | None = None,
        headers: Mapping[str, str] = {},
    ) -> None:
        opens = {"authorization": f"Bearer {key}"} if key else {}
        super().__init__(name, _Chat(), http=http, address=address, opens=opens, headers=headers)
