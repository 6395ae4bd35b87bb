"""An answer in our own terms as a response, whole or event by event.

It does not know where the answer came from.
"""

from __future__ import annotations

import time
from typing import Any, Final

import msgspec

from vouch.errors import RequestRefused
from vouch.serve.faces.face import Wanted
from vouch.values.message import Citation, Opaque, Part, Reasoning, Refusal, Text, ToolCall
from vouch.values.money import Usage
from vouch.values.request import Answer, CallDelta, Delta, Done, PartDelta, ReasoningDelta, TextDelta

_DIALECT: Final = "responses"
_encode: Final = msgspec.json.Encoder().encode
Json = dict[str, Any]


def write_answer(answer: Answer, wanted: Wanted, run: str) -> bytes:
    """The whole answer."""
    return _encode(_response(answer, wanted, run))


def write_usage(usage: Usage) -> Json:
    """The tokens as responses count them."""
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": usage.cache_read_tokens},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.total_tokens,
    }


def write_broken(refused: RequestRefused) -> bytes:
    """The event that ends a stream which broke."""
    event = {"type": "error", "code": refused.code, "message": str(refused), "param": None, "sequence_number": 0}
    return b"event: error\ndata: " + _encode(event) + b"\n\n"


class ResponsesWriter:
    """Writes one stream: each item is begun, filled piece by piece, and ended before the next."""

    def __init__(self, wanted: Wanted, run: str) -> None:
        self._wanted = wanted
        self._run = run
        self._number = 0
        self._items: list[Json] = []
        self._open: object = None
        self._words: list[str] = []

    def begin(self) -> bytes:
        """The response, still empty."""
        response: Json = _shell(self._wanted.model, self._run) | {"status": "in_progress", "output": [], "usage": None}
        return self._event("response.created", response=response) + self._event(
            "response.in_progress", response=response
        )

    def write(self, delta: Delta) -> bytes:
        """The next piece."""
        match delta:
            case TextDelta(text=text):
                begun = self._into("text", _said(self._identity("msg"), []))
                return begun + self._fill("response.output_text.delta", text, content_index=0, logprobs=[])
            case ReasoningDelta(text=text):
                if not text:
                    return b""
                begun = self._into("reasoning", _thought(self._identity("rs"), ""))
                return begun + self._fill("response.reasoning_summary_text.delta", text, summary_index=0)
            case CallDelta():
                begun = self._into(("call", delta.index), _called(self._identity("fc"), delta.id, delta.name, ""))
                return begun + self._fill("response.function_call_arguments.delta", delta.arguments)
            case PartDelta(part=part):
                return b"".join(self._whole(item) for item in _items([part], self._run, len(self._items)))
            case Done(answer=answer):
                return self._close() + self._end(answer)

    def _end(self, answer: Answer) -> bytes:
        response = _response(answer, self._wanted, self._run) | {"output": self._items}
        kind = "response.completed" if response["status"] == "completed" else "response.incomplete"
        return self._event(kind, response=response)

    def _into(self, what: object, item: Json) -> bytes:
        if self._open == what:
            return b""
        ended = self._close()
        self._open = what
        self._items.append(item)
        at = len(self._items) - 1
        begun = self._event("response.output_item.added", output_index=at, item=item | {"status": "in_progress"})
        if item["type"] == "message":
            part = _text_part("")
            begun += self._event(
                "response.content_part.added", item_id=item["id"], output_index=at, content_index=0, part=part
            )
        elif item["type"] == "reasoning":
            begun += self._event(
                "response.reasoning_summary_part.added",
                item_id=item["id"],
                output_index=at,
                summary_index=0,
                part={"type": "summary_text", "text": ""},
            )
        return ended + begun

    def _fill(self, kind: str, text: str, **more: Any) -> bytes:
        self._words.append(text)
        at = len(self._items) - 1
        return self._event(kind, item_id=self._items[at]["id"], output_index=at, delta=text, **more)

    def _close(self) -> bytes:
        if self._open is None:
            return b""
        at, text = len(self._items) - 1, "".join(self._words)
        item = self._items[at]
        place: Json = {"item_id": item["id"], "output_index": at}
        self._open, self._words = None, []
        match item["type"]:
            case "message":
                item["content"] = [_text_part(text)]
                told = self._event("response.output_text.done", **place, content_index=0, text=text, logprobs=[])
                told += self._event("response.content_part.done", **place, content_index=0, part=_text_part(text))
            case "reasoning":
                part = {"type": "summary_text", "text": text}
                item["summary"] = [part]
                told = self._event("response.reasoning_summary_text.done", **place, summary_index=0, text=text)
                told += self._event("response.reasoning_summary_part.done", **place, summary_index=0, part=part)
            case _:
                item["arguments"] = text
                told = self._event("response.function_call_arguments.done", **place, name=item["name"], arguments=text)
        return told + self._event("response.output_item.done", output_index=at, item=item)

    def _whole(self, item: Json) -> bytes:
        ended = self._close()
        self._items.append(item)
        at = len(self._items) - 1
        return (
            ended
            + self._event("response.output_item.added", output_index=at, item=item)
            + self._event("response.output_item.done", output_index=at, item=item)
        )

    def _identity(self, kind: str) -> str:
        return f"{kind}_{self._run}_{len(self._items)}"

    def _event(self, kind: str, **fields: Any) -> bytes:
        event = {"type": kind, "sequence_number": self._number, **fields}
        self._number += 1
        return b"event: " + kind.encode() + b"\ndata: " + _encode(event) + b"\n\n"


def _response(answer: Answer, wanted: Wanted, run: str) -> Json:
    reasons = {"length": "max_output_tokens", "filtered": "content_filter"}
    reason = reasons.get(answer.finish)
    return _shell(answer.model or wanted.model, run) | {
        "status": "incomplete" if reason else "completed",
        "incomplete_details": {"reason": reason} if reason else None,
        "output": _items(list(answer.message.pieces()), run, 0),
        "usage": write_usage(answer.usage),
    }


def _shell(model: str, run: str) -> Json:
    return {
        "id": f"resp_{run}",
        "object": "response",
        "created_at": int(time.time()),
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": model,
        "output": [],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "store": False,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "truncation": "disabled",
    }


def _items(pieces: list[Part | ToolCall], run: str, first: int) -> list[Json]:
    """Pieces as items: words that follow each other are one message."""
    items: list[Json] = []
    for piece in pieces:
        identity = f"{run}_{first + len(items)}"
        match piece:
            case Text() | Refusal():
                if not items or items[-1]["type"] != "message":
                    items.append(_said(f"msg_{identity}", []))
                items[-1]["content"].append(_content(piece))
            case Reasoning():
                items.append(_thought(f"rs_{identity}", piece.text))
            case ToolCall():
                items.append(_called(f"fc_{identity}", piece.id, piece.name, piece.arguments))
            case Opaque(dialect=dialect, content=content):
                items += [content] if dialect == _DIALECT else []
            case _:
                pass  # pictures, sound and files that a model made have no item of their own here
    return items


def _content(piece: Text | Refusal) -> Json:
    if isinstance(piece, Refusal):
        return {"type": "refusal", "refusal": piece.text}
    return _text_part(piece.text) | {"annotations": [note for one in piece.citations if (note := _annotation(one))]}


def _annotation(citation: Citation) -> Json | None:
    if not citation.url:
        return None
    return {
        "type": "url_citation",
        "url": citation.url,
        "title": citation.title,
        "start_index": citation.start or 0,
        "end_index": citation.end or 0,
    }


def _text_part(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _said(identity: str, content: list[Json]) -> Json:
    return {"id": identity, "type": "message", "role": "assistant", "status": "completed", "content": content}


def _thought(identity: str, text: str) -> Json:
    summary = [{"type": "summary_text", "text": text}] if text else []
    return {"id": identity, "type": "reasoning", "summary": summary}


def _called(identity: str, call: str, name: str, arguments: str) -> Json:
    return {
        "id": identity,
        "type": "function_call",
        "status": "completed",
        "call_id": call,
        "name": name,
        "arguments": arguments,
    }
