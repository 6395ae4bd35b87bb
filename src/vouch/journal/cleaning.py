"""What must not reach the disk, taken out of events: secrets, and characters that are no text.

It does not know where events come from or go.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, Final, Literal, TypeVar, cast, get_origin

import msgspec
from msgspec.structs import replace

from vouch.values.event import AnyBody

REDACTED: Final = "[redacted]"
"""What stands in a secret's place."""

SHORTEST: Final = 8
"""Shorter texts are not hidden: no real key is so short, but stand-ins for one are (`none`, `EMPTY`, `ollama`), and
hiding those would spoil every text that holds the word."""

_LEVELS: Final = 3
"""A secret may stand in JSON within JSON: a tool call's arguments, in a message, in a rendered prompt."""

_Value = TypeVar("_Value")
_encode: Final = msgspec.json.Encoder().encode


class Secrets:
    """Texts that are replaced by `[redacted]` wherever they stand in an event, also as JSON within JSON."""

    def __init__(self) -> None:
        self._forms: tuple[str, ...] = ()
        self._traces: tuple[bytes, ...] = ()

    def add(self, *secrets: str) -> None:
        """From now on, hide these too, but for texts of less than `SHORTEST` characters."""
        found = {form for secret in secrets if len(secret) >= SHORTEST for form in _forms(mended(secret))}
        # The longest first, so that a secret within another leaves no rest of the other behind.
        self._forms = tuple(sorted({*self._forms, *found}, key=lambda form: (-len(form), form)))
        self._traces = tuple(_encode(form)[1:-1] for form in self._forms)

    def hidden(self, body: AnyBody) -> AnyBody:
        """`body` without them; the very same object when there are none in it."""
        if not self._traces:
            return body
        data = _encode(body)
        if not any(trace in data for trace in self._traces):
            return body
        return rewritten(body, self._without)

    def _without(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, REDACTED)
        return text


def mended(text: str) -> str:
    """`text` with each half of a surrogate pair that has no other half replaced by U+FFFD: UTF-8 cannot write it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def rewritten(value: _Value, change: Callable[[str], str]) -> _Value:
    """`value` with every text in it changed, but for those that are one of a closed set of words."""
    found: Any = value
    if isinstance(value, str):
        found = change(value)
    elif isinstance(value, tuple):
        found = tuple(rewritten(item, change) for item in cast("tuple[Any, ...]", value))
    elif isinstance(value, msgspec.Struct):
        found = replace(value, **{name: rewritten(getattr(value, name), change) for name in _free(type(value))})
    return found


@cache
def _free(cls: type[Any]) -> tuple[str, ...]:
    return tuple(item.name for item in msgspec.structs.fields(cls) if get_origin(item.type) is not Literal)


def _forms(secret: str) -> set[str]:
    """`secret` as it reads in a text, and in JSON, and in JSON within JSON, with non-ASCII as it is or escaped."""
    forms = {secret}
    for _ in range(_LEVELS - 1):
        forms |= {written(form)[1:-1] for form in forms for written in (_as_is, json.dumps)}
    return forms


def _as_is(text: str) -> str:
    return _encode(text).decode()
