"""Anthropic's messages as a face: what the gateway must know of a request, and what of an answer.

It does not know how a request in this format becomes one in another.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct

from vouch.errors import RequestRefused
from vouch.models.anthropic.request import read_request
from vouch.serve.faces.face import Wanted
from vouch.serve.faces.messages.errors import messages_broken, messages_error
from vouch.serve.faces.messages.usage import MessagesWatch, usage_of
from vouch.serve.faces.messages.write import MessagesWriter, write_answer
from vouch.serve.faces.splice import spliced
from vouch.values.money import Usage
from vouch.values.request import Answer, Request


class _Metadata(Struct):
    user_id: str | None = None


class _Request(Struct):
    model: str
    messages: msgspec.Raw
    max_tokens: int
    stream: bool | None = None
    metadata: _Metadata | None = None


_request: Final = msgspec.json.Decoder(_Request)


class Messages:
    """`POST /v1/messages`."""

    name = "messages"
    path = "/v1/messages"
    upstream = "messages"

    def wanted(self, body: bytes) -> Wanted:
        """What the request asks for; raises `RequestRefused` (400)."""
        try:
            request = _request.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise RequestRefused(
                f"the body is no request for a message ({error}); send a JSON object with model, max_tokens, messages",
                status=400,
                code="invalid_request_error",
            ) from None
        user = request.metadata.user_id if request.metadata is not None else None
        return Wanted(request.model, bool(request.stream), request.max_tokens, user or "")

    def addressed(self, body: bytes, model: str, wanted: Wanted) -> bytes:
        """The request for a provider's model of this name."""
        changes: dict[str, Any] = {"model": model} if model != wanted.model else {}
        return spliced(body, changes) if changes else body

    def usage(self, body: bytes) -> Usage | None:
        """The tokens that a whole answer says it used."""
        return usage_of(body)

    def watch(self, wanted: Wanted) -> MessagesWatch:  # noqa: ARG002 - every stream tells its usage
        """For one stream that is passed on."""
        return MessagesWatch()

    def read(self, body: bytes, model: str) -> Request:
        """The request in our own terms; raises `BadRequest`."""
        return read_request(msgspec.json.decode(body), model)

    def write(self, answer: Answer, wanted: Wanted, run: str) -> bytes:
        """A whole answer."""
        return write_answer(answer, wanted, run)

    def writer(self, wanted: Wanted, run: str) -> MessagesWriter:
        """For one streamed answer."""
        return MessagesWriter(wanted, run)

    def error(self, refused: RequestRefused) -> bytes:
        """An error's body."""
        return messages_error(refused)

    def broken(self, refused: RequestRefused) -> bytes:
        """The end of a stream that broke."""
        return messages_broken(refused)
