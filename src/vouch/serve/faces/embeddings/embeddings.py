"""Embeddings as a face: passed on to a provider, or made by an embedder of ours.

It does not know any embedder.
"""

from __future__ import annotations

import base64
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from vouch.errors import BadRequest, RequestRefused
from vouch.models.openai.read import read_usage
from vouch.models.openai.wire import Usage as WireUsage
from vouch.serve.faces.chat.usage import ChatWatch
from vouch.serve.faces.face import Wanted, Writer
from vouch.serve.faces.openai_errors import openai_broken, openai_error
from vouch.serve.faces.splice import spliced
from vouch.values.money import Usage
from vouch.values.request import Answer, Request

TEXTS: Final = 2_048
"""Texts that one request may hold, as at OpenAI."""


class _Request(Struct):
    model: str
    input: str | list[str | int | list[int]]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None
    user: str | None = None


class _Answer(Struct):
    usage: WireUsage | None = None


_request: Final = msgspec.json.Decoder(_Request)
_answer: Final = msgspec.json.Decoder(_Answer)
_UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Asked(Struct, frozen=True):
    """What an embedder of ours is asked for."""

    texts: tuple[str, ...]
    dimensions: int | None
    encoding: Literal["float", "base64"]


class Embeddings:
    """`POST /v1/embeddings`."""

    name = "embeddings"
    path = "/v1/embeddings"
    upstream = "embeddings"

    def wanted(self, body: bytes) -> Wanted:
        """What the request asks for; raises `RequestRefused` (400)."""
        try:
            request = _request.decode(body)
        except _UNREADABLE as error:
            raise RequestRefused(
                f"the body is no request for embeddings ({error}); send a JSON object with model and input",
                status=400,
                code="invalid_request",
            ) from None
        return Wanted(request.model, most=0, user=request.user or "")

    def addressed(self, body: bytes, model: str, wanted: Wanted) -> bytes:
        """The request for a provider's model of this name."""
        return spliced(body, {"model": model}) if model != wanted.model else body

    def usage(self, body: bytes) -> Usage | None:
        """The tokens that an answer says it used."""
        try:
            usage = _answer.decode(body).usage
        except _UNREADABLE:
            return None
        return None if usage is None else read_usage(usage)

    def asked(self, body: bytes, model: str) -> Asked:
        """The texts; raises `BadRequest` for tokens, for no text and for too many."""
        request = _request.decode(body)
        given = [request.input] if isinstance(request.input, str) else request.input
        texts = tuple(text for text in given if isinstance(text, str))
        if len(texts) != len(given) or not texts or len(texts) > TEXTS:
            raise BadRequest(f"{model} embeds texts: give input as one string, or as up to {TEXTS} of them", status=400)
        return Asked(texts, request.dimensions, request.encoding_format)

    def told(self, vectors: list[bytes], asked: Asked, usage: Usage, model: str) -> bytes:
        """The answer: `vectors` are little-endian 32-bit floats."""
        data = [
            {"object": "embedding", "index": place, "embedding": _written(vector, asked.encoding)}
            for place, vector in enumerate(vectors)
        ]
        counts = {"prompt_tokens": usage.input_tokens, "total_tokens": usage.input_tokens}
        return msgspec.json.encode({"object": "list", "data": data, "model": model, "usage": counts})

    def watch(self, wanted: Wanted) -> ChatWatch:
        """No embedding is streamed."""
        return ChatWatch(hide=not wanted.tells_usage)

    def read(self, body: bytes, model: str) -> Request:  # noqa: ARG002 - no model answers it
        """Raises `BadRequest`: what is asked here is an embedder, and `model` is none."""
        raise BadRequest(f"{model} makes no embeddings; ask an embedder, such as local/minilm", status=400)

    def write(self, answer: Answer, wanted: Wanted, run: str) -> bytes:
        """No answer of a model goes out here."""
        raise NotImplementedError

    def writer(self, wanted: Wanted, run: str) -> Writer:
        """No answer of a model goes out here."""
        raise NotImplementedError

    def error(self, refused: RequestRefused) -> bytes:
        """An error's body."""
        return openai_error(refused)

    def broken(self, refused: RequestRefused) -> bytes:
        """The end of a stream that broke."""
        return openai_broken(refused)


def _written(vector: bytes, encoding: str) -> Any:
    if encoding == "base64":
        return base64.b64encode(vector).decode()
    return memoryview(vector).cast("f").tolist()
