"""Anthropic's content blocks and our parts, in both directions: one function for each kind of content.

It does not know whether a block stands in a request or in an answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from vouch.errors import BadRequest
from vouch.models.anthropic import wire
from vouch.models.wording import Json, arguments_of, beside, data_of, data_url, given, owned, parsed, shape, written
from vouch.models.wording import text_of as decoded
from vouch.values.message import (
    Audio,
    Citation,
    File,
    Image,
    Opaque,
    Own,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    own_of,
)

DIALECT: Final = "anthropic"
_MARK: Final = "cache_control"


def read_block(block: Json) -> Part | ToolCall:
    """A block as a part or a call; whatever we have no word for is `Opaque`."""
    match block.get("type"):
        case "text":
            return read_text(block)
        case "thinking":
            return read_thinking(block)
        case "tool_use":
            return read_call(block)
        case "image" | "document":
            return _read_media(block)
        case _:
            return Opaque(DIALECT, _whole(block))


def read_parts(content: str | list[Json] | None) -> tuple[Part, ...]:
    """Content in words or blocks as parts; a call has no place among them, and is `Opaque`."""
    if content is None or isinstance(content, str):
        return (Text(content),) if content else ()
    read = [(block, read_block(block)) for block in content]
    return tuple(Opaque(DIALECT, block) if isinstance(one, ToolCall) else one for block, one in read)


def read_text(block: Json) -> Text:
    """Words with their citations."""
    known = shape(block, wire.TextBlock)
    citations = tuple(read_citation(one) for one in known.citations or ())
    return Text(known.text, citations, _own(block, "text", "citations"))


def read_citation(citation: Json) -> Citation:
    """A citation; its places are places in the document, which we have no word for."""
    title = citation.get("title") or citation.get("document_title")
    return Citation(
        url=_word(citation.get("url")) or _word(citation.get("source")),
        title=_word(title),
        quote=_word(citation.get("cited_text")),
        own={DIALECT: citation},
    )


def read_thinking(block: Json) -> Reasoning:
    """Reasoning with its seal."""
    known = shape(block, wire.Thinking)
    return Reasoning(known.thinking, known.signature or "", DIALECT, own=_own(block, "thinking", "signature"))


def read_call(block: Json) -> ToolCall:
    """A tool call."""
    known = shape(block, wire.ToolUse)
    return ToolCall(known.id, known.name, written(known.input) or "{}", own=_own(block, "id", "name", "input"))


def _read_media(block: Json) -> Part:
    try:
        known = shape(block, wire.Media)
        source = shape(known.source, wire.Source)
    except msgspec.ValidationError:
        return Opaque(DIALECT, block)
    if beside(known.source, *wire.Source.__struct_fields__):
        return Opaque(DIALECT, block)
    picture = block["type"] == "image"
    own = _own(block, "source") if picture else _own(block, "source", "title")
    if source.type == "text" and source.data is not None and not picture:
        return File(text=source.data, media=source.media_type or "", name=known.title or "", own=own)
    if source.type == "base64" and source.data is not None:
        url, identity = data_url(source.media_type or "", source.data), ""
    elif source.type == "url" and source.url:
        url, identity = source.url, ""
    elif source.type == "file" and source.file_id:
        url, identity = "", source.file_id
    else:
        return Opaque(DIALECT, block)
    if picture:
        return Image(url, id=identity, own=own)
    return File(url, identity, known.title or "", own=own)


def write_parts(parts: Iterable[Part | ToolCall]) -> list[Json]:
    """Parts and calls as blocks. What only another dialect understands is left out, and so is empty text."""
    return [block for part in parts if (block := write_block(part)) is not None]


def write_block(part: Part | ToolCall) -> Json | None:
    """A part or call as a block; raises `BadRequest` for what has no form here."""
    match part:
        case Text():
            return write_text(part)
        case Refusal():
            return {"type": "text", "text": part.text} if part.text else None
        case Reasoning():
            return write_thinking(part)
        case ToolCall():
            own = own_of(part.own, DIALECT)
            return {"type": "tool_use", "id": part.id, "name": part.name, "input": arguments_of(part.arguments), **own}
        case Image():
            return {"type": "image", "source": _source(part.url, part.id)} | _marks(part.own)
        case File():
            return _write_file(part)
        case Audio():
            raise BadRequest("a message holds sound, which Anthropic's models do not hear; send its words instead")
        case Opaque():
            return part.content if part.dialect == DIALECT else None


def write_text(part: Text) -> Json | None:
    """Words with their citations, where these came from here."""
    if not part.text and not part.own:
        return None
    citations = [own for one in part.citations if (own := own_of(one.own, DIALECT))]
    return {"type": "text", "text": part.text} | ({"citations": citations} if citations else {}) | _marks(part.own)


def write_thinking(part: Reasoning) -> Json | None:
    """Reasoning with its seal; without one, or with another provider's, it would be refused."""
    if not part.signature or part.dialect != DIALECT:
        return None
    return {"type": "thinking", "thinking": part.text, "signature": part.signature} | _marks(part.own)


def _write_file(part: File) -> Json:
    source = {"type": "text", "media_type": part.media or "text/plain", "data": part.text}
    if not part.text:
        source = _source(part.url, part.id)
        if source.get("media_type", "").startswith("text/"):
            held = data_of(part.url)
            source = {"type": "text", "media_type": "text/plain", "data": decoded(held) if held else ""}
    return {"type": "document", "source": source} | given({"title": part.name or None}) | _marks(part.own)


def _source(url: str, identity: str) -> Json:
    if identity:
        return {"type": "file", "file_id": identity}
    held = data_of(url)
    if held is None:
        return {"type": "url", "url": url}
    return {"type": "base64", "media_type": held.media, "data": held.base64}


def _marks(own: Own | None) -> Json:
    """Our own dialect's fields; of others only the mark that a prompt may be cached up to here."""
    if not own:
        return {}
    if DIALECT in own:
        return own[DIALECT]
    marks: list[Json] = [{_MARK: fields[_MARK]} for fields in own.values() if _MARK in fields]
    return marks[0] if marks else {}


def _own(block: Json, *known: str) -> Own | None:
    return owned(DIALECT, beside(block, "type", *known))


def _whole(block: Json) -> Json:
    # In a stream the input of the provider's own tools comes as text, too.
    value = block.get("input")
    return {**block, "input": parsed(value or "{}", value)} if isinstance(value, str) else block


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""
