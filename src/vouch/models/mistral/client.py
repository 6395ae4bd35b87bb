"""A model at Mistral.

It does not know prices, retries, or which model should be asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vouch.models.http.pool import HttpPool
from vouch.models.http.sse import EventReader
from vouch.models.mistral.write import write_request
from vouch.models.openai.errors import Asked
from vouch.models.openai.read import read_answer
from vouch.models.openai.stream import StreamReader
from vouch.models.remote import Remote
from vouch.values.request import Answer, Request

MISTRAL: Final = "https://api.mistral.ai/v1"


class _Chat:
    """How Mistral's chat is spoken; its answers are OpenAI's."""

    form = "Mistral's"

    def path(self, model: str, *, stream: bool) -> str:  # noqa: ARG002 - the same for all
        return "chat/completions"

    def write(self, request: Request, model: str, *, stream: bool) -> bytes:
        return write_request(request, model, stream=stream)

    def read(self, body: bytes, asked: Asked) -> Answer:
        return read_answer(body, asked)

    def reader(self, asked: Asked) -> tuple[EventReader, StreamReader]:
        return EventReader(), StreamReader(asked)


class Mistral(Remote):
    """A model that is asked by Mistral's chat. `key` goes into the Authorization header."""

    def __init__(
        self,
        name: str,
        *,
        http: HttpPool,
        address: str = MISTRAL,
        key: str | None = None,
        headers: Mapping[str, str] = {},
    ) -> None:
        opens = {"authorization": f"Bearer {key}"} if key else {}
        super().__init__(name, _Chat(), http=http, address=address, opens=opens, headers=headers)
