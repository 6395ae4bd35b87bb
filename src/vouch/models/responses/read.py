"""A response of OpenAI's, whole or event by event, in our own terms.

It does not know how the bytes came in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from vouch.errors import ConnectionFailed
from vouch.models.json_body import decode
from vouch.models.openai.errors import Asked, failure, malformed
from vouch.models.responses import wire
from vouch.models.responses.items import DIALECT, read_item
from vouch.models.wording import Json, beside, count, list_of, object_of, owned, shape
from vouch.values.message import Message, Opaque, Part, Refusal, Text, ToolCall, said_in_order
from vouch.values.money import Usage
from vouch.values.request import (
    Answer,
    CallDelta,
    Delta,
    Done,
    Finish,
    PartDelta,
    ReasoningDelta,
    TextDelta,
    TokenLogprob,
)

_WORDED: Final = ("id", "model", "output", "object")
_FAILED: Final = frozenset({"failed", "cancelled"})
_EVENT: Final = (
    *("type", "sequence_number", "item_id", "output_index", "content_index", "summary_index", "annotation_index"),
    *("delta", "item", "response", "part", "text", "refusal", "arguments", "annotation", "logprobs", "obfuscation"),
    *("name", "code", "input", "error"),
)
"""Fields of events whose content the last event holds again."""

_UNDER_WAY: Final = frozenset({"queued", "in_progress"})


def read_answer(body: bytes, asked: Asked) -> Answer:
    """A whole answer. Raises `MalformedAnswer`, or the error that the body holds instead."""
    return read_response(decode(body, asked), asked)


def read_response(response: Json, asked: Asked) -> Answer:
    """The same from its JSON."""
    if "output" not in response and response.get("error"):
        raise failure(response, asked)
    try:
        known = shape(response, wire.Reply)
        if known.error is not None or known.status in _FAILED:
            raise failure(known.error or f"the response has {known.status}", asked)
        pieces = [piece for item in known.output for piece in read_item(item)]
        usage = read_usage(known.usage)
    except msgspec.ValidationError as error:
        raise malformed(f"what cannot be read ({error})", asked) from None
    said = said_in_order(pieces)
    return Answer(
        said,
        usage=usage,
        finish=read_finish(known, said),
        model=known.model or "",
        logprobs=tuple(_read_logprobs(pieces)),
        id=known.id or "",
        reason=(known.incomplete_details.reason if known.incomplete_details else None) or known.status or "",
        own=owned(DIALECT, beside(response, *_WORDED)),
    )


def read_usage(usage: Json | None) -> Usage:
    """The tokens."""
    known = shape(usage or {}, wire.Usage)
    inputs = known.input_tokens_details or wire.InputDetails()
    outputs = known.output_tokens_details or wire.OutputDetails()
    return Usage(
        input_tokens=count(known.input_tokens),
        output_tokens=count(known.output_tokens),
        cache_read_tokens=count(inputs.cached_tokens),
        cache_write_tokens=count(inputs.cache_write_tokens),
        reasoning_tokens=count(outputs.reasoning_tokens),
    )


def read_finish(reply: wire.Reply, said: Message) -> Finish:
    """Why the answer ended. One that goes on in the background is paused."""
    reason = reply.incomplete_details.reason if reply.incomplete_details else None
    if reason is not None:
        return "filtered" if reason == "content_filter" else "length"
    if reply.status in _UNDER_WAY:
        return "paused"
    if said.calls:
        return "tools"
    return "refused" if any(isinstance(part, Refusal) for part in said.parts) else "stop"


def _read_logprobs(pieces: list[Part | ToolCall]) -> Iterator[TokenLogprob]:
    for piece in pieces:
        own = (piece.own or {}).get(DIALECT, {}) if isinstance(piece, Text) else {}
        for entry in list_of(own.get("logprobs")):
            one = object_of(entry)
            top = [object_of(other) for other in list_of(one.get("top_logprobs"))]
            yield TokenLogprob(
                str(one.get("token", "")),
                _number(one.get("logprob")),
                tuple((str(other.get("token", "")), _number(other.get("logprob"))) for other in top),
            )


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


class StreamReader:
    """Tells the deltas of a stream as they come; its last event holds the whole response."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._response: Json | None = None
        self._items: dict[int, Json] = {}
        self._calls: dict[int, int] = {}
        self._told: set[int] = set()
        self._events: list[Json] = []
        self.done = False

    @property
    def finished(self) -> bool:
        """Whether the whole response is here: then nothing is missing."""
        return self.done

    def read(self, data: str) -> list[Delta]:
        """The deltas of one event. Raises `MalformedAnswer`, or the error that the event holds instead."""
        if data.strip() == "[DONE]":
            return []
        event = decode(data, self._asked)
        try:
            known = shape(event, wire.Event)
            return list(self._read(event, known))
        except (msgspec.ValidationError, KeyError) as error:
            raise malformed(f"an event that cannot be read ({error}): {data[:200]}", self._asked) from None

    def finish(self) -> list[Delta]:
        """The whole answer. Raises `ConnectionFailed` when something is missing."""
        if not self.done or self._response is None:
            raise ConnectionFailed(f"{self._asked} broke off in the middle of its answer; ask again")
        response = self._response
        if not response.get("output"):
            response = {**response, "output": [self._items[index] for index in sorted(self._items)]}
        if self._events:
            response = {**response, "events": self._events}
        return [Done(read_response(response, self._asked))]

    def _read(self, event: Json, known: wire.Event) -> Iterator[Delta]:
        index = known.output_index or 0
        if rest := beside(event, *_EVENT):
            # What the whole response will not hold again is kept as it came.
            self._events.append({"type": known.type, **rest})
        match known.type:
            case "response.output_text.delta" | "response.refusal.delta":
                yield TextDelta(str(known.delta))
            case "response.reasoning_text.delta" | "response.reasoning_summary_text.delta":
                yield ReasoningDelta(str(known.delta))
            case "response.output_item.added":
                yield from self._begin(index, known.item or {})
            case "response.function_call_arguments.delta" if index in self._calls:
                self._told.add(index)
                yield CallDelta(self._calls[index], str(known.delta))
            case "response.output_item.done":
                yield from self._end(index, known.item or {})
            case "response.completed" | "response.incomplete" | "response.failed" | "response.cancelled":
                self._response = known.response
                self.done = True
            case "error":
                raise failure(event, self._asked)
            case _:
                pass

    def _begin(self, index: int, item: Json) -> Iterator[Delta]:
        self._items[index] = item
        if item.get("type") == "function_call":
            self._calls[index] = len(self._calls)
            yield CallDelta(self._calls[index], "", str(item["call_id"]), str(item["name"]))

    def _end(self, index: int, item: Json) -> Iterator[Delta]:
        known = index in self._items
        self._items[index] = item
        if not known:
            yield from self._begin(index, item)
        if index in self._calls:
            if index not in self._told:
                yield CallDelta(self._calls[index], str(item.get("arguments") or "{}"))
            return
        if item.get("type") == "reasoning":
            yield ReasoningDelta("", _seal(item))
            return
        for piece in read_item(item):
            if isinstance(piece, Opaque):
                yield PartDelta(piece)


def _seal(item: Json) -> str:
    seal: Any = item.get("encrypted_content")
    return seal if isinstance(seal, str) else ""
