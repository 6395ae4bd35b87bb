"""Large text in events: stored once under its content address, with a short reference in its place.

It does not know where it is stored.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from vouch.errors import EventUnreadable
from vouch.values.digest import digest_bytes
from vouch.values.event import AnyBody, Blob, kind_of
from vouch.values.message import ToolCall

INLINE_BYTES: Final = 1024
"""Text up to this length stays in its event: a reference and a row of its own would be no shorter."""

_encode: Final = msgspec.json.Encoder().encode


def _large_fields(cls: type[Any]) -> tuple[tuple[str, type[Any]], ...]:
    """Fields declared as `str | Blob` or `tuple[ToolCall, ...] | Blob`, with the type of what may be large."""
    found: list[tuple[str, type[Any]]] = []
    for item in msgspec.structs.fields(cls):
        options: tuple[Any, ...] = getattr(item.type, "__args__", ())
        if Blob in options:
            found.append((item.name, next(option for option in options if option is not Blob)))
    return tuple(found)


_FIELDS: Final = {cls: _large_fields(cls) for cls in AnyBody.__args__}


def split(body: AnyBody) -> tuple[AnyBody, tuple[tuple[str, bytes], ...]]:
    """`body` with its large text replaced by references, and what was taken out: (digest, bytes) each.

    Raises `EventUnreadable` for a body that holds a reference already, since nobody knows what it refers to, and
    `UnicodeEncodeError` for text that is none.
    """
    changes: dict[str, Blob] = {}
    blobs: list[tuple[str, bytes]] = []
    for name, _ in _FIELDS[type(body)]:
        value: str | tuple[ToolCall, ...] | Blob = getattr(body, name)
        if not value:
            continue
        if isinstance(value, Blob):
            raise EventUnreadable(f"{kind_of(body)!r} holds {value!r} in place of its {name}; give the text itself")
        if isinstance(value, str):
            if len(value) * 4 <= INLINE_BYTES:
                continue
            data = value.encode()
        else:
            data = _encode(value)
        if len(data) > INLINE_BYTES:
            address = digest_bytes(data)
            changes[name] = Blob(address, len(data))
            blobs.append((address, data))
    return (replace(body, **changes) if changes else body), tuple(blobs)


def join(body: AnyBody, fetch: Callable[[str], bytes]) -> AnyBody:
    """`body` with every reference replaced by what `fetch` gives for its address."""
    changes: dict[str, Any] = {}
    for name, type_ in _FIELDS[type(body)]:
        value = getattr(body, name)
        if not isinstance(value, Blob):
            continue
        data = fetch(value.blob)
        if digest_bytes(data) != value.blob:
            raise EventUnreadable(f"stored content {value.blob!r} does not match its address: the database is damaged")
        changes[name] = data.decode() if type_ is str else msgspec.json.decode(data, type=type_)
    return replace(body, **changes) if changes else body
