"""OpenAI's answer, whole or chunk by chunk, in our own terms: one function for each kind of content.

It does not know how the bytes came in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from vouch.errors import ConnectionFailed, ModelError
from vouch.models.openai import wire
from vouch.models.openai.errors import Asked, failure, malformed
from vouch.values.identifier import new_id
from vouch.values.message import ToolCall, assistant
from vouch.values.money import Usage
from vouch.values.request import (
    Answer,
    CallDelta,
    Delta,
    Done,
    Finish,
    ReasoningDelta,
    TextDelta,
    TokenLogprob,
)

_decoder = msgspec.json.Decoder(wire.Completion)

_FINISHES: Final[dict[str, Finish]] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "filtered",
    "safety": "filtered",
}
_FAILED: Final = frozenset({"error", "abort", "insufficient_system_resource"})


def read_answer(body: bytes, asked: Asked) -> Answer:
    """A whole answer. Raises `MalformedAnswer`, or the error that the body holds instead."""
    completion = _decode(body, asked)
    choice = _first(completion)
    if completion.error is not None or choice is None or choice.message is None:
        raise _no_answer(completion.error, body, asked)
    _check(choice, asked)
    words = choice.message
    identity = _identity(completion)
    calls = read_calls(words, identity or new_id(), asked)
    return Answer(
        assistant(read_text(words), *calls),
        usage=read_usage(completion.usage),
        finish=read_finish(choice.finish_reason, called=bool(calls), refused=bool(words.refusal)),
        model=completion.model or "",
        logprobs=read_logprobs(choice.logprobs),
        id=identity,
    )


def read_text(words: wire.Words) -> str:
    """What is said, or why the model would not say it."""
    content = words.content
    if isinstance(content, list):
        content = "".join(piece.text or "" for piece in content if piece.type != "thinking")
    return content or words.refusal or ""


def read_reasoning(words: wire.Words) -> str:
    """The visible reasoning, under whichever name."""
    for named in (words.reasoning_content, words.reasoning):
        if isinstance(named, str) and named:
            return named
    if isinstance(words.content, list):
        return "".join(_thought(piece) for piece in words.content)
    return ""


def read_calls(words: wire.Words, identity: str, asked: Asked) -> tuple[ToolCall, ...]:
    """The tool calls. One without an id gets one that no other answer has, made from the answer's `identity`."""
    calls: list[ToolCall] = []
    for place, (call, function) in enumerate(_functions(words)):
        if not function.name:
            raise malformed("a tool call without a name", asked)
        calls.append(ToolCall(call.id or f"{identity}-{place}", function.name, read_arguments(function) or "{}"))
    return tuple(calls)


def read_arguments(function: wire.Function) -> str:
    """The arguments exactly as written, or as little of them as came."""
    given = function.arguments
    return msgspec.json.encode(given).decode() if isinstance(given, dict) else given or ""


def read_usage(usage: wire.Usage | None) -> Usage:
    """The tokens. Where the total is more than its two parts, the rest is reasoning that was left out of the output."""
    if usage is None:
        return Usage()
    inputs, outputs = _count(usage.prompt_tokens), _count(usage.completion_tokens)
    unlisted = max(0, _count(usage.total_tokens) - inputs - outputs) if outputs else 0
    prompt, completion = (
        usage.prompt_tokens_details or wire.Details(),
        usage.completion_tokens_details or wire.Details(),
    )
    cached = (
        _count(prompt.cached_tokens)
        or _count(usage.cached_tokens)
        or _count(usage.num_cached_tokens)
        or _count(usage.prompt_cache_hit_tokens)
    )
    return Usage(
        input_tokens=inputs,
        output_tokens=outputs + unlisted,
        cache_read_tokens=cached,
        cache_write_tokens=_count(prompt.cache_write_tokens),
        reasoning_tokens=_count(completion.reasoning_tokens) or unlisted,
    )


def read_finish(reason: str | None, *, called: bool, refused: bool) -> Finish:
    """Why the answer ended. A server that calls tools and says `stop` waits for their results all the same."""
    finish = _FINISHES.get((reason or "").lower())
    if finish is not None:
        return finish
    if refused:
        return "filtered"
    return "tools" if called else "stop"


def read_logprobs(logprobs: wire.Logprobs | None) -> tuple[TokenLogprob, ...]:
    """The log-probabilities, token by token."""
    if logprobs is None:
        return ()
    if logprobs.tokens and logprobs.token_logprobs:
        pairs = zip(logprobs.tokens, logprobs.token_logprobs, strict=False)
        return tuple(TokenLogprob(token, logprob) for token, logprob in pairs if logprob is not None)
    listed = (logprobs.content or []) + (logprobs.refusal or [])
    return tuple(
        TokenLogprob(
            one.token,
            one.logprob,
            tuple((top.token, top.logprob) for top in one.top_logprobs or () if top.logprob is not None),
        )
        for one in listed
        if one.logprob is not None
    )


class _GrowingCall:
    """A tool call of which not everything is here yet."""

    __slots__ = ("arguments", "id", "name", "told")

    def __init__(self) -> None:
        self.id = ""
        self.name = ""
        self.arguments: list[str] = []
        self.told = False


class StreamReader:
    """Puts the chunks of a stream together: deltas as they come, and at the end the answer they make."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._text: list[str] = []
        self._calls: list[_GrowingCall] = []
        self._places: dict[int, int] = {}
        self._logprobs: list[TokenLogprob] = []
        self._usage: wire.Usage | None = None
        self._identity = ""
        self._model = ""
        self._refused = False
        self._begun = False
        self._reason = ""
        self.done = False

    @property
    def finished(self) -> bool:
        """Whether the model has said why it ended, or the server that it is done: then nothing is missing."""
        return self.done or bool(self._reason)

    def read(self, data: str) -> list[Delta]:
        """The deltas of one event. Raises `MalformedAnswer`, or the error that the event holds instead."""
        if data.strip() == "[DONE]":
            self.done = True
            return []
        chunk = _decode(data, self._asked)
        usage = chunk.usage or (chunk.x_groq.usage if chunk.x_groq is not None else None)
        if chunk.error is not None or (chunk.choices is None and usage is None):
            raise _no_answer(chunk.error, data, self._asked)
        self._usage = usage or self._usage
        self._identity = self._identity or _identity(chunk)
        self._model = self._model or chunk.model or ""
        choice = _first(chunk)
        return [] if choice is None else list(self._read_choice(choice))

    def finish(self) -> list[Delta]:
        """What is still to be told, and the whole answer. Raises `ConnectionFailed` when something is missing."""
        if not self.finished:
            raise ConnectionFailed(f"{self._asked} broke off in the middle of its answer; ask again")
        if not self._begun:
            raise malformed("a stream without choices", self._asked)
        deltas: list[Delta] = []
        for place, call in enumerate(self._calls):
            if not call.name:
                raise malformed("a tool call without a name", self._asked)
            if not "".join(call.arguments):
                call.arguments.append("{}")
                deltas.append(CallDelta(place, "{}"))
        calls = tuple(ToolCall(call.id, call.name, "".join(call.arguments)) for call in self._calls)
        answer = Answer(
            assistant("".join(self._text), *calls),
            usage=read_usage(self._usage),
            finish=read_finish(self._reason, called=bool(calls), refused=self._refused),
            model=self._model,
            logprobs=tuple(self._logprobs),
            id=self._identity,
        )
        return [*deltas, Done(answer)]

    def _read_choice(self, choice: wire.Choice) -> Iterator[Delta]:
        _check(choice, self._asked)
        self._begun = True
        self._reason = choice.finish_reason or self._reason
        self._logprobs += read_logprobs(choice.logprobs)
        words = choice.delta
        if words is None:
            return
        self._refused = self._refused or bool(words.refusal)
        if reasoning := read_reasoning(words):
            yield ReasoningDelta(reasoning)
        if text := read_text(words):
            self._text.append(text)
            yield TextDelta(text)
        for call, function in _functions(words):
            yield from self._read_call(call, function)

    def _read_call(self, call: wire.Call, function: wire.Function) -> Iterator[Delta]:
        place = self._place(call, function)
        growing = self._calls[place]
        growing.id = growing.id or call.id or ""
        growing.name = growing.name or function.name or ""
        piece = read_arguments(function)
        growing.arguments.append(piece)
        if growing.told and piece:
            yield CallDelta(place, piece)
        elif growing.name and not growing.told:
            growing.told = True
            growing.id = growing.id or f"{self._identity or new_id()}-{place}"
            yield CallDelta(place, "".join(growing.arguments), growing.id, growing.name)

    def _place(self, call: wire.Call, function: wire.Function) -> int:
        """Which call a piece belongs to. Some servers number none of their calls, and some number all of them 0."""
        last = len(self._calls) - 1
        place = last if call.index is None else self._places.get(call.index, -1)
        if place < 0 or _begins(call, function, self._calls[place]):
            self._calls.append(_GrowingCall())
            place = last + 1
        if call.index is not None:
            self._places[call.index] = place
        return place


def _begins(call: wire.Call, function: wire.Function, growing: _GrowingCall) -> bool:
    if not function.name or not growing.name:
        return False
    if call.id and growing.id:
        return call.id != growing.id
    return call.index is None


def _functions(words: wire.Words) -> Iterator[tuple[wire.Call, wire.Function]]:
    for call in words.tool_calls or ():
        yield call, call.function or wire.Function()
    if words.function_call is not None:  # the name before there were several
        yield wire.Call(index=0), words.function_call


def _thought(piece: wire.Piece) -> str:
    if isinstance(piece.thinking, list):
        return "".join(inner.text or "" for inner in piece.thinking)
    return piece.thinking or ""


def _first(completion: wire.Completion) -> wire.Choice | None:
    return next((choice for choice in completion.choices or () if not choice.index), None)


def _check(choice: wire.Choice, asked: Asked) -> None:
    reason = (choice.finish_reason or "").lower()
    if choice.error is not None or reason in _FAILED:
        raise failure(choice.error or f"the answer ended with {reason!r}", asked)


def _identity(completion: wire.Completion) -> str:
    return "" if completion.id is None else str(completion.id)


def _count(value: float | None) -> int:
    return 0 if value is None else max(0, int(value))


def _decode(data: bytes | str, asked: Asked) -> wire.Completion:
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if not data.strip():
            raise malformed("nothing", asked) from None
        raise malformed(f"what cannot be read ({error}): {_shown(data)}", asked) from None


def _no_answer(error: Any, data: bytes | str, asked: Asked) -> ModelError:
    if error is not None:
        return failure(error, asked)
    return malformed(f"no choices: {_shown(data)}", asked)


def _shown(data: bytes | str) -> str:
    return data[:200] if isinstance(data, str) else data[:200].decode("utf-8", "replace")
