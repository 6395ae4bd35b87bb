"""Responses as a face: what the gateway must know of a request, and what of an answer.

It does not know how a request in this format becomes one in another.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct

from vouch.errors import BadRequest, RequestRefused
from vouch.models.responses.request import read_request
from vouch.serve.faces.face import Wanted
from vouch.serve.faces.openai_errors import openai_error
from vouch.serve.faces.responses.usage import ResponsesWatch, usage_of
from vouch.serve.faces.responses.write import ResponsesWriter, write_answer, write_broken
from vouch.serve.faces.splice import spliced
from vouch.values.money import Usage
from vouch.values.request import Answer, Request


class _Request(Struct):
    model: str
    input: msgspec.Raw = msgspec.Raw(b'""')
    stream: bool | None = None
    max_output_tokens: int | None = None
    user: str | None = None
    previous_response_id: str | None = None
    background: bool | None = None


_request: Final = msgspec.json.Decoder(_Request)


class Responses:
    """`POST /v1/responses`."""

    name = "responses"
    path = "/v1/responses"
    upstream = "responses"

    def wanted(self, body: bytes) -> Wanted:
        """What the request asks for; raises `RequestRefused` (400)."""
        try:
            request = _request.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise RequestRefused(
                f"the body is no request for a response ({error}); send a JSON object with model and input",
                status=400,
                code="invalid_request",
            ) from None
        return Wanted(request.model, bool(request.stream), request.max_output_tokens, request.user or "")

    def addressed(self, body: bytes, model: str, wanted: Wanted) -> bytes:
        """The request for a provider's model of this name."""
        return spliced(body, {"model": model}) if model != wanted.model else body

    def usage(self, body: bytes) -> Usage | None:
        """The tokens that a whole answer says it used."""
        return usage_of(body)

    def watch(self, wanted: Wanted) -> ResponsesWatch:  # noqa: ARG002 - every stream tells its usage
        """For one stream that is passed on."""
        return ResponsesWatch()

    def read(self, body: bytes, model: str) -> Request:
        """The request in our own terms; raises `BadRequest`, also where the provider would have to remember."""
        known = _request.decode(body)
        if known.previous_response_id or known.background:
            raise BadRequest(
                f"{model} keeps no responses: send the whole conversation as input, without previous_response_id "
                "and background",
                status=400,
            )
        fields: dict[str, Any] = msgspec.json.decode(body)
        return read_request(fields, model)

    def write(self, answer: Answer, wanted: Wanted, run: str) -> bytes:
        """A whole answer."""
        return write_answer(answer, wanted, run)

    def writer(self, wanted: Wanted, run: str) -> ResponsesWriter:
        """For one streamed answer."""
        return ResponsesWriter(wanted, run)

    def error(self, refused: RequestRefused) -> bytes:
        """An error's body."""
        return openai_error(refused)

    def broken(self, refused: RequestRefused) -> bytes:
        """The end of a stream that broke."""
        return write_broken(refused)
