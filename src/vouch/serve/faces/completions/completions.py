"""Completions of a text as a face. To a provider of another format, the text goes as a user's message.

It does not know who answers.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct

from vouch.errors import BadRequest, RequestRefused
from vouch.serve.faces.chat.usage import ChatWatch, usage_of
from vouch.serve.faces.completions.write import CompletionsWriter, write_answer
from vouch.serve.faces.face import Wanted
from vouch.serve.faces.openai_errors import openai_broken, openai_error
from vouch.serve.faces.splice import spliced
from vouch.values.message import user
from vouch.values.money import Usage
from vouch.values.request import Answer, Request, Settings, ask, frame


class _Options(Struct):
    include_usage: bool | None = None


class _Request(Struct):
    model: str
    prompt: str | list[str | int | list[int]]
    stream: bool | None = None
    max_tokens: int | None = None
    user: str | None = None
    stream_options: _Options | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: str | list[str] | None = None
    seed: int | None = None


_request: Final = msgspec.json.Decoder(_Request)


class Completions:
    """`POST /v1/completions`."""

    name = "completions"
    path = "/v1/completions"
    upstream = "completions"

    def wanted(self, body: bytes) -> Wanted:
        """What the request asks for; raises `RequestRefused` (400)."""
        try:
            request = _request.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise RequestRefused(
                f"the body is no request for a completion ({error}); send a JSON object with model and prompt",
                status=400,
                code="invalid_request",
            ) from None
        stream, options = bool(request.stream), request.stream_options
        tells = not stream or bool(options and options.include_usage)
        return Wanted(request.model, stream, request.max_tokens, request.user or "", tells)

    def addressed(self, body: bytes, model: str, wanted: Wanted) -> bytes:
        """The request for a provider's model of this name; a stream is asked for its usage."""
        changes: dict[str, Any] = {"model": model} if model != wanted.model else {}
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
        """The request in our own terms; raises `BadRequest` for several texts, and for one in tokens."""
        request = _request.decode(body)
        prompt = request.prompt[0] if isinstance(request.prompt, list) and len(request.prompt) == 1 else request.prompt
        if not isinstance(prompt, str):
            raise BadRequest(f"{model} completes one text at a time: give prompt as a string", status=400)
        stop = request.stop
        settings = Settings(
            temperature=request.temperature,
            top_p=request.top_p,
            max_tokens=request.max_tokens,
            stop=(stop,) if isinstance(stop, str) else tuple(stop or ()),
            seed=request.seed,
        )
        return ask(frame(model, settings=settings), [user(prompt)])

    def write(self, answer: Answer, wanted: Wanted, run: str) -> bytes:
        """A whole answer."""
        return write_answer(answer, wanted, run)

    def writer(self, wanted: Wanted, run: str) -> CompletionsWriter:
        """For one streamed answer."""
        return CompletionsWriter(wanted, run)

    def error(self, refused: RequestRefused) -> bytes:
        """An error's body."""
        return openai_error(refused)

    def broken(self, refused: RequestRefused) -> bytes:
        """The end of a stream that broke."""
        return openai_broken(refused)
