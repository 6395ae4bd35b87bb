"""Server-sent events as bytes: cut into whole ones, read, and written again.

It does not know what they say.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from vouch.models.wording import Json

_END: Final = re.compile(rb"\r?\n\r?\n")
_object: Final = msgspec.json.Decoder(Json)
_encode: Final = msgspec.json.Encoder().encode


class Cutter:
    """Cuts one stream; bytes may be split anywhere."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[bytes]:
        """The events that `piece` completes, each with its end."""
        data = self._rest + piece if self._rest else piece
        events: list[bytes] = []
        start = 0
        for found in _END.finditer(data):
            events.append(data[start : found.end()])
            start = found.end()
        self._rest = data[start:]
        return events

    def rest(self) -> list[bytes]:
        """A last event that lacks its end."""
        data, self._rest = self._rest, b""
        return [data + b"\n\n"] if data.strip() else []


def data_of(event: bytes) -> bytes:
    """The data of an event; nothing where it is a mere comment."""
    return b"\n".join(line[5:].strip() for line in event.splitlines() if line.startswith(b"data:"))


def json_of(event: bytes) -> Json | None:
    """The data of an event where it is a JSON object."""
    try:
        return _object.decode(data_of(event))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def is_named(event: bytes) -> bool:
    """Whether the stream's events have names, which are the types that stand in their data."""
    return event.startswith(b"event:") or b"\nevent:" in event


def written(value: Json, *, named: bool) -> bytes:
    """An event with this data."""
    name = b"event: " + str(value.get("type")).encode() + b"\n" if named else b""
    return name + b"data: " + _encode(value) + b"\n\n"
