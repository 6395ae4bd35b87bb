"""OpenAI's content and our parts, in both directions: one function for each kind of content.

It does not know whether content stands in a request or in an answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from vouch.errors import BadRequest
from vouch.models.wording import Json, beside, data_of, data_url, given, list_of, object_of, owned, written
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

DIALECT: Final = "openai"
FIELD: Final = "field"
"""Under which name of the message reasoning stood: `reasoning_content` or `reasoning`; none within the content."""

_DETAILS: Final = ("auto", "low", "high")


def read_content(content: Any) -> list[Part]:
    """Content in words or blocks; whatever we have no word for is `Opaque`."""
    if isinstance(content, str):
        return [Text(content)] if content else []
    read = [read_block(object_of(block) or {"text": written(block)}) for block in list_of(content)]
    # Texts that stood apart stay apart.
    several = len(read) > 1
    return [_apart(part) if several and isinstance(part, Text) and not part.own else part for part in read]


def _apart(part: Text) -> Text:
    return Text(part.text, part.citations, {DIALECT: {"type": "text"}})


def read_block(block: Json) -> Part:
    """One block of content."""
    kind = block.get("type", "text")
    if kind == "text" and isinstance(block.get("text"), str):
        return Text(block["text"], own=_own(block, "text"))
    if kind == "thinking":
        return Reasoning(_thought(block.get("thinking")), dialect=DIALECT, own={DIALECT: block})
    if kind == "refusal" and isinstance(block.get("refusal"), str):
        # With its kind, so that it goes back into the content and not into the field beside.
        return Refusal(block["refusal"], own={DIALECT: beside(block, "refusal")})
    readers = {"image_url": _read_image, "input_audio": _read_audio, "file": _read_file, "document_url": _read_document}
    reader = readers.get(str(kind))
    return (reader(block) if reader else None) or Opaque(DIALECT, block)


def _read_image(block: Json) -> Part | None:
    held = block.get("image_url")
    picture: Json = {"url": held} if isinstance(held, str) else object_of(held)
    if not isinstance(picture.get("url"), str):
        return None
    own = beside(block, "type", "image_url")
    detail = picture.get("detail")
    rest = beside(picture, "url", "detail") if detail in (None, *_DETAILS) else beside(picture, "url")
    if rest or isinstance(held, str):
        own["image_url"] = held if isinstance(held, str) else rest
    return Image(picture["url"], detail if detail in _DETAILS else "auto", own=owned(DIALECT, own))


def _read_audio(block: Json) -> Part | None:
    sound = object_of(block.get("input_audio"))
    data, form = sound.get("data"), sound.get("format")
    if not isinstance(data, str) or not isinstance(form, str) or beside(sound, "data", "format"):
        return None
    url = data if data.startswith(("http:", "https:", "data:")) else data_url(f"audio/{form}", data)
    return Audio(url, media=f"audio/{form}" if url == data else "", own=_own(block, "input_audio"))


def _read_file(block: Json) -> Part | None:
    file = object_of(block.get("file"))
    if not file or beside(file, "file_data", "file_id", "filename"):
        return None
    url, identity, name = (str(file.get(field) or "") for field in ("file_data", "file_id", "filename"))
    return File(url, identity, name, own=_own(block, "file"))


def _read_document(block: Json) -> Part | None:
    url = block.get("document_url")
    if not isinstance(url, str):
        return None
    return File(url, name=str(block.get("document_name") or ""), own={DIALECT: block})


def read_citations(annotations: Any) -> tuple[Citation, ...]:
    """What the words rest on."""
    return tuple(_read_citation(object_of(one)) for one in list_of(annotations))


def _read_citation(annotation: Json) -> Citation:
    cited = object_of(annotation.get("url_citation"))
    url, title, quote = (str(cited.get(name) or "") for name in ("url", "title", "content"))
    start, end = cited.get("start_index"), cited.get("end_index")
    places = (start, end) if isinstance(start, int) and isinstance(end, int) else (None, None)
    return Citation(url, title, quote, *places, own={DIALECT: annotation})


def write_content(parts: Iterable[Part]) -> str | list[Json]:
    """Parts as content; words alone are a string. What only another dialect understands is left out."""
    listed = [part for part in parts if not _elsewhere(part)]
    if all(isinstance(part, Text) and not part.own for part in listed):
        return "".join(part.text for part in listed if isinstance(part, Text))
    return [write_block(part) for part in listed]


def _elsewhere(part: Part) -> bool:
    """Whether a part has no place in the content: refusals and most reasoning have fields of their own."""
    if isinstance(part, Opaque):
        return part.dialect != DIALECT
    if isinstance(part, Reasoning):
        return "type" not in own_of(part.own, DIALECT)
    if isinstance(part, Audio):
        # A model's own sound goes back by its id, in a field of its own.
        return bool(part.id)
    return isinstance(part, Refusal) and not part.own


def write_block(part: Part) -> Json:
    """One part as a block of content; raises `BadRequest` for what has no form here."""
    own = own_of(part.own, DIALECT) if not isinstance(part, Opaque) else {}
    match part:
        case Text():
            return {"type": "text", "text": part.text} | own
        case Refusal():
            return {"type": "refusal", "refusal": part.text} | own
        case Reasoning():
            return own
        case Image():
            return _write_image(part, own)
        case Audio():
            return _write_audio(part, own)
        case File():
            return _write_file(part, own)
        case Opaque():
            return part.content


def _write_image(part: Image, own: Json) -> Json:
    if not part.url:
        raise BadRequest(f"the picture {part.id!r} is a file at another provider; give its address or its bytes")
    held = own.get("image_url")
    if isinstance(held, str):
        return {"type": "image_url", **own}
    picture = {"url": part.url, "detail": part.detail} | object_of(held)
    return {"type": "image_url", "image_url": picture} | beside(own, "image_url")


def _write_audio(part: Audio, own: Json) -> Json:
    held = data_of(part.url)
    form = (held.media if held else part.media).partition("/")[2]
    if not form:
        raise BadRequest("a message holds sound without its format; give a data: URL such as data:audio/wav;base64,...")
    return {"type": "input_audio", "input_audio": {"data": held.base64 if held else part.url, "format": form}} | own


def _write_file(part: File, own: Json) -> Json:
    if "document_url" in own:
        return own
    if part.text:
        return {"type": "text", "text": part.text} | own
    file = {"file_data": part.url or None, "file_id": part.id or None, "filename": part.name or None}
    return {"type": "file", "file": given(file)} | own


def write_call(call: ToolCall) -> Json:
    """A tool call."""
    own = own_of(call.own, DIALECT)
    function = {"name": call.name, "arguments": call.arguments} | object_of(own.get("function"))
    return {"id": call.id, "type": "function", "function": function} | beside(own, "function")


def _own(block: Json, *known: str) -> Own | None:
    return owned(DIALECT, beside(block, "type", *known))


def _thought(thinking: Any) -> str:
    if isinstance(thinking, list):
        return "".join(str(object_of(piece).get("text") or "") for piece in list_of(thinking))
    return thinking if isinstance(thinking, str) else ""
