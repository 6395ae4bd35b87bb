"""Bedrock's content blocks and our parts, in both directions: one function for each kind of content.

It does not know whether a block stands in a request or in an answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from vouch.errors import BadRequest
from vouch.models.bedrock import wire
from vouch.models.wording import (
    Json,
    arguments_of,
    beside,
    data_of,
    data_url,
    list_of,
    object_of,
    owned,
    parsed,
    shape,
    written,
)
from vouch.values.message import (
    Audio,
    Citation,
    File,
    Image,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    own_of,
)

DIALECT: Final = "bedrock"
_SERVER: Final = "server_tool_use"
_FORMAT: Final = "format"
BESIDE: Final = "beside"
"""Under this name a part keeps what stood beside it in its block."""

_MEDIA: Final = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html",
    "txt": "text/plain",
    "md": "text/markdown",
}
_FORMATS: Final = {media: name for name, media in _MEDIA.items()}


def read_block(block: Json) -> Part | ToolCall:
    """A block as a part or a call; whatever we have no word for is `Opaque`."""
    if isinstance(block.get("text"), str):
        return Text(block["text"], own=owned(DIALECT, beside(block, "text")))
    for name, read in _READERS.items():
        inner = object_of(block.get(name))
        if inner:
            return _with_rest(read(inner), beside(block, name)) or Opaque(DIALECT, block)
    return Opaque(DIALECT, block)


def _with_rest(part: Any, rest: Json) -> Any:
    """A part with what stood beside it in its block."""
    if part is None or not rest:
        return part
    return msgspec.structs.replace(part, own={DIALECT: {**own_of(part.own, DIALECT), BESIDE: rest}})


def _read_call(use: Json) -> ToolCall | None:
    if use.get("type") == _SERVER:
        return None
    known = shape(use, wire.ToolUse)
    own = owned(DIALECT, beside(use, "toolUseId", "name", "input"))
    arguments = written(known.input if known.input is not None else {}) or "{}"
    return ToolCall(known.toolUseId, known.name, arguments, own=own)


def _read_reasoning(reasoning: Json) -> Reasoning | None:
    thought = object_of(reasoning.get("reasoningText"))
    if not isinstance(thought.get("text"), str) or len(reasoning) != 1:
        return None
    known = shape(thought, wire.ReasoningText)
    return Reasoning(
        known.text, known.signature or "", DIALECT, own=owned(DIALECT, beside(thought, "text", "signature"))
    )


def _read_image(image: Json) -> Image | None:
    form = str(image.get(_FORMAT) or "")
    url = _address(image, f"image/{form}")
    own = owned(DIALECT, beside(image, _FORMAT, "source") | _source_rest(image))
    return Image(url, media="" if url.startswith("data:") else f"image/{form}", own=own) if url else None


def _read_document(document: Json) -> File | None:
    form = str(document.get(_FORMAT) or "")
    media = _MEDIA.get(form, f"application/{form}")
    name = str(document.get("name") or "")
    source = object_of(document.get("source"))
    text = source.get("text") if len(source) == 1 else None
    own = beside(document, "name", "source") | _source_rest(document)
    if isinstance(text, str):
        return File(text=text, name=name, media=media, own=owned(DIALECT, own))
    url = _address(document, media)
    return (
        File(url, name=name, media="" if url.startswith("data:") else media, own=owned(DIALECT, own)) if url else None
    )


def _read_video(video: Json) -> File | None:
    form = str(video.get(_FORMAT) or "")
    url = _address(video, f"video/{form}")
    own = beside(video, "source") | _source_rest(video)
    return File(url, media="" if url.startswith("data:") else f"video/{form}", own=owned(DIALECT, own)) if url else None


def _read_cited(cited: Json) -> Text | None:
    words = "".join(str(object_of(piece).get("text") or "") for piece in list_of(cited.get("content")))
    citations = tuple(_read_citation(object_of(one)) for one in list_of(cited.get("citations")))
    return Text(words, citations, {DIALECT: {"citationsContent": cited}})


def _read_citation(citation: Json) -> Citation:
    location = object_of(citation.get("location"))
    url = object_of(location.get("web")).get("url")
    quote = "".join(str(object_of(one).get("text") or "") for one in list_of(citation.get("sourceContent")))
    return Citation(url if isinstance(url, str) else "", str(citation.get("title") or ""), quote)


_READERS: Final[dict[str, Any]] = {
    "toolUse": _read_call,
    "reasoningContent": _read_reasoning,
    "image": _read_image,
    "document": _read_document,
    "video": _read_video,
    "citationsContent": _read_cited,
}


def _address(media: Json, kind: str) -> str:
    source = object_of(media.get("source"))
    if len(source) != 1:
        return ""
    data, place = source.get("bytes"), object_of(source.get("s3Location")).get("uri")
    return data_url(kind, data) if isinstance(data, str) else place if isinstance(place, str) else ""


def _source_rest(media: Json) -> Json:
    """What stands with the source beside its bytes or address."""
    place = object_of(object_of(media.get("source")).get("s3Location"))
    rest = beside(place, "uri")
    return {"s3Location": rest} if rest else {}


def write_blocks(parts: Iterable[Part | ToolCall]) -> list[Json]:
    """Parts and calls as blocks. What only another dialect understands is left out, and so is empty text."""
    return [block for part in parts if (block := write_block(part)) is not None]


def write_block(part: Part | ToolCall) -> Json | None:
    """A part or call as a block; raises `BadRequest` for what has no form here."""
    if not isinstance(part, Opaque) and BESIDE in (own := own_of(part.own, DIALECT)):
        plain = msgspec.structs.replace(part, own=owned(DIALECT, beside(own, BESIDE)))
        return {**(write_block(plain) or {}), **own[BESIDE]}
    match part:
        case Text() | Refusal():
            own = own_of(part.own, DIALECT)
            if "citationsContent" in own:
                return own
            return {"text": part.text} | own if part.text or own else None
        case Reasoning():
            return _write_reasoning(part)
        case ToolCall():
            use = {"toolUseId": part.id, "name": part.name, "input": arguments_of(part.arguments)}
            return {"toolUse": use | own_of(part.own, DIALECT)}
        case Image():
            own = own_of(part.own, DIALECT)
            form = _media(part).partition("/")[2] or "png"
            image = {_FORMAT: "jpeg" if form == "jpg" else form, "source": _source(part, own)}
            return {"image": image | beside(own, "s3Location")}
        case File():
            return _write_file(part)
        case Audio():
            raise BadRequest("a message holds sound, which Converse has no form for; send its words instead")
        case Opaque():
            return part.content if part.dialect == DIALECT else None


def _write_reasoning(part: Reasoning) -> Json | None:
    if part.dialect != DIALECT:
        return None
    thought = {"text": part.text} | ({"signature": part.signature} if part.signature else {})
    return {"reasoningContent": {"reasoningText": thought | own_of(part.own, DIALECT)}}


def _write_file(part: File) -> Json:
    own = own_of(part.own, DIALECT)
    media = _media(part) or "text/plain"
    if media.startswith("video/"):
        video = {_FORMAT: media.removeprefix("video/"), "source": _source(part, own)}
        return {"video": video | beside(own, "s3Location")}
    document: Json = {"name": part.name or "document", _FORMAT: _FORMATS.get(media, media.partition("/")[2])}
    document["source"] = {"text": part.text} if part.text else _source(part, own)
    return {"document": document | beside(own, "s3Location")}


def _media(part: Image | File) -> str:
    held = data_of(part.url)
    return held.media if held else part.media


def _source(part: Image | File, own: Json) -> Json:
    held = data_of(part.url)
    if held is not None:
        return {"bytes": held.base64}
    if not part.url.startswith("s3:"):
        raise BadRequest(
            f"{part.url or part.id!r} cannot be sent to Bedrock; give its bytes as a data: URL, or put it in S3"
        )
    return {"s3Location": {"uri": part.url} | object_of(own.get("s3Location"))}


def read_result_content(blocks: list[Json]) -> tuple[str, tuple[Part, ...]]:
    """What a tool gave back in words, and all of it where it is more than one text."""
    parts: list[Part] = []
    texts: list[str] = []
    for block in blocks:
        read = read_block(block)
        part = Opaque(DIALECT, block) if isinstance(read, ToolCall) else read
        if isinstance(part, Text):
            texts.append(part.text)
        elif isinstance(part, Opaque) and "json" in block:
            texts.append(written(block["json"]))
        parts.append(part)
    plain = len(parts) == 1 and isinstance(parts[0], Text) and not parts[0].own
    return "\n".join(texts), () if plain else tuple(parts)


def write_result_content(content: str, parts: tuple[Part, ...]) -> list[Json]:
    """What a tool gave back, in blocks."""
    return write_blocks(parts) if parts else [{"text": content}]


def input_of(text: str) -> Any:
    """The input of a call as an object, or the text as it was written where it is none."""
    value: Any = parsed(text or "{}")
    return object_of(value) if isinstance(value, dict) else text
