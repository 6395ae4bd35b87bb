"""Cohere's content and our parts, in both directions: one function for each kind of content.

It does not know whether content stands in a request or in an answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from vouch.errors import BadRequest
from vouch.models.openai import wire
from vouch.models.openai.read import own_of_call, read_arguments
from vouch.models.wording import Json, beside, data_of, is_plain, list_of, object_of, owned, shape, text_of
from vouch.values.message import (
    Citation,
    File,
    Image,
    Message,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    own_of,
    words_of,
)

DIALECT: Final = "cohere"
PLAN: Final = "tool_plan"
_CITATIONS: Final = "citations"


def read_message(message: Json) -> Message:
    """A model's message: its plan, its content, its calls."""
    own = beside(message, "role", "content", "tool_calls", PLAN, _CITATIONS)
    parts = read_content(message.get("content"))
    if isinstance(message.get(PLAN), str):
        parts = [Reasoning(message[PLAN], dialect=DIALECT, own={DIALECT: {PLAN: True}}), *parts]
    citations = tuple(_read_citation(object_of(one)) for one in list_of(message.get(_CITATIONS)))
    place = next((at for at, part in enumerate(parts) if isinstance(part, Text)), None)
    if citations and place is not None:
        text = parts[place]
        parts[place] = Text(text.text, citations, text.own) if isinstance(text, Text) else text
    elif citations:
        own[_CITATIONS] = message[_CITATIONS]
    calls = tuple(read_call(object_of(call)) for call in list_of(message.get("tool_calls")))
    return Message("assistant", tuple(parts), calls, own=owned(DIALECT, own))


def read_content(content: Any) -> list[Part]:
    """Content in words or blocks; whatever we have no word for is `Opaque`."""
    if isinstance(content, str):
        return [Text(content)] if content else []
    return [_read_block(object_of(block)) for block in list_of(content)]


def _read_block(block: Json) -> Part:
    kind = block.get("type")
    if kind == "text" and isinstance(block.get("text"), str):
        return Text(block["text"], own=owned(DIALECT, beside(block, "type", "text")))
    if kind == "thinking" and isinstance(block.get("thinking"), str):
        own = owned(DIALECT, beside(block, "type", "thinking"))
        return Reasoning(block["thinking"], dialect=DIALECT, own=own)
    picture = object_of(block.get("image_url"))
    if kind == "image_url" and isinstance(picture.get("url"), str) and not beside(picture, "url", "detail"):
        detail = picture.get("detail")
        return Image(picture["url"], detail if detail in ("low", "high") else "auto")
    return Opaque(DIALECT, block)


def _read_citation(citation: Json) -> Citation:
    sources = [object_of(source) for source in list_of(citation.get("sources"))]
    documents = [object_of(source.get("document")) for source in sources if source.get("document")]
    document = documents[0] if documents else Json()
    start, end = citation.get("start"), citation.get("end")
    places = (start, end) if isinstance(start, int) and isinstance(end, int) else (None, None)
    url, title = (document.get(name) for name in ("url", "title"))
    return Citation(
        url if isinstance(url, str) else "", title if isinstance(title, str) else "", "", *places, {DIALECT: citation}
    )


def read_call(call: Json) -> ToolCall:
    """A tool call."""
    known = shape(call, wire.Call)
    function = known.function or wire.Function()
    own = owned(DIALECT, own_of_call(call))
    return ToolCall(known.id or "", function.name or "", read_arguments(function) or "{}", own=own)


def write_message(message: Message) -> Json:
    """One message; raises `BadRequest` for what has no form here."""
    own = own_of(message.own, DIALECT)
    if message.role == "tool":
        result = message.result
        if result is None:
            raise BadRequest("a message of role 'tool' has no result; make it with tool_result(...)")
        content = write_content(result.parts) if result.parts else result.content
        return {"role": "tool", "tool_call_id": result.call_id, "content": content} | own_of(result.own, DIALECT)
    written: Json = {"role": message.role, "content": write_content(message.parts)}
    if message.role == "assistant":
        written |= _spoken(message)
        if message.calls and not written["content"]:
            del written["content"]
    return written | own


def _spoken(message: Message) -> Json:
    fields: Json = {}
    citations = [own for part in message.parts if isinstance(part, Text) for own in _cited(part)]
    if citations:
        fields[_CITATIONS] = citations
    if message.calls:
        fields["tool_calls"] = [write_call(call) for call in message.calls]
    for part in message.parts:
        if isinstance(part, Reasoning) and PLAN in own_of(part.own, DIALECT):
            fields[PLAN] = part.text
    return fields


def _cited(part: Text) -> list[Json]:
    return [own for one in part.citations if (own := own_of(one.own, DIALECT))]


def write_call(call: ToolCall) -> Json:
    """A tool call."""
    own = own_of(call.own, DIALECT)
    function = {"name": call.name, "arguments": call.arguments} | object_of(own.get("function"))
    return {"id": call.id, "type": "function", "function": function} | beside(own, "function")


def write_content(parts: Iterable[Part]) -> str | list[Json]:
    """Parts as content; words alone are a string. What only another dialect understands is left out."""
    listed = tuple(part for part in parts if not _elsewhere(part))
    if not listed or is_plain(listed):
        return words_of(listed)
    return [_write_block(part) for part in listed]


def _elsewhere(part: Part) -> bool:
    if isinstance(part, Reasoning):
        return part.dialect != DIALECT or PLAN in own_of(part.own, DIALECT)
    return isinstance(part, Opaque) and part.dialect != DIALECT


def _write_block(part: Part) -> Json:
    match part:
        case Text():
            return {"type": "text", "text": part.text} | own_of(part.own, DIALECT)
        case Refusal():
            return {"type": "text", "text": part.text}
        case Reasoning():
            return {"type": "thinking", "thinking": part.text} | own_of(part.own, DIALECT)
        case Image() if part.url:
            return {"type": "image_url", "image_url": {"url": part.url, "detail": part.detail}}
        case Opaque():
            return part.content
        case File() if part.text or part.url.startswith("data:text/"):
            held = data_of(part.url)
            return {"type": "text", "text": part.text or (text_of(held) if held else "")}
        case _:
            kind = type(part).__name__.lower()
            raise BadRequest(f"a message holds {kind!r}, for which Cohere has no form; send its words instead")
