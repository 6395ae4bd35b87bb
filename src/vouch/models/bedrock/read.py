"""Bedrock's answer, whole or message by message, in our own terms.

It does not know how the bytes came in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from vouch.errors import ConnectionFailed
from vouch.models.bedrock import wire
from vouch.models.bedrock.blocks import DIALECT, input_of, read_block
from vouch.models.bedrock.frames import Frame
from vouch.models.json_body import decode
from vouch.models.openai.errors import Asked, failure, malformed
from vouch.models.wording import Json, beside, count, list_of, object_of, owned, shape
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
    "guardrail_intervened": "filtered",
    "content_filtered": "filtered",
    "refusal": "refused",
    "pause_turn": "paused",
}
_FAILED: Final = frozenset({"malformed_model_output", "malformed_tool_use"})
_UNITS: Final = {"5m": "cache_write_5m_tokens", "1h": "cache_write_1h_tokens"}


def read_answer(body: bytes, asked: Asked) -> Answer:
    """A whole answer. Raises `MalformedAnswer`, or the error that the body holds instead."""
    return read_reply(decode(body, asked), asked)


def read_reply(reply: Json, asked: Asked) -> Answer:
    """The same from its JSON."""
    if "output" not in reply and "message" in reply:
        raise failure(reply, asked)
    try:
        known = shape(reply, wire.Reply)
        if known.stopReason in _FAILED and not known.output.message.content:
            raise malformed(str(known.stopReason), asked)
        said = said_in_order([read_block(block) for block in known.output.message.content])
        usage = read_usage(known.usage)
    except msgspec.ValidationError as error:
        raise malformed(f"what cannot be read ({error})", asked) from None
    own = beside(reply, "output", "stopReason")
    if rest := beside(object_of(object_of(reply["output"]).get("message")), "role", "content"):
        own["message"] = rest
    if rest := beside(object_of(reply["output"]), "message"):
        own["output"] = rest
    return Answer(
        said,
        usage=usage,
        finish=_FINISHES.get(known.stopReason or "", "tools" if said.calls else "stop"),
        reason=known.stopReason or "",
        own=owned(DIALECT, own),
    )


def read_usage(usage: Json | None) -> Usage:
    """The tokens; those from and to the prompt cache are input, too."""
    known = shape(usage or {}, wire.Usage)
    cached, stored = count(known.cacheReadInputTokens), count(known.cacheWriteInputTokens)
    units: dict[str, int] = {}
    for detail in known.cacheDetails or ():
        if detail.ttl in _UNITS and (tokens := count(detail.inputTokens)):
            units[_UNITS[detail.ttl]] = units.get(_UNITS[detail.ttl], 0) + tokens
    return Usage(
        input_tokens=count(known.inputTokens) + cached + stored,
        output_tokens=count(known.outputTokens),
        cache_read_tokens=cached,
        cache_write_tokens=stored,
        counts=units or None,
    )


class StreamReader:
    """Puts the messages of a stream together to the reply that would have come whole: deltas as they come."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._reply: Json = {}
        self._blocks: dict[int, Json] = {}
        self._inputs: dict[int, list[str]] = {}
        self._calls: dict[int, int] = {}
        self.done = False

    @property
    def finished(self) -> bool:
        """Whether the model has said why it ended: then nothing but the usage is missing."""
        return "stopReason" in self._reply

    def read(self, data: Frame) -> list[Delta]:
        """The deltas of one message. Raises `MalformedAnswer`, or the error that the message holds instead."""
        headers = data.headers
        if headers.get(":message-type") in ("exception", "error"):
            raise self._failure(data)
        event = decode(data.payload, self._asked)
        try:
            return list(self._read(headers.get(":event-type", ""), event))
        except (msgspec.ValidationError, KeyError, TypeError) as error:
            shown = data.payload[:200].decode("utf-8", "replace")
            raise malformed(f"an event that cannot be read ({error}): {shown}", self._asked) from None

    def finish(self) -> list[Delta]:
        """The whole answer. Raises `ConnectionFailed` when something is missing."""
        if not self.finished:
            raise ConnectionFailed(f"{self._asked} broke off in the middle of its answer; ask again")
        for index in list(self._inputs):
            self._join(index)
        content = [self._blocks[index] for index in sorted(self._blocks)]
        output = {"message": {"role": "assistant", "content": content}}
        return [Done(read_reply({**self._reply, "output": output}, self._asked))]

    def _failure(self, frame: Frame) -> Exception:
        code = frame.headers.get(":exception-type") or frame.headers.get(":error-code", "")
        said = decode(frame.payload or b"{}", self._asked)
        message = said.get("message") or frame.headers.get(":error-message", "")
        return failure({"code": code, "message": message}, self._asked)

    def _read(self, kind: str, event: Json) -> Iterator[Delta]:
        index = int(event.get("contentBlockIndex", 0))
        match kind:
            case "contentBlockStart":
                yield from self._begin(index, object_of(event.get("start")))
            case "contentBlockDelta":
                yield from self._grow(index, object_of(event.get("delta")))
            case "contentBlockStop":
                yield from self._end(index)
            case "messageStop":
                self._reply |= _unpadded(event)
            case "metadata":
                self._reply |= _unpadded(event)
                self.done = True
            case "messageStart":
                pass
            case _:
                self._reply.setdefault("events", []).append({kind: event})

    def _begin(self, index: int, start: Json) -> Iterator[Delta]:
        self._blocks[index] = {name: dict(object_of(inner)) for name, inner in start.items()}
        use = object_of(start.get("toolUse"))
        if use:
            self._inputs[index] = []
            if use.get("type") != "server_tool_use":
                self._calls[index] = len(self._calls)
                yield CallDelta(self._calls[index], "", str(use["toolUseId"]), str(use["name"]))

    def _grow(self, index: int, delta: Json) -> Iterator[Delta]:
        block = self._blocks.setdefault(index, {})
        if "text" in delta:
            block["text"] = block.get("text", "") + str(delta["text"])
            yield TextDelta(str(delta["text"]))
        elif "toolUse" in delta:
            piece = str(object_of(delta["toolUse"]).get("input", ""))
            self._inputs.setdefault(index, []).append(piece)
            if piece and index in self._calls:
                yield CallDelta(self._calls[index], piece)
        elif "reasoningContent" in delta:
            yield from _think(block, object_of(delta["reasoningContent"]))
        else:
            _merge(block, delta)

    def _end(self, index: int) -> Iterator[Delta]:
        block = self._blocks.setdefault(index, {})
        if index in self._calls and not any(self._inputs[index]):
            yield CallDelta(self._calls[index], "{}")
        self._join(index)
        if index not in self._calls and isinstance(part := read_block(block), Opaque) and block:
            yield PartDelta(part)

    def _join(self, index: int) -> None:
        pieces = self._inputs.pop(index, None)
        if pieces is not None:
            text = "".join(pieces)
            # A call of ours keeps the text as the model wrote it.
            self._blocks[index]["toolUse"]["input"] = text if index in self._calls and text else input_of(text)


def _think(block: Json, delta: Json) -> Iterator[Delta]:
    reasoning = block.setdefault("reasoningContent", {})
    if "redactedContent" in delta:
        reasoning["redactedContent"] = reasoning.get("redactedContent", "") + str(delta["redactedContent"])
        return
    thought = reasoning.setdefault("reasoningText", {"text": ""})
    text, seal = str(delta.get("text") or ""), str(delta.get("signature") or "")
    thought["text"] += text
    if seal:
        thought["signature"] = thought.get("signature", "") + seal
    yield ReasoningDelta(text, thought.get("signature", "") if seal else "")


def _merge(block: Json, delta: Json) -> None:
    """Let a block grow by a delta of a kind that we do not know: lists grow, anything else stands in a list."""
    for name, value in delta.items():
        if name == "citation":
            cited = block.pop("citationsContent", {"content": [{"text": block.pop("text", "")}], "citations": []})
            cited["citations"].append(value)
            block["citationsContent"] = cited
            continue
        before: Any = block.get(name)
        held = object_of(before)
        if isinstance(value, list):
            block[name] = {**held, "content": [*list_of(held.get("content")), *list_of(value)]}
        else:
            block[name] = {**held, **object_of(value)} if isinstance(value, dict) else value


def _unpadded(event: Json) -> Json:
    # `p` is noise by which the length of what is written is hidden.
    return beside(event, "p")
