"""Google's parts and ours, in both directions: one function for each kind of content.

It does not know whether a part stands in a request or in an answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from vouch.models.google import wire
from vouch.models.google.wire import camel
from vouch.models.wording import (
    UNNAMED,
    Json,
    arguments_of,
    beside,
    data_of,
    data_url,
    given,
    object_of,
    owned,
    parsed,
    shape,
    written,
)
from vouch.values.message import (
    Audio,
    File,
    Image,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
    own_of,
)

DIALECT: Final = "google"
TOGETHER: Final = "google together"
"""Marks a tool of Google's own that stood in one entry with the tools before it."""

_SIGNATURE: Final = "thoughtSignature"
_OUTPUT: Final = "output"
_ERROR: Final = "error"


def read_part(part: Json, unnamed: str) -> Part | ToolCall:
    """A part or call; `unnamed` is the id of a call that has none. Whatever we have no word for is `Opaque`."""
    block = camel(part)
    if "functionCall" in block:
        return read_call(block, unnamed)
    if isinstance(block.get("text"), str):
        return read_text(block)
    for name in ("inlineData", "fileData"):
        if isinstance(block.get(name), dict):
            return _read_media(block, name)
    return Opaque(DIALECT, part)


def read_text(block: Json) -> Text | Reasoning:
    """Words, said or thought."""
    own = beside(block, "text", "thought")
    if not block.get("thought"):
        return Text(block["text"], own=owned(DIALECT, own))
    seal = own.pop(_SIGNATURE, "")
    return Reasoning(block["text"], str(seal), DIALECT, own=owned(DIALECT, own))


def read_call(block: Json, unnamed: str) -> ToolCall:
    """A tool call."""
    call = object_of(block["functionCall"])
    known = shape(call, wire.FunctionCall)
    own = beside(block, "functionCall")
    if rest := beside(call, "name", "id", "args"):
        own["functionCall"] = rest
    return ToolCall(known.id or unnamed, known.name, written(known.args or {}), own=owned(DIALECT, own))


def read_outcome(block: Json, unanswered: dict[str, str]) -> ToolResult:
    """What a tool gave back; without an id it answers the first of the `unanswered` calls (names by id) of its name."""
    outcome = camel(object_of(block["functionResponse"]))
    known = shape(outcome, wire.FunctionResponse)
    waiting = [call for call, name in unanswered.items() if name == known.name]
    identity = known.id or (waiting[0] if waiting else f"{UNNAMED}{known.name}")
    unanswered.pop(identity, None)
    own = beside(block, "functionResponse")
    if rest := beside(outcome, "name", "id", "response", "parts"):
        own["functionResponse"] = rest
    content, failed = _read_response(known.response or {})
    further = [read_part(part, "") for part in known.parts or ()]
    parts = tuple(part for part in further if not isinstance(part, ToolCall))
    parts = (Text(content), *parts) if parts else ()
    return ToolResult(identity, known.name, content, failed, parts, owned(DIALECT, own))


def _read_response(response: Json) -> tuple[str, bool]:
    """The words of a response; what is more than words is JSON, exactly as it came."""
    for name in (_OUTPUT, _ERROR):
        said = response.get(name)
        if len(response) == 1 and isinstance(said, str) and not isinstance(parsed(said), dict):
            return said, name == _ERROR
    return written(response), False


def _read_media(block: Json, name: str) -> Part:
    held = camel(block[name])
    own = beside(block, name)
    if rest := beside(held, "data", "fileUri", "mimeType"):
        own[name] = rest
    try:
        if name == "inlineData":
            blob = shape(held, wire.Blob)
            media, url = blob.mimeType, data_url(blob.mimeType, blob.data)
        else:
            file = shape(held, wire.FileData)
            media, url = file.mimeType, file.fileUri
    except msgspec.ValidationError:
        return Opaque(DIALECT, block)
    told = "" if name == "inlineData" else media
    if media.startswith("image/"):
        return Image(url, media=told, own=owned(DIALECT, own))
    if media.startswith("audio/"):
        return Audio(url, media=told, own=owned(DIALECT, own))
    return File(url, media=told, own=owned(DIALECT, own))


def write_parts(parts: Iterable[Part | ToolCall]) -> list[Json]:
    """Parts and calls as theirs. What only another dialect understands is left out."""
    return [block for part in parts if (block := write_part(part)) is not None]


def write_part(part: Part | ToolCall) -> Json | None:
    """One part or call; reasoning goes back only where it came from here."""
    match part:
        case Text():
            return {"text": part.text} | own_of(part.own, DIALECT)
        case Refusal():
            return {"text": part.text}
        case Reasoning():
            if part.dialect != DIALECT:
                return None
            seal = {_SIGNATURE: part.signature} if part.signature else {}
            return {"text": part.text, "thought": True} | seal | own_of(part.own, DIALECT)
        case ToolCall():
            return write_call(part)
        case Image() | Audio() | File():
            return _write_media(part)
        case Opaque():
            return part.content if part.dialect == DIALECT else None


def write_call(call: ToolCall) -> Json:
    """A tool call."""
    own = own_of(call.own, DIALECT)
    written: Json = {"name": call.name, "args": arguments_of(call.arguments)} | object_of(own.get("functionCall"))
    return {"functionCall": _named(call.id) | written} | beside(own, "functionCall")


def write_outcome(result: ToolResult) -> Json:
    """What a tool gave back: an object as it is, and words under `output` or `error`."""
    own = own_of(result.own, DIALECT)
    said: Any = parsed(result.content)
    if not isinstance(said, dict) or result.failed:
        said = {_ERROR if result.failed else _OUTPUT: result.content}
    outcome: Json = _named(result.call_id) | {"name": result.name, "response": said}
    # The words among the parts are in the response already.
    further = write_parts(part for part in result.parts if not _is_said(part, result.content))
    if further:
        outcome["parts"] = further
    return {"functionResponse": outcome | object_of(own.get("functionResponse"))} | beside(own, "functionResponse")


def _is_said(part: Part, content: str) -> bool:
    return isinstance(part, (Text, Refusal)) and part.text in content


def _write_media(part: Image | Audio | File) -> Json:
    own = own_of(part.own, DIALECT)
    if isinstance(part, File) and part.text:
        return {"text": part.text}
    held = data_of(part.url)
    if held is None:
        name, block = "fileData", given({"fileUri": part.url or part.id, "mimeType": part.media or _guessed(part)})
    else:
        name, block = "inlineData", {"mimeType": held.media, "data": held.base64}
    return {name: block | object_of(own.get(name))} | beside(own, name)


def _guessed(part: Image | Audio | File) -> str | None:
    ends = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif"}
    ends |= {"pdf": "application/pdf", "mp3": "audio/mp3", "wav": "audio/wav", "mp4": "video/mp4"}
    return ends.get(part.url.partition("?")[0].rpartition(".")[2].lower())


def _named(identity: str) -> Json:
    return {} if identity.startswith(UNNAMED) else {"id": identity}
