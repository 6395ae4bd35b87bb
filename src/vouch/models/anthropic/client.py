"""A model at Anthropic, or at any server that speaks its Messages API.

It does not know prices, retries, or which model should be asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vouch.models.anthropic.read import StreamReader, read_answer
from vouch.models.anthropic.write import write_request
from vouch.models.http.pool import HttpPool
from vouch.models.http.sse import EventReader
from vouch.models.openai.errors import Asked
from vouch.models.remote import Remote
from vouch.values.request import Answer, Request

ANTHROPIC: Final = "https://api.anthropic.com/v1"
VERSION: Final = "2023-06-01"


class _Messages:
    """How the Messages API is spoken."""

    form = "Anthropic's"

    def path(self, model: str, *, stream: bool) -> str:  # noqa: ARG002 - the same for all
        return "messages"

    def write(self, request: Request, model: str, *, stream: bool) -> bytes:
        return write_request(request, model, stream=stream)

    def read(self, body: bytes, asked: Asked) -> Answer:
        return read_answer(body, asked)

    def reader(self, asked: Asked) -> tuple[EventReader, StreamReader]:
        return EventReader(), StreamReader(asked)


class Anthropic(Remote):
    """A model that is asked by Messages. `key` goes into the x-api-key header; `headers` are added to every request."""

    def __init__(
        self,
        name: str,
        *,
        http: HttpPool,
        address: str = ANTHROPIC,
        key: str | None = None,
        headers: Mapping[str, str] = {},
    ) -> None:
        opens = {"anthropic-version": VERSION} | ({"x-api-key": key} if key else {})
        super().__init__(name, _Messages(), http=http, address=address, opens=opens, headers=headers)
