"""Cohere's answer, whole or event by event, in our own terms.

It does not know how the bytes came in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from vouch.errors import ConnectionFailed
from vouch.models.cohere import wire
from vouch.models.cohere.content import DIALECT, PLAN, read_message
from vouch.models.json_body import decode
from vouch.models.openai.errors import Asked, failure, malformed
from vouch.models.wording import Json, beside, count, object_of, owned, shape
from vouch.values.money import Usage
from vouch.values.request import Answer, CallDelta, Delta, Done, Finish, ReasoningDelta, TextDelta

_FINISHES: Final[dict[str, Finish]] = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "TOOL_CALL": "tools",
    "ERROR_TOXIC": "filtered",
}
_FAILED: Final = frozenset({"ERROR", "TIMEOUT", "ERROR_LIMIT"})
_WORDED: Final = ("id", "finish_reason", "message")


def read_answer(body: bytes, asked: Asked) -> Answer:
    """A whole answer. Raises `MalformedAnswer`, or the error that the body holds instead."""
    return read_reply(decode(body, asked), asked)


def read_reply(reply: Json, asked: Asked) -> Answer:
    """The same from its JSON."""
    if isinstance(reply.get("message"), str):
        raise failure(reply, asked)
    try:
        known = shape(reply, wire.Reply)
        if known.finish_reason in _FAILED:
            raise failure({"code": _code(known.finish_reason), "message": _why(reply)}, asked)
        message = read_message(known.message)
        usage = read_usage(known.usage)
    except msgspec.ValidationError as error:
        raise malformed(f"what cannot be read ({error})", asked) from None
    reason = known.finish_reason or ""
    return Answer(
        message,
        usage=usage,
        finish=_FINISHES.get(reason, "tools" if message.calls else "stop"),
        id=known.id or "",
        reason=reason,
        own=owned(DIALECT, beside(reply, *_WORDED)),
    )


def read_usage(usage: Json | None) -> Usage:
    """The tokens that are paid for, where they are told; else those that were read and written."""
    known = shape(usage or {}, wire.Usage)
    billed = known.billed_units
    if billed is not None:
        return Usage(count(billed.input_tokens), count(billed.output_tokens))
    tokens = known.tokens or wire.Tokens()
    return Usage(count(tokens.input_tokens), count(tokens.output_tokens), count(known.cached_tokens))


def _code(reason: str) -> str:
    return "timeout" if reason == "TIMEOUT" else "server_error"


def _why(reply: Json) -> str:
    return str(reply.get("error") or f"the answer ended with {reply.get('finish_reason')!r}")


class StreamReader:
    """Puts the events of a stream together to the reply that would have come whole: deltas as they come."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._reply: Json = {}
        self._message: Json = {}
        self._blocks: dict[int, Json] = {}
        self._calls: dict[int, Json] = {}
        self.done = False

    @property
    def finished(self) -> bool:
        """Whether the model has said why it ended: then nothing is missing."""
        return self.done

    def read(self, data: str) -> list[Delta]:
        """The deltas of one event. Raises `MalformedAnswer`, or the error that the event holds instead."""
        if data.strip() == "[DONE]":
            return []
        event = decode(data, self._asked)
        if "type" not in event and isinstance(event.get("message"), str):
            raise failure(event, self._asked)
        try:
            known = shape(event, wire.Event)
            return list(self._read(known, object_of(object_of(known.delta).get("message"))))
        except (msgspec.ValidationError, KeyError, TypeError) as error:
            raise malformed(f"an event that cannot be read ({error}): {data[:200]}", self._asked) from None

    def finish(self) -> list[Delta]:
        """The whole answer. Raises `ConnectionFailed` when something is missing."""
        if not self.done:
            raise ConnectionFailed(f"{self._asked} broke off in the middle of its answer; ask again")
        message = {**self._message, "content": [self._blocks[index] for index in sorted(self._blocks)]}
        if self._calls:
            message["tool_calls"] = [self._calls[index] for index in sorted(self._calls)]
        return [Done(read_reply({**self._reply, "message": message}, self._asked))]

    def _read(self, event: wire.Event, message: Json) -> Iterator[Delta]:
        index = event.index or 0
        match event.type:
            case "message-start":
                self._reply["id"] = event.id
                known = ("role", "content", "tool_calls", "tool_plan", "citations")
                self._message |= beside(message, *known)
            case "content-start" | "content-delta":
                yield from self._grow(index, object_of(message.get("content")))
            case "tool-plan-delta":
                self._message[PLAN] = self._message.get(PLAN, "") + str(message[PLAN])
                yield ReasoningDelta(str(message[PLAN]))
            case "tool-call-start" | "tool-call-delta":
                yield from self._call(index, object_of(message.get("tool_calls")))
            case "citation-start":
                self._message.setdefault("citations", []).append(message["citations"])
            case "message-end":
                self._reply |= object_of(event.delta)
                self.done = True
            case _:
                pass

    def _grow(self, index: int, piece: Json) -> Iterator[Delta]:
        block = self._blocks.setdefault(index, {"type": piece.get("type") or _kind(piece)})
        for name in ("text", "thinking"):
            words = piece.get(name)
            if not isinstance(words, str):
                continue
            block[name] = block.get(name, "") + words
            if words:
                yield TextDelta(words) if name == "text" else ReasoningDelta(words)

    def _call(self, index: int, piece: Json) -> Iterator[Delta]:
        function = object_of(piece.get("function"))
        arguments = str(function.get("arguments") or "")
        if index not in self._calls:
            self._calls[index] = {**piece, "function": {**function, "arguments": arguments}}
            yield CallDelta(self._place(index), arguments, str(piece["id"]), str(function["name"]))
            return
        self._calls[index]["function"]["arguments"] += arguments
        if arguments:
            yield CallDelta(self._place(index), arguments)

    def _place(self, index: int) -> int:
        return list(self._calls).index(index)


def _kind(piece: Json) -> str:
    return "thinking" if "thinking" in piece else "text"
