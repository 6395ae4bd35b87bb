"""Counting the tokens of a message before it is sent, as Anthropic's API has it.

It does not know a tokenizer: where the provider cannot be asked, the count is an estimate from the length.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct

from vouch.errors import BadRequest, RequestRefused
from vouch.serve.faces.face import Wanted, Writer
from vouch.serve.faces.messages.errors import messages_broken, messages_error
from vouch.serve.faces.messages.usage import MessagesWatch
from vouch.serve.faces.splice import spliced
from vouch.values.money import Usage
from vouch.values.request import Answer, Request


class _Request(Struct):
    model: str
    messages: msgspec.Raw
    system: Any = None
    tools: Any = None


_request: Final = msgspec.json.Decoder(_Request)
_encode: Final = msgspec.json.Encoder().encode

BYTES_A_TOKEN: Final = 4


class CountTokens:
    """`POST /v1/messages/count_tokens`."""

    name = "count_tokens"
    path = "/v1/messages/count_tokens"
    upstream = "messages/count_tokens"

    def wanted(self, body: bytes) -> Wanted:
        """What the request asks for; raises `RequestRefused` (400)."""
        try:
            request = _request.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise RequestRefused(
                f"the body is no request to count tokens ({error}); send a JSON object with model and messages",
                status=400,
                code="invalid_request_error",
            ) from None
        return Wanted(request.model, most=0)

    def addressed(self, body: bytes, model: str, wanted: Wanted) -> bytes:
        """The request for a provider's model of this name."""
        return spliced(body, {"model": model}) if model != wanted.model else body

    def counted(self, body: bytes) -> bytes:
        """About how many tokens the request holds."""
        request = _request.decode(body)
        size = len(request.messages) + len(_encode([request.system or "", request.tools or []]))
        return _encode({"input_tokens": max(1, size // BYTES_A_TOKEN)})

    def usage(self, body: bytes) -> Usage | None:  # noqa: ARG002 - to count costs nothing
        """Nothing is used."""
        return None

    def watch(self, wanted: Wanted) -> MessagesWatch:  # noqa: ARG002
        """No count is streamed."""
        return MessagesWatch()

    def read(self, body: bytes, model: str) -> Request:  # noqa: ARG002
        """No model is asked."""
        raise BadRequest(f"{model} counts no tokens", status=400)

    def write(self, answer: Answer, wanted: Wanted, run: str) -> bytes:
        """No answer of a model goes out here."""
        raise NotImplementedError

    def writer(self, wanted: Wanted, run: str) -> Writer:
        """No answer of a model goes out here."""
        raise NotImplementedError

    def error(self, refused: RequestRefused) -> bytes:
        """An error's body."""
        return messages_error(refused)

    def broken(self, refused: RequestRefused) -> bytes:
        """The end of a stream that broke."""
        return messages_broken(refused)
