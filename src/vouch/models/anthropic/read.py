"""Anthropic's answer, whole or event by event, in our own terms.

It does not know how the bytes came in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

import msgspec

from vouch.errors import ConnectionFailed, ModelError
from vouch.models.anthropic import wire
from vouch.models.anthropic.blocks import DIALECT, read_block
from vouch.models.json_body import decode
from vouch.models.openai.errors import Asked, failure, malformed
from vouch.models.wording import Json, beside, count, counts, list_of, object_of, shape
from vouch.values.message import Opaque, said_in_order
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
)

_FINISHES: Final[dict[str, Finish]] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tools",
    "pause_turn": "paused",
    "compaction": "paused",
    "refusal": "refused",
}
_WORDED: Final = ("content", "id", "model", "stop_reason", "stop_sequence", "role", "type")


def read_answer(body: bytes, asked: Asked) -> Answer:
    """A whole answer. Raises `MalformedAnswer`, or the error that the body holds instead."""
    return read_message(decode(body, asked), asked)


def read_message(message: Json, asked: Asked) -> Answer:
    """The same from its JSON."""
    if message.get("type") == "error" or message.get("error"):
        raise failure(message, asked)
    try:
        known = shape(message, wire.Reply)
        pieces = [read_block(block) for block in known.content]
        usage = read_usage(known.usage)
    except msgspec.ValidationError as error:
        raise malformed(f"what cannot be read ({error})", asked) from None
    said = said_in_order(pieces)
    return Answer(
        said,
        usage=usage,
        finish=read_finish(known.stop_reason, called=bool(said.calls)),
        model=known.model or "",
        id=known.id or "",
        reason=known.stop_reason or "",
        stopped_at=known.stop_sequence or "",
        own={DIALECT: beside(message, *_WORDED)},
    )


def read_usage(usage: Json | None) -> Usage:
    """The tokens; those from and to the prompt cache are input, too."""
    known = shape(usage or {}, wire.Usage)
    cached, stored = count(known.cache_read_input_tokens), count(known.cache_creation_input_tokens)
    kept = known.cache_creation or wire.CacheCreation()
    tools = known.server_tool_use or wire.ServerTools()
    details = known.output_tokens_details or wire.OutputDetails()
    return Usage(
        input_tokens=count(known.input_tokens) + cached + stored,
        output_tokens=count(known.output_tokens),
        cache_read_tokens=cached,
        cache_write_tokens=stored,
        reasoning_tokens=count(details.thinking_tokens),
        counts=counts(
            cache_write_1h_tokens=kept.ephemeral_1h_input_tokens,
            cache_write_5m_tokens=kept.ephemeral_5m_input_tokens,
            web_searches=tools.web_search_requests,
        ),
    )


def read_finish(reason: str | None, *, called: bool) -> Finish:
    """Why the answer ended."""
    return _FINISHES.get(reason or "", "tools" if called else "stop")


class StreamReader:
    """Puts the events of a stream together to the message that would have come whole: deltas as they come."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._message: Json = {}
        self._blocks: dict[int, Json] = {}
        self._pieces: dict[int, list[str]] = {}
        self._calls: dict[int, int] = {}
        self._events: list[Json] = []
        self.done = False

    @property
    def finished(self) -> bool:
        """Whether the model has said why it ended: then nothing is missing."""
        return self.done or bool(self._message.get("stop_reason"))

    def read(self, data: str) -> list[Delta]:
        """The deltas of one event. Raises `MalformedAnswer`, or the error that the event holds instead."""
        event = decode(data, self._asked)
        try:
            return list(self._read(event, shape(event, wire.Event)))
        except (msgspec.ValidationError, KeyError) as error:
            raise malformed(f"an event that cannot be read ({error}): {data[:200]}", self._asked) from None

    def finish(self) -> list[Delta]:
        """The whole answer. Raises `ConnectionFailed` when something is missing."""
        if not self.finished:
            raise ConnectionFailed(f"{self._asked} broke off in the middle of its answer; ask again")
        for index in self._blocks:
            self._join(index)
        message = {**self._message, "content": [self._blocks[index] for index in sorted(self._blocks)]}
        if self._events:
            message["events"] = self._events
        return [Done(read_message(message, self._asked))]

    def _read(self, event: Json, known: wire.Event) -> Iterator[Delta]:
        rest = beside(event, *wire.Event.__struct_fields__)
        if rest and known.type not in ("message_delta", "error"):
            # What we have no word for is kept as it came, and so are events of a kind that we do not know.
            self._events.append(event)
        match known.type:
            case "message_start":
                self._message = dict(known.message or {})
            case "content_block_start":
                yield from self._begin(_at(known), known.content_block or {})
            case "content_block_delta":
                yield from self._grow(_at(known), known.delta or {})
            case "content_block_stop":
                yield from self._end(_at(known))
            case "message_delta":
                self._message |= {**beside(event, "type", "delta", "usage"), **(known.delta or {})}
                self._message["usage"] = {**object_of(self._message.get("usage")), **(known.usage or {})}
            case "message_stop":
                self.done = True
            case "error":
                raise self._failure(event)
            case "ping":
                pass
            case _:
                self._events += [] if rest else [event]

    def _begin(self, index: int, block: Json) -> Iterator[Delta]:
        self._blocks[index] = block = dict(block)
        self._pieces[index] = []
        match block.get("type"):
            case "text" if block.get("text"):
                yield TextDelta(block["text"])
            case "thinking" if block.get("thinking"):
                yield ReasoningDelta(block["thinking"])
            case "tool_use":
                self._calls[index] = len(self._calls)
                yield CallDelta(self._calls[index], "", str(block["id"]), str(block["name"]))
            case _:
                pass

    def _grow(self, index: int, delta: Json) -> Iterator[Delta]:
        block, kind = self._blocks[index], delta.get("type")
        match kind:
            case "text_delta":
                block["text"] = str(block.get("text") or "") + str(delta["text"])
                yield TextDelta(str(delta["text"]))
            case "thinking_delta":
                block["thinking"] = str(block.get("thinking") or "") + str(delta["thinking"])
                yield ReasoningDelta(str(delta["thinking"]))
            case "input_json_delta":
                piece = str(delta["partial_json"])
                self._pieces[index].append(piece)
                if piece and index in self._calls:
                    yield CallDelta(self._calls[index], piece)
            case "citations_delta":
                block["citations"] = [*list_of(block.get("citations")), delta["citation"]]
            case _:
                _merge(block, delta)

    def _end(self, index: int) -> Iterator[Delta]:
        self._join(index)
        block = self._blocks[index]
        if block.get("type") == "thinking":
            yield ReasoningDelta("", str(block.get("signature") or ""))
        elif index in self._calls:
            if block.get("input") == {}:
                yield CallDelta(self._calls[index], "{}")
        elif isinstance(part := read_block(block), Opaque):
            yield PartDelta(part)

    def _join(self, index: int) -> None:
        if self._pieces[index]:
            self._blocks[index]["input"] = "".join(self._pieces[index]) or {}
            self._pieces[index] = []

    def _failure(self, event: Json) -> ModelError:
        return failure(event, self._asked)


def _at(event: wire.Event) -> int:
    return event.index or 0


def _merge(block: Json, delta: Json) -> None:
    """Let a block grow by a delta of a kind that we do not know: words and lists grow, anything else is replaced."""
    for name, value in beside(delta, "type").items():
        before: Any = block.get(name)
        grows = (isinstance(value, str) and isinstance(before, str)) or (
            isinstance(value, list) and isinstance(before, list)
        )
        block[name] = before + cast(Any, value) if grows else value
