"""An answer in our own terms as one of Anthropic's messages, whole or event by event.

It does not know where the answer came from.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from vouch.models.anthropic.blocks import write_parts
from vouch.serve.faces.face import Wanted
from vouch.values.message import Reasoning, Refusal, Text
from vouch.values.money import Usage
from vouch.values.request import Answer, CallDelta, Delta, Done, Finish, PartDelta, ReasoningDelta, TextDelta

_FINISHES: Final[dict[Finish, str]] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tools": "tool_use",
    "filtered": "refusal",
    "refused": "refusal",
    "abstained": "end_turn",
    "paused": "pause_turn",
}
_encode: Final = msgspec.json.Encoder().encode


def write_answer(answer: Answer, wanted: Wanted, run: str) -> bytes:
    """The whole answer."""
    head = _head(run, answer.model or wanted.model)
    return _encode({**head, "content": _blocks(answer), **_end(answer), "usage": write_usage(answer.usage)})


def write_usage(usage: Usage) -> dict[str, Any]:
    """The tokens as Anthropic counts them: those from and to the prompt cache apart."""
    return {
        "input_tokens": max(0, usage.input_tokens - usage.cache_read_tokens - usage.cache_write_tokens),
        "cache_creation_input_tokens": usage.cache_write_tokens,
        "cache_read_input_tokens": usage.cache_read_tokens,
        "output_tokens": usage.output_tokens,
    }


class MessagesWriter:
    """Writes one stream: each block is begun, filled piece by piece, and ended before the next."""

    def __init__(self, wanted: Wanted, run: str) -> None:
        self._wanted = wanted
        self._run = run
        self._index = -1
        self._open: object = None

    def begin(self) -> bytes:
        """The message, still empty."""
        message: dict[str, Any] = {
            **_head(self._run, self._wanted.model),
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
        }
        return _event("message_start", {"message": {**message, "usage": write_usage(Usage())}})

    def write(self, delta: Delta) -> bytes:
        """The next piece."""
        match delta:
            case TextDelta(text=text):
                begun = self._into("text", {"type": "text", "text": ""})
                return begun + self._fill({"type": "text_delta", "text": text})
            case ReasoningDelta():
                return self._think(delta)
            case CallDelta():
                return self._call(delta)
            case PartDelta(part=part):
                return b"".join(self._into(object(), block) for block in write_parts([part]))
            case Done(answer=answer):
                end = {"delta": _end(answer), "usage": write_usage(answer.usage)}
                return self._close() + _event("message_delta", end) + _event("message_stop", {})

    def _think(self, delta: ReasoningDelta) -> bytes:
        begun = self._into("thinking", {"type": "thinking", "thinking": "", "signature": ""})
        if delta.text:
            begun += self._fill({"type": "thinking_delta", "thinking": delta.text})
        return begun + (
            self._fill({"type": "signature_delta", "signature": delta.signature}) if delta.signature else b""
        )

    def _call(self, delta: CallDelta) -> bytes:
        block: dict[str, Any] = {"type": "tool_use", "id": delta.id, "name": delta.name, "input": {}}
        begun = self._into(("call", delta.index), block)
        return begun + self._fill({"type": "input_json_delta", "partial_json": delta.arguments})

    def _into(self, what: object, block: dict[str, Any]) -> bytes:
        if self._open == what:
            return b""
        ended = self._close()
        self._open = what
        self._index += 1
        return ended + _event("content_block_start", {"index": self._index, "content_block": block})

    def _fill(self, delta: dict[str, Any]) -> bytes:
        return _event("content_block_delta", {"index": self._index, "delta": delta})

    def _close(self) -> bytes:
        if self._open is None:
            return b""
        self._open = None
        return _event("content_block_stop", {"index": self._index})


def _blocks(answer: Answer) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    for piece in answer.message.pieces():
        if isinstance(piece, Reasoning):
            blocks.append({"type": "thinking", "thinking": piece.text, "signature": piece.signature})
        elif isinstance(piece, (Text, Refusal)):
            blocks += [{"type": "text", "text": piece.text}] if piece.text else []
        else:
            blocks += write_parts([piece])
    return blocks


def _end(answer: Answer) -> dict[str, Any]:
    stopped = answer.stopped_at or None
    reason = "stop_sequence" if stopped and answer.finish == "stop" else _FINISHES[answer.finish]
    return {"stop_reason": reason, "stop_sequence": stopped}


def _head(run: str, model: str) -> dict[str, Any]:
    return {"id": f"msg_{run}", "type": "message", "role": "assistant", "model": model}


def _event(kind: str, fields: dict[str, Any]) -> bytes:
    return b"event: " + kind.encode() + b"\ndata: " + _encode({"type": kind, **fields}) + b"\n\n"
