"""Events to bytes and back, also events that an older Vouch wrote.

It does not know where the bytes are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from vouch.errors import EventUnreadable
from vouch.values.event import AnyBody, Event

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
"""Rewrites the fields of one version of a kind of event into those of the next."""

UPCASTS: Final[Mapping[tuple[str, int], Upcast]] = {}
"""By kind and version, how to read what an older Vouch wrote: (kind, 1) leads to version 2, and so on."""

encode_body: Final[Callable[[AnyBody], bytes]] = msgspec.json.Encoder().encode
encode_event: Final[Callable[[Event], bytes]] = msgspec.json.Encoder().encode
_body_decoder: Final = msgspec.json.Decoder(AnyBody)


def decode_body(data: bytes, upcasts: Mapping[tuple[str, int], Upcast] = UPCASTS) -> AnyBody:
    """The body in `data`; raises `EventUnreadable` for a kind or version that this Vouch does not know."""
    try:
        if not upcasts:
            return _body_decoder.decode(data)
        fields: dict[str, Any] = msgspec.json.decode(data)
        while upcast := upcasts.get((str(fields.get("kind")), int(fields.get("v", 1)))):
            fields = upcast(fields)
        return msgspec.convert(fields, AnyBody)
    except msgspec.MsgspecError as error:
        raise EventUnreadable(
            f"an event cannot be read ({error}): {data[:120]!r}; it was written by a newer Vouch, or is damaged"
        ) from error


def decode_event(line: bytes) -> Event:
    """One line of an export; raises `EventUnreadable` when it is not an event."""
    try:
        raw = msgspec.json.decode(line, type=_Line)
    except msgspec.MsgspecError as error:
        raise EventUnreadable(f"not an event ({error}): {line[:120]!r}") from error
    return Event(raw.run, raw.seq, raw.at, decode_body(bytes(raw.body)))


class _Line(msgspec.Struct):
    run: str
    seq: int
    at: float
    body: msgspec.Raw
