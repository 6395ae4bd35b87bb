"""A model at Azure OpenAI: what stands after the first slash of its name is the deployment.

It does not know prices, retries, or which model should be asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from vouch.models.http.pool import HttpPool
from vouch.models.http.sse import EventReader
from vouch.models.openai.errors import Asked
from vouch.models.openai.read import read_answer
from vouch.models.openai.stream import StreamReader
from vouch.models.openai.write import write_request
from vouch.models.remote import Remote
from vouch.values.request import Answer, Request

VERSION: Final = "2024-10-21"
"""The version of the API that is asked for where the address names none: the last one that stays as it is."""


class _Deployment:
    """How a deployment is spoken to."""

    form = "OpenAI's"

    def __init__(self, version: str) -> None:
        self._version = version

    def path(self, model: str, *, stream: bool) -> str:  # noqa: ARG002 - the same for both
        query = f"?api-version={quote(self._version, safe='')}" if self._version else ""
        return f"openai/deployments/{quote(model, safe='')}/chat/completions{query}"

    def write(self, request: Request, model: str, *, stream: bool) -> bytes:
        return write_request(request, model, stream=stream, own=True)

    def read(self, body: bytes, asked: Asked) -> Answer:
        return read_answer(body, asked)

    def reader(self, asked: Asked) -> tuple[EventReader, StreamReader]:
        return EventReader(), StreamReader(asked)


class Azure(Remote):
    """A deployment at `address`, such as https://mine.openai.azure.com; an `api-version` in it wins over `version`.

    `key` goes into the api-key header; for Entra ID leave it out, and give the token as an Authorization header.
    """

    def __init__(
        self,
        name: str,
        *,
        http: HttpPool,
        address: str,
        key: str | None = None,
        headers: Mapping[str, str] = {},
        version: str = VERSION,
    ) -> None:
        opens = {"api-key": key} if key else {}
        dialect = _Deployment("" if "api-version=" in address else version)
        super().__init__(name, dialect, http=http, address=address, opens=opens, headers=headers)
