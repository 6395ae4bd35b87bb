"""Recorded exchanges with model providers: which there are, and which dialect each is in.

It does not know how a dialect is read.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct, field

FILES: Final = "gateway/wire_traffic_*.jsonl.gz"

_BY_PATH: Final = (
    (("/v1/messages", "/v1/messages/count_tokens"), "anthropic"),
    (("/chat/completions",), "openai"),
    (("/responses", "/responses/compact", "/responses/input_tokens"), "responses"),
    ((":generateContent", ":streamGenerateContent"), "google"),
    (("/converse", "/converse-stream"), "bedrock"),
    (("/v2/chat",), "cohere"),
)


class Exchange(Struct, frozen=True):
    """One request and what came back: JSON in `response`, anything else in `response_text`."""

    file: str
    host: str
    path: str
    status: int
    request: Any = None
    response: Any = None
    response_text: str | None = None
    response_headers: dict[str, str] | None = field(default=None)

    @property
    def dialect(self) -> str:
        """What is spoken; empty where it is no conversation with a model (files, embeddings, stores...)."""
        path = self.path.partition("?")[0]
        name = next((name for ends, name in _BY_PATH if path.endswith(ends)), "")
        return "compatible" if name == "openai" and not self.host.endswith("openai.com") else name

    @property
    def body(self) -> Any:
        """What came back as JSON, also where it was recorded as text; None for a stream."""
        if self.response is not None or self.response_text is None:
            return self.response
        try:
            return msgspec.json.decode(self.response_text)
        except msgspec.DecodeError:
            return None


def exchanges(folder: Path) -> Iterator[Exchange]:
    """Every recorded exchange in the data folder."""
    decoder = msgspec.json.Decoder(Exchange)
    for path in sorted(folder.glob(FILES)):
        with gzip.open(path, "rb") as lines:
            for line in lines:
                yield decoder.decode(line)
