"""Chat completions as a face: what the gateway must know of a request, and what of an answer.

It does not know how a request in this format becomes one in another.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct

from vouch.errors import RequestRefused
from vouch.models.openai.request import read_request
from vouch.serve.faces.chat.usage import ChatWatch, usage_of
from vouch.serve.faces.chat.write import ChatWriter, write_answer
from vouch.serve.faces.face import Wanted
from vouch.serve.faces.openai_errors import openai_broken, openai_error
from vouch.serve.faces.splice import spliced
from vouch.values.money import Usage
from vouch.values.request import Answer, Request


class _Options(Struct):
    include_usage: bool | None = None


class _Request(Struct):
    model: str
    messages: msgspec.Raw
    stream: bool | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    user: str | None = None
    stream_options: _Options | None = None


_request: Final = msgspec.json.Decoder(_Request, strict=True)


class Chat:
    """`POST /v1/chat/completions`."""

    name = "chat"
    path = "/v1/chat/completions"
    upstream = "chat/completions"

    def wanted(self, body: bytes) -> Wanted:
        """What the request asks for; raises `RequestRefused` (400)."""
        try:
            request = _request.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise RequestRefused(
                f"the body is no request for a chat completion ({error}); send a JSON object with model and messages",
                status=400,
                code="invalid_request",
            ) from None
        most = request.max_completion_tokens if request.max_completion_tokens is not None else request.max_tokens
        stream = bool(request.stream)
        options = request.stream_options
        tells = not stream or bool(options and options.include_usage)
        return Wanted(request.model, stream, most, request.user or "", tells)

    def addressed(self, body: bytes, model: str, wanted: Wanted) -> bytes:
        """The request for a provider's model of this name; a stream is asked for its usage."""
        changes: dict[str, Any] = {}
        if model != wanted.model:
            changes["model"] = model
        if not wanted.tells_usage:
            changes["stream_options"] = {"include_usage": True}
        return spliced(body, changes) if changes else body

    def usage(self, body: bytes) -> Usage | None:
        """The tokens that a whole answer says it used."""
        return usage_of(body)

    def watch(self, wanted: Wanted) -> ChatWatch:
        """For one stream that is passed on."""
        return ChatWatch(hide=not wanted.tells_usage)

    def read(self, body: bytes, model: str) -> Request:
        """The request in our own terms; raises `BadRequest`."""
        return read_request(msgspec.json.decode(body), model)

    def write(self, answer: Answer, wanted: Wanted, run: str) -> bytes:
        """A whole answer."""
        return write_answer(answer, wanted, run)

    def writer(self, wanted: Wanted, run: str) -> ChatWriter:
        """For one streamed answer."""
        return ChatWriter(wanted, run)

    def error(self, refused: RequestRefused) -> bytes:
        """An error's body."""
        return openai_error(refused)

    def broken(self, refused: RequestRefused) -> bytes:
        """The end of a stream that broke."""
        return openai_broken(refused)
