"""JSON of a provider taken apart without losing anything: what we have a word for, and what stands beside it.

It does not know any provider's format.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, TypeVar, cast
from urllib.parse import unquote_to_bytes

import msgspec

from vouch.values.message import Own, Part, Text, own_of

Shape = TypeVar("Shape")
Json = dict[str, Any]

UNNAMED: Final = "unnamed-"
"""How the ids begin that calls get from us where their own format has none; such an id is never written back."""


def shape(block: Mapping[str, Any], kind: type[Shape]) -> Shape:
    """The fields that `kind` names; raises `msgspec.ValidationError` where one is of another type."""
    return msgspec.convert(block, kind)


def beside(block: Mapping[str, Any], *known: str) -> Json:
    """The fields that are none of `known`."""
    return {name: value for name, value in block.items() if name not in known}


def owned(dialect: str, fields: Mapping[str, Any]) -> Own | None:
    """These fields as those of one dialect; None without any."""
    return {dialect: dict(fields)} if fields else None


def given(fields: Mapping[str, Any]) -> Json:
    """The fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def written(value: Any) -> str:
    """A value as JSON; text is JSON already."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def parsed(text: str, otherwise: Any = None) -> Any:
    """The value of JSON text, or `otherwise` when it is broken."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return otherwise


def object_of(value: Any) -> Json:
    """A JSON object; an empty one where the value is anything else."""
    return cast(Json, value) if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """A JSON list; an empty one where the value is anything else."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def arguments_of(text: str) -> Json:
    """The arguments of a call as the object that most formats want; broken ones stand under `arguments`."""
    value = parsed(text or "{}")
    return cast(Json, value) if isinstance(value, dict) else {"arguments": text}


class Data(NamedTuple):
    """The media type and the bytes, in base 64, of a `data:` URL."""

    media: str
    base64: str


_JOINED: Final = "joined"
"""Marks a message that stood in one turn with the message before it."""


def joining(dialect: str, joined: bool, rest: Json) -> Own | None:
    """What a message carries: that it stood in one turn with the message before, or what stood beside its content."""
    return {dialect: {_JOINED: True}} if joined else owned(dialect, rest)


def is_joined(own: Own | None, dialect: str) -> bool:
    """Whether a message stood in one turn with the message before."""
    return bool(own_of(own, dialect).get(_JOINED))


def beside_content(own: Own | None, dialect: str) -> Json:
    """What stood beside the content of a message."""
    return beside(own_of(own, dialect), _JOINED)


def is_plain(parts: tuple[Part, ...]) -> bool:
    """Whether parts are one text and nothing else that a format could have a block for."""
    return len(parts) == 1 and isinstance(parts[0], Text) and not (parts[0].own or parts[0].citations)


def data_url(media: str, base64: str) -> str:
    """Bytes in base 64 as a `data:` URL."""
    return f"data:{media};base64,{base64}"


def data_of(url: str) -> Data | None:
    """What a `data:` URL holds; None for any other address."""
    if not url.startswith("data:"):
        return None
    head, _, data = url[5:].partition(",")
    if head.endswith(";base64"):
        return Data(head.removesuffix(";base64"), data)
    return Data(head or "text/plain", b64encode(unquote_to_bytes(data)).decode())


def text_of(data: Data) -> str:
    """Bytes in base 64 as text; what is no text is replaced, and what is no base 64 is empty."""
    try:
        return b64decode(data.base64).decode("utf-8", "replace")
    except ValueError:
        return ""


def count(value: Any) -> int:
    """A number of tokens as a provider gives it: perhaps none, perhaps a float, never below 0."""
    return max(0, int(value)) if isinstance(value, (int, float)) and not isinstance(value, bool) else 0


def counts(**units: Any) -> dict[str, int] | None:
    """The units of which there are any; None without."""
    return {unit: number for unit, value in units.items() if (number := count(value))} or None


def grow(whole: Json, piece: Mapping[str, Any]) -> None:
    """Let an object grow by a piece of a stream, in fields that we have no word for.

    Text grows only within lists whose entries are numbered, since only there it comes in pieces for certain; lists grow
    by entries, or by the pieces of the entry of the same number; anything else is replaced, but never by null.
    """
    for name, value in piece.items():
        if isinstance(value, list) and isinstance(whole.get(name), list):
            for entry in list_of(value):
                _grow_entry(whole[name], entry)
        elif isinstance(value, dict) and isinstance(whole.get(name), dict):
            grow(whole[name], object_of(value))
        elif value is not None or name not in whole:
            whole[name] = list(list_of(value)) if isinstance(value, list) else value


_PIECED: Final = ("text", "summary", "data", "signature", "arguments", "output", "transcript")


def _grow_entry(entries: list[Any], piece: Any) -> None:
    number = object_of(piece).get("index")
    for at, entry in enumerate(entries):
        entry = object_of(entry)
        if number is None or entry.get("index") != number or entry.get("type") != piece.get("type"):
            continue
        joined = {
            name: entry[name] + piece[name]
            for name in _PIECED
            if isinstance(entry.get(name), str) and isinstance(piece.get(name), str)
        }
        entries[at] = {**entry, **given(piece), **joined}
        return
    entries.append(piece)
