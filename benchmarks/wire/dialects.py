"""How each dialect of the recorded traffic is read and written here, in one row each.

It does not know the traffic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

import msgspec

from benchmarks.wire.exchanges import Exchange
from vouch.models.anthropic import read as anthropic_read
from vouch.models.anthropic import request as anthropic_request
from vouch.models.anthropic import write as anthropic_write
from vouch.models.bedrock import read as bedrock_read
from vouch.models.bedrock import request as bedrock_request
from vouch.models.bedrock import write as bedrock_write
from vouch.models.bedrock.frames import FrameReader
from vouch.models.cohere import read as cohere_read
from vouch.models.cohere import request as cohere_request
from vouch.models.cohere import write as cohere_write
from vouch.models.google import read as google_read
from vouch.models.google import request as google_request
from vouch.models.google import write as google_write
from vouch.models.http.sse import EventReader
from vouch.models.openai import read as openai_read
from vouch.models.openai import request as openai_request
from vouch.models.openai import stream as openai_stream
from vouch.models.openai import write as openai_write
from vouch.models.openai.errors import Asked
from vouch.models.remote import Events, StreamReader
from vouch.models.responses import read as responses_read
from vouch.models.responses import request as responses_request
from vouch.models.responses import write as responses_write
from vouch.models.wording import object_of
from vouch.values.request import Answer, Delta, Done, Request

Json = dict[str, Any]


class Dialect(NamedTuple):
    """What reads and writes one dialect."""

    request: Callable[[Json, str], Request]
    write: Callable[[Request, str, bool], bytes]
    answer: Callable[[bytes, Asked], Answer]
    reader: Callable[[Asked], StreamReader[Any]]
    events: Callable[[], Events[Any]] = EventReader


def _chat(*, own: bool) -> Callable[[Request, str, bool], bytes]:
    return lambda request, model, stream: openai_write.write_request(request, model, stream=stream, own=own)


def _with(write: Callable[..., bytes]) -> Callable[[Request, str, bool], bytes]:
    return lambda request, model, stream: write(request, model, stream=stream)


DIALECTS: Final[dict[str, Dialect]] = {
    "openai": Dialect(
        openai_request.read_request, _chat(own=True), openai_read.read_answer, openai_stream.StreamReader
    ),
    "compatible": Dialect(
        openai_request.read_request, _chat(own=False), openai_read.read_answer, openai_stream.StreamReader
    ),
    "responses": Dialect(
        responses_request.read_request,
        _with(responses_write.write_request),
        responses_read.read_answer,
        responses_read.StreamReader,
    ),
    "anthropic": Dialect(
        anthropic_request.read_request,
        _with(anthropic_write.write_request),
        anthropic_read.read_answer,
        anthropic_read.StreamReader,
    ),
    "google": Dialect(
        google_request.read_request,
        _with(google_write.write_request),
        google_read.read_answer,
        google_read.StreamReader,
    ),
    "bedrock": Dialect(
        bedrock_request.read_request,
        _with(bedrock_write.write_request),
        bedrock_read.read_answer,
        bedrock_read.StreamReader,
        FrameReader,
    ),
    "cohere": Dialect(
        cohere_request.read_request,
        _with(cohere_write.write_request),
        cohere_read.read_answer,
        cohere_read.StreamReader,
    ),
}


def model_of(exchange: Exchange) -> str:
    """The model that is asked, which two dialects name in the path."""
    named: Any = object_of(exchange.request).get("model")
    if isinstance(named, str):
        return named
    path = exchange.path.partition("?")[0]
    for before, after in (("/model/", "/"), ("/models/", ":")):
        if before in path:
            return unquote(path.partition(before)[2].rpartition(after)[0])
    return "model"


def written_again(exchange: Exchange, dialect: Dialect) -> Json:
    """The request, read and written."""
    model = model_of(exchange)
    request = dialect.request(exchange.request, model)
    return msgspec.json.decode(dialect.write(request, model, bool(exchange.request.get("stream"))))


def streamed(raw: bytes, dialect: Dialect, asked: Asked) -> tuple[Answer, Sequence[Delta]]:
    """The answer of a stream, and its deltas."""
    events, reader = dialect.events(), dialect.reader(asked)
    deltas: list[Delta] = []
    for event in (*events.feed(raw), *events.close()):
        deltas += reader.read(event)
    deltas += reader.finish()
    last = deltas[-1]
    assert isinstance(last, Done)
    return last.answer, deltas
