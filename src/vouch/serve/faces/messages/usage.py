"""What a message says it used, whole or in the events of a stream that is passed on.

It does not know prices, and reads nothing else of an answer.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from msgspec import Struct

from vouch.models.anthropic.read import read_usage
from vouch.values.money import Usage


class _Answer(Struct):
    usage: dict[str, Any] | None = None


class _Event(Struct):
    message: _Answer | None = None
    usage: dict[str, Any] | None = None


_answer: Final = msgspec.json.Decoder(_Answer)
_event: Final = msgspec.json.Decoder(_Event)
_TELLS: Final = re.compile(rb'data: ?(\{[^\r\n]*"usage"\s*:\s*\{[^\r\n]*)')
_EVENT_END: Final = re.compile(rb"\r?\n\r?\n")
_UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def usage_of(body: bytes) -> Usage | None:
    """The tokens of a whole answer; None where it does not say."""
    try:
        usage = _answer.decode(body).usage
        return None if usage is None else read_usage(usage)
    except _UNREADABLE:
        return None


class MessagesWatch:
    """Passes whole events on. The first tells what was put in, the last ones what came out."""

    def __init__(self) -> None:
        self.usage: Usage | None = None
        self.done = False
        self.events = 0
        self._told: dict[str, Any] = {}
        self._rest = b""

    def pass_on(self, piece: bytes) -> bytes:
        """The events that `piece` completes."""
        data = self._rest + piece if self._rest else piece
        if data.endswith(b"\n\n"):
            self._rest = b""
        else:
            end = max((found.end() for found in _EVENT_END.finditer(data)), default=0)
            data, self._rest = data[:end], data[end:]
        self.events += data.count(b"data:")
        for found in _TELLS.finditer(data):
            self._take(found[1])
        self.done = self.done or b'"message_stop"' in data or b'"type":"error"' in data
        return data

    def rest(self) -> bytes:
        """A last event that lacks its end."""
        data, self._rest = self._rest, b""
        return data

    def _take(self, text: bytes) -> None:
        try:
            event = _event.decode(text)
            usage = event.message.usage if event.message is not None else event.usage
            # Later events repeat what they know better, and leave out what has not changed.
            self._told |= {name: value for name, value in (usage or {}).items() if value is not None}
            self.usage = read_usage(self._told)
        except _UNREADABLE:
            return
