"""Items of the Responses API and our parts, in both directions: one function for each kind of content.

It does not know whether an item stands in a request or in a response.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from vouch.errors import BadRequest
from vouch.models.responses import wire
from vouch.models.wording import Json, beside, data_of, data_url, given, list_of, object_of, owned, shape
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

DIALECT: Final = "responses"
ITEM: Final = "item"
"""Under this name a text keeps what its message held beside the content, so that texts of one message stay together."""

_DETAILS: Final = ("auto", "low", "high")


def read_item(item: Json) -> list[Part | ToolCall]:
    """An item of the model's as parts or a call; whatever we have no word for is `Opaque`."""
    kind = item.get("type", "message")
    if kind == "message" and item.get("role") == "assistant":
        return [*(_read_said(item) or [Opaque(DIALECT, item)])]
    if kind == "reasoning":
        return [read_reasoning(item)]
    if kind == "function_call":
        return [read_call(item)]
    return [Opaque(DIALECT, item)]


def _read_said(item: Json) -> list[Part] | None:
    """The texts and refusals of a message; None where it holds anything else, or nothing."""
    content, meta = item.get("content"), beside(item, "type", "role", "content")
    if isinstance(content, str):
        return [Text(content, own=owned(DIALECT, {ITEM: meta} if meta else {}))]
    blocks = [object_of(block) for block in list_of(content)]
    if not blocks or not all(isinstance(block.get(_WORDS.get(str(block.get("type")), "")), str) for block in blocks):
        return None
    return [_read_words(block, meta) for block in blocks]


_WORDS: Final = {"output_text": "text", "refusal": "refusal"}


def _read_words(block: Json, meta: Json) -> Part:
    if block["type"] == "refusal":
        return Refusal(block["refusal"], own={DIALECT: {ITEM: meta} | beside(block, "type", "refusal")})
    citations = tuple(_read_citation(object_of(one)) for one in list_of(block.get("annotations")))
    return Text(block["text"], citations, {DIALECT: {ITEM: meta} | beside(block, "type", "text", "annotations")})


def _read_citation(annotation: Json) -> Citation:
    start, end = annotation.get("start_index"), annotation.get("end_index")
    places = (start, end) if isinstance(start, int) and isinstance(end, int) else (None, None)
    url, title = (annotation.get(name) for name in ("url", "title"))
    return Citation(
        url if isinstance(url, str) else "",
        title if isinstance(title, str) else str(annotation.get("filename") or ""),
        "",
        *places,
        own={DIALECT: annotation},
    )


def read_reasoning(item: Json) -> Reasoning:
    """What was thought, as far as it is shown: the thoughts themselves, else their summary."""
    known = shape(item, wire.Reasoning)
    shown = known.content or known.summary or []
    text = "\n\n".join(str(piece.get("text") or "") for piece in shown)
    own = beside(item, "type", "id", "encrypted_content")
    return Reasoning(text, known.encrypted_content or "", DIALECT, known.id or "", owned(DIALECT, own))


def read_call(item: Json) -> ToolCall:
    """A tool call."""
    known = shape(item, wire.FunctionCall)
    own = beside(item, "type", "call_id", "name", "arguments")
    return ToolCall(known.call_id, known.name, known.arguments, own=owned(DIALECT, own))


def read_content(content: Any) -> list[Part]:
    """What a person, or a tool, says in words or blocks."""
    if isinstance(content, str):
        return [Text(content)] if content else []
    blocks = [object_of(block) for block in list_of(content)]
    several = len(blocks) > 1
    return [_read_block(block, several=several) for block in blocks]


def _read_block(block: Json, *, several: bool) -> Part:
    kind = block.get("type")
    if kind in ("input_text", "output_text") and isinstance(block.get("text"), str):
        # Texts that stood apart stay apart.
        own = beside(block, "text") if several or kind == "output_text" else beside(block, "type", "text")
        return Text(block["text"], own=owned(DIALECT, own))
    if kind == "input_image":
        detail = block.get("detail")
        known = ("type", "image_url", "file_id", *(("detail",) if detail in _DETAILS else ()))
        url, identity = (str(block.get(name) or "") for name in ("image_url", "file_id"))
        own = owned(DIALECT, beside(block, *known))
        return Image(url, detail if detail in _DETAILS else "auto", identity, own=own)
    if kind == "input_file":
        name, identity = (str(block.get(field) or "") for field in ("filename", "file_id"))
        # Bytes may come bare or as a data: URL.
        bare = str(block.get("file_data") or "")
        url = str(block.get("file_url") or bare)
        own = beside(block, "type", "filename", "file_id", "file_url", "file_data")
        return File(url, identity, name, own=owned(DIALECT, own))
    return _read_audio(block) or Opaque(DIALECT, block)


def _read_audio(block: Json) -> Audio | None:
    sound = object_of(block.get("input_audio"))
    data, form = sound.get("data"), sound.get("format")
    if not isinstance(data, str) or not isinstance(form, str):
        return None
    return Audio(data_url(f"audio/{form}", data), own=_own(block, "input_audio"))


def write_pieces(pieces: Iterable[Part | ToolCall]) -> list[Json]:
    """What a model said as items: texts that stood in one message stand in one again."""
    items: list[Json] = []
    last: Own | None = None
    for piece in pieces:
        if not isinstance(piece, (Text, Refusal)):
            items += [item] if (item := _write_piece(piece)) is not None else []
            last = None
            continue
        own = own_of(piece.own, DIALECT)
        if ITEM not in own:
            items.append({"role": "assistant", "content": piece.text})
            last = None
        elif items and last is not None and last == own[ITEM]:
            items[-1]["content"].append(_write_words(piece, own))
        else:
            last = own[ITEM]
            items.append({"type": "message", "role": "assistant", "content": [_write_words(piece, own)], **own[ITEM]})
    return items


def _write_words(piece: Text | Refusal, own: Json) -> Json:
    if isinstance(piece, Refusal):
        return {"type": "refusal", "refusal": piece.text} | beside(own, ITEM)
    annotations = [own_of(one.own, DIALECT) for one in piece.citations if own_of(one.own, DIALECT)]
    return {"type": "output_text", "text": piece.text, "annotations": annotations} | beside(own, ITEM)


def _write_piece(piece: Part | ToolCall) -> Json | None:
    match piece:
        case Reasoning():
            return write_reasoning(piece)
        case ToolCall():
            call = {"type": "function_call", "call_id": piece.id, "name": piece.name, "arguments": piece.arguments}
            return call | own_of(piece.own, DIALECT)
        case Opaque():
            return piece.content if piece.dialect == DIALECT else None
        case _:
            return None


def write_reasoning(part: Reasoning) -> Json | None:
    """What was thought; only what came from here goes back."""
    if part.dialect != DIALECT:
        return None
    item: Json = {"type": "reasoning", "id": part.id or None, "encrypted_content": part.signature or None}
    return {"summary": [], **given(item), **own_of(part.own, DIALECT)}


def write_content(parts: Iterable[Part]) -> str | list[Json]:
    """What a person, or a tool, says; words alone are a string."""
    listed = [part for part in parts if not isinstance(part, Reasoning) and not _foreign(part)]
    if all(isinstance(part, (Text, Refusal)) and not part.own for part in listed):
        return "".join(part.text for part in listed if isinstance(part, (Text, Refusal)))
    return [block for part in listed if (block := _write_block(part)) is not None]


def _foreign(part: Part) -> bool:
    return isinstance(part, Opaque) and part.dialect != DIALECT


def _write_block(part: Part) -> Json | None:
    match part:
        case Text() | Refusal():
            return {"type": "input_text", "text": part.text} | own_of(part.own, DIALECT)
        case Image():
            image = {"image_url": part.url or None, "file_id": part.id or None, "detail": part.detail}
            return {"type": "input_image"} | given(image) | own_of(part.own, DIALECT)
        case File():
            return _write_file(part)
        case Audio():
            held = data_of(part.url)
            if held is None:
                raise BadRequest(f"sound at {part.url!r} cannot be sent; give its bytes as data:audio/wav;base64,...")
            sound = {"data": held.base64, "format": held.media.partition("/")[2]}
            return {"type": "input_audio", "input_audio": sound} | own_of(part.own, DIALECT)
        case Opaque():
            return part.content
        case _:
            return None


def _write_file(part: File) -> Json:
    own = own_of(part.own, DIALECT)
    if part.text:
        return {"type": "input_text", "text": part.text} | own
    there = part.url.startswith(("http:", "https:"))
    file = {
        "file_url": part.url if there else None,
        "file_data": None if there else part.url or None,
        "file_id": part.id or None,
        "filename": part.name or None,
    }
    return {"type": "input_file"} | given(file) | own


def _own(block: Json, *known: str) -> Own | None:
    return owned(DIALECT, beside(block, "type", *known))
