"""The requests that all gateways get, and one of them sent by hand to see whether it is answered.

It does not know any gateway.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

CHUNKS: Final = 34
"""Events of every stream, without the mark of its end: the role, 31 pieces of text, the end's reason, the usage."""
MARK: Final = "00000000"
"""Stands in every question, for a number that makes it one of a kind."""


@dataclass(frozen=True)
class Target:
    """Where a chat completion is asked for, with which headers, and under which model's name."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    model: str = "gpt-4o-mini"

    @property
    def host(self) -> str:
        """Host and port."""
        return urlsplit(self.url).netloc

    @property
    def path(self) -> str:
        """The path."""
        return urlsplit(self.url).path

    def body(self, *, size: int = 0, stream: bool = False, pause: int = 0) -> bytes:
        """A request in JSON, its prompt filled up to about `size` bytes.

        A stream asks for its usage, and in a field that every gateway passes on for `pause` milliseconds before chunks.
        """
        question = f"Hello, what can you do for me today? My number is {MARK}."
        filled = "The customer says that the parcel came late and wet. " * (size // 53)
        told = {
            "model": self.model,
            "messages": [
                {"role": "system", "content": "You are helpful."},
                {"role": "user", "content": filled + question},
            ],
            "temperature": 0.2,
        }
        more = {"stream": True, "stream_options": {"include_usage": True}, "seed": pause} if stream else {}
        return json.dumps({**told, **more}, separators=(",", ":")).encode()

    def head(self, body: bytes) -> bytes:
        """The head of the request with this body, as HTTP/1.1 writes it."""
        lines = [f"POST {self.path} HTTP/1.1", f"host: {self.host}", "content-type: application/json"]
        lines += [f"content-length: {len(body)}", *(f"{name}: {value}" for name, value in self.headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def try_it(self, seconds: float = 5.0) -> tuple[int, dict[str, str], bytes]:
        """Ask once: status (0 where nobody answers), headers and body."""
        try:
            connection = http.client.HTTPConnection(self.host, timeout=seconds)
            sent = {"content-type": "application/json", **self.headers}
            connection.request("POST", self.path, self.body(), sent)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            return 0, {}, b""
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body

    def answers(self) -> bool:
        """Whether a request is answered with a completion."""
        status, _, body = self.try_it()
        return status == 200 and b'"choices"' in body
