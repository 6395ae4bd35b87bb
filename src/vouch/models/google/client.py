"""A model at Google: Gemini by its own API, or by Vertex AI at another address.

It does not know prices, retries, or which model should be asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from vouch.models.google.read import StreamReader, read_answer
from vouch.models.google.write import write_request
from vouch.models.http.pool import HttpPool
from vouch.models.http.sse import EventReader
from vouch.models.openai.errors import Asked
from vouch.models.remote import Remote
from vouch.values.request import Answer, Request

GOOGLE: Final = "https://generativelanguage.googleapis.com/v1beta"


class _Contents:
    """How generateContent is spoken."""

    form = "Google's"

    def path(self, model: str, *, stream: bool) -> str:
        place = quote(model if "/" in model else f"models/{model}", safe="/:@")
        return f"{place}:streamGenerateContent?alt=sse" if stream else f"{place}:generateContent"

    def write(self, request: Request, model: str, *, stream: bool) -> bytes:
        return write_request(request, model, stream=stream)

    def read(self, body: bytes, asked: Asked) -> Answer:
        return read_answer(body, asked)

    def reader(self, asked: Asked) -> tuple[EventReader, StreamReader]:
        return EventReader(), StreamReader(asked)


class Google(Remote):
    """A model that is asked by generateContent. `key` goes into the x-goog-api-key header.

    At Vertex AI the address ends with the project and location, the key is none, and an Authorization header opens it.
    """

    def __init__(
        self,
        name: str,
        *,
        http: HttpPool,
        address: str = GOOGLE,
        key: str | None = None,
        headers: Mapping[str, str] = {},
    ) -> None:
        opens = {"x-goog-api-key": key} if key else {}
        super().__init__(name, _Contents(), http=http, address=address, opens=opens, headers=headers)
