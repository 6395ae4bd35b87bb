"""Events to bytes and back, also events that an older Vouch wrote.

It does not know where the bytes are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from vouch.errors import EventUnreadable
from vouch.values.event import AnyBody, Event, kind_of

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
"""Rewrites the fields of one version of a kind of event into those of the next."""

UPCASTS: Final[Mapping[tuple[str, int], Upcast]] = {}
"""By kind and version, how to read what an older Vouch wrote: (kind, 1) leads to version 2, and so on."""

encode_body: Final[Callable[[AnyBody], bytes]] = msgspec.json.Encoder().encode
encode_event: Final[Callable[[Event], bytes]] = msgspec.json.Encoder().encode
_body_decoder: Final = msgspec.json.Decoder(AnyBody)
# What msgspec raises for bytes that are not JSON, not of the wanted shape, not UTF-8, or nested without end.
_UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def decode_body(data: bytes, upcasts: Mapping[tuple[str, int], Upcast] = UPCASTS) -> AnyBody:
    """The body in `data`; raises `EventUnreadable` for a kind or version that this Vouch does not know."""
    try:
        body = _upcast(data, upcasts) if upcasts else _body_decoder.decode(data)
    except _UNREADABLE as error:
        raise EventUnreadable(
            f"an event cannot be read ({error}): {data[:120]!r}; it was written by a newer Vouch, or is damaged"
        ) from error
    if body.v != (newest(kind_of(body), upcasts) if upcasts else 1):
        raise EventUnreadable(
            f"version {body.v} of {kind_of(body)!r} is not known here, but to a newer Vouch; upgrade this one"
        )
    return body


def newest(kind: str, upcasts: Mapping[tuple[str, int], Upcast] = UPCASTS) -> int:
    """The version of `kind` that this Vouch writes: one more than the last that it rewrites."""
    return 1 + max((version for of, version in upcasts if of == kind), default=0)


def decode_event(line: bytes) -> Event:
    """One line of an export; raises `EventUnreadable` when it is not an event."""
    try:
        raw = msgspec.json.decode(line, type=_Line)
    except _UNREADABLE as error:
        raise EventUnreadable(f"not an event ({error}): {line[:120]!r}") from error
    return Event(raw.run, raw.seq, raw.at, decode_body(bytes(raw.body)))


def _upcast(data: bytes, upcasts: Mapping[tuple[str, int], Upcast]) -> AnyBody:
    version = msgspec.json.decode(data, type=_Version)
    fields: dict[str, Any] = msgspec.json.decode(data)
    while upcast := upcasts.get((version.kind, version.v)):
        version.v += 1
        fields = {**upcast(fields), "v": version.v}
    return msgspec.convert(fields, AnyBody)


class _Version(msgspec.Struct):
    kind: str
    v: int = 1


class _Line(msgspec.Struct):
    run: str
    seq: int
    at: float
    body: msgspec.Raw
