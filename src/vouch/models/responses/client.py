"""A model at OpenAI, or at any server that speaks its Responses API.

It does not know prices, retries, or which model should be asked.
"""

from __future__ import annotations

from collections.abc import Mapping

from vouch.models.http.pool import HttpPool
from vouch.models.http.sse import EventReader
from vouch.models.openai.endpoint import OPENAI
from vouch.models.openai.errors import Asked
from vouch.models.remote import Remote
from vouch.models.responses.read import StreamReader, read_answer
from vouch.models.responses.write import write_request
from vouch.values.request import Answer, Request


class _Responses:
    """How the Responses API is spoken."""

    form = "OpenAI's"

    def path(self, model: str, *, stream: bool) -> str:  # noqa: ARG002 - the same for all
        return "responses"

    def write(self, request: Request, model: str, *, stream: bool) -> bytes:
        return write_request(request, model, stream=stream)

    def read(self, body: bytes, asked: Asked) -> Answer:
        return read_answer(body, asked)

    def reader(self, asked: Asked) -> tuple[EventReader, StreamReader]:
        return EventReader(), StreamReader(asked)


class Responses(Remote):
    """A model that is asked by responses. `key` goes into the Authorization header."""

    def __init__(
        self,
        name: str,
        *,
        http: HttpPool,
        address: str = OPENAI,
        key: str | None = None,
        headers: Mapping[str, str] = {},
    ) -> None:
        opens = {"authorization": f"Bearer {key}"} if key else {}
        super().__init__(name, _Responses(), http=http, address=address, opens=opens, headers=headers)
