"""OpenAI's answer chunk by chunk, in our own terms.

It does not know how the bytes came in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from vouch.errors import ConnectionFailed
from vouch.models.json_body import decode
from vouch.models.openai import wire
from vouch.models.openai.content import DIALECT, FIELD, read_citations
from vouch.models.openai.errors import Asked, malformed
from vouch.models.openai.read import (
    check,
    functions,
    identity_of,
    no_answer,
    own_of_call,
    read_arguments,
    read_audio,
    read_finish,
    read_logprobs,
    read_reasoning,
    read_text,
    read_usage,
    shape_of,
)
from vouch.models.wording import Json, beside, grow, list_of, object_of, owned
from vouch.values.identifier import new_id
from vouch.values.message import Message, Part, Reasoning, Refusal, Text, ToolCall
from vouch.values.request import Answer, CallDelta, Delta, Done, ReasoningDelta, TextDelta, TokenLogprob


class _GrowingCall:
    """A tool call of which not everything is here yet."""

    __slots__ = ("arguments", "id", "name", "own", "told")

    def __init__(self) -> None:
        self.id = ""
        self.name = ""
        self.arguments: list[str] = []
        self.own: Json = {}
        self.told = False


class _GrowingChoice:
    """One answer of which not everything is here yet."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._thoughts: dict[str, list[str]] = {}
        self._text: list[str] = []
        self._refusal: list[str] = []
        self._calls: list[_GrowingCall] = []
        self._places: dict[int, int] = {}
        self._logprobs: list[TokenLogprob] = []
        self._message: Json = {}
        self._own: Json = {}
        self.reason = ""

    def read(self, raw: Json, choice: wire.Choice, identity: str) -> Iterator[Delta]:
        """The deltas of the next piece."""
        check(choice, self._asked)
        self.reason = choice.finish_reason or self.reason
        self._logprobs += read_logprobs(choice.logprobs)
        grow(self._own, beside(raw, "index", "delta", "message", "finish_reason"))
        words, delta = choice.delta, object_of(raw.get("delta"))
        if words is None:
            return
        grow(self._message, _unworded(delta))
        if reasoning := read_reasoning(words):
            self._thoughts.setdefault(_field(delta), []).append(reasoning)
            yield ReasoningDelta(reasoning)
        if text := read_text(words):
            (self._text if words.content else self._refusal).append(text)
            yield TextDelta(text)
        listed = list_of(delta.get("tool_calls"))
        for at, (call, function) in enumerate(functions(words)):
            yield from self._read_call(call, function, object_of(listed[at]) if at < len(listed) else {}, identity)

    def close(self) -> Iterator[Delta]:
        """What is still to be told; raises `MalformedAnswer` for a call that has no name."""
        for place, call in enumerate(self._calls):
            if not call.name:
                raise malformed("a tool call without a name", self._asked)
            if not "".join(call.arguments):
                call.arguments.append("{}")
                yield CallDelta(place, "{}")

    def answer(self, model: str, identity: str) -> Answer:
        """The answer, without what belongs to all choices together."""
        calls = tuple(
            ToolCall(call.id, call.name, "".join(call.arguments), own=owned(DIALECT, call.own)) for call in self._calls
        )
        parts = tuple(self._parts())
        own = {name: value for name, value in self._own.items() if value is not None}
        return Answer(
            Message("assistant", parts, calls, own=owned(DIALECT, _said(self._message))),
            finish=read_finish(self.reason, called=bool(calls), refused=bool(self._refusal)),
            model=model,
            logprobs=tuple(self._logprobs),
            id=identity,
            reason=self.reason,
            own=owned(DIALECT, {"choice": own} if own else {}),
        )

    def _parts(self) -> Iterator[Part]:
        for name, pieces in self._thoughts.items():
            text = "".join(pieces)
            block = {"type": "thinking", "thinking": [{"type": "text", "text": text}]}
            yield Reasoning(text, dialect=DIALECT, own={DIALECT: {FIELD: name} if name else block})
        if self._text:
            citations = read_citations(self._message.pop("annotations", None))
            yield Text("".join(self._text), citations)
        if self._refusal:
            yield Refusal("".join(self._refusal))
        if sound := read_audio(object_of(self._message.pop("audio", None))):
            yield sound

    def _read_call(self, call: wire.Call, function: wire.Function, raw: Json, identity: str) -> Iterator[Delta]:
        place = self._place(call, function)
        growing = self._calls[place]
        growing.id = growing.id or call.id or ""
        growing.name = growing.name or function.name or ""
        grow(growing.own, own_of_call(raw))
        piece = read_arguments(function)
        growing.arguments.append(piece)
        if growing.told and piece:
            yield CallDelta(place, piece)
        elif growing.name and not growing.told:
            growing.told = True
            growing.id = growing.id or f"{identity or new_id()}-{place}"
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


class StreamReader:
    """Puts the chunks of a stream together: deltas as they come, and at the end the answer they make.

    Where several choices come at once, the deltas are the first one's.
    """

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._choices: dict[int, _GrowingChoice] = {}
        self._usage: wire.Usage | None = None
        self._identity = ""
        self._model = ""
        self._own: Json = {}
        self.done = False

    @property
    def finished(self) -> bool:
        """Whether the model has said why it ended, or the server that it is done: then nothing is missing."""
        return self.done or (bool(self._choices) and all(choice.reason for choice in self._choices.values()))

    def read(self, data: str) -> list[Delta]:
        """The deltas of one event. Raises `MalformedAnswer`, or the error that the event holds instead."""
        if data.strip() == "[DONE]":
            self.done = True
            return []
        raw = decode(data, self._asked)
        chunk = shape_of(raw, self._asked)
        usage = chunk.usage or (chunk.x_groq.usage if chunk.x_groq is not None else None)
        if chunk.error is not None or (chunk.choices is None and usage is None):
            raise no_answer(raw, self._asked)
        self._usage = usage or self._usage
        self._identity = self._identity or identity_of(chunk)
        self._model = self._model or chunk.model or ""
        grow(self._own, {name: value for name, value in _unnamed(raw).items() if value is not None})
        deltas: list[Delta] = []
        for one, choice in zip(list_of(raw.get("choices")), chunk.choices or (), strict=True):
            index = choice.index or 0
            growing = self._choices.setdefault(index, _GrowingChoice(self._asked))
            told = list(growing.read(object_of(one), choice, self._identity))
            deltas += [] if index else told
        return deltas

    def finish(self) -> list[Delta]:
        """What is still to be told, and the whole answer. Raises `ConnectionFailed` when something is missing."""
        if not self.finished:
            raise ConnectionFailed(f"{self._asked} broke off in the middle of its answer; ask again")
        if 0 not in self._choices:
            raise malformed("a stream without choices", self._asked)
        deltas = [list(choice.close()) for _, choice in sorted(self._choices.items())]
        answers = [choice.answer(self._model, self._identity) for _, choice in sorted(self._choices.items())]
        own = {**self._own, **(answers[0].own or {}).get(DIALECT, {})}
        answer = msgspec.structs.replace(
            answers[0], usage=read_usage(self._usage), others=tuple(answers[1:]), own=owned(DIALECT, own)
        )
        return [*deltas[0], Done(answer)]


def _unnamed(raw: Json) -> Json:
    # `obfuscation` is noise by which a provider hides the length of what it writes.
    return beside(raw, "id", "model", "choices", "object", "obfuscation")


def _unworded(delta: Json) -> Json:
    known = ("role", "content", "refusal", "tool_calls", "function_call", "reasoning", "reasoning_content")
    return beside(delta, *known)


def _said(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value not in (None, [])}


def _field(delta: Json) -> str:
    """Under which name the reasoning of a piece stands; none when it stands in the content."""
    for name in ("reasoning_content", "reasoning"):
        value: Any = delta.get(name)
        if isinstance(value, str) and value:
            return name
    return ""


def _begins(call: wire.Call, function: wire.Function, growing: _GrowingCall) -> bool:
    if not function.name or not growing.name:
        return False
    if call.id and growing.id:
        return call.id != growing.id
    return call.index is None
