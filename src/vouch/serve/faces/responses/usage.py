"""What a response says it used, whole or at the end of a stream that is passed on.

It does not know prices, and reads nothing else of an answer.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from msgspec import Struct

from vouch.models.responses.read import read_usage
from vouch.values.money import Usage


class _Answer(Struct):
    usage: dict[str, Any] | None = None


class _Event(Struct):
    response: _Answer | None = None


_answer: Final = msgspec.json.Decoder(_Answer)
_event: Final = msgspec.json.Decoder(_Event)
_EVENT_END: Final = re.compile(rb"\r?\n\r?\n")
_LAST: Final = re.compile(rb'data: ?(\{[^\r\n]*"type"\s*:\s*"response\.(?:completed|incomplete|failed)"[^\r\n]*)')
_UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def usage_of(body: bytes) -> Usage | None:
    """The tokens of a whole answer; None where it does not say."""
    try:
        usage = _answer.decode(body).usage
        return None if usage is None else read_usage(usage)
    except _UNREADABLE:
        return None


class ResponsesWatch:
    """Passes whole events on. The last one holds the whole response, and so its usage."""

    def __init__(self) -> None:
        self.usage: Usage | None = None
        self.done = False
        self.events = 0
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
        for found in _LAST.finditer(data):
            self.done = True
            self._take(found[1])
        self.done = self.done or b'"type":"error"' in data
        return data

    def rest(self) -> bytes:
        """A last event that lacks its end."""
        data, self._rest = self._rest, b""
        return data

    def _take(self, text: bytes) -> None:
        try:
            response = _event.decode(text).response
            if response is not None and response.usage is not None:
                self.usage = read_usage(response.usage)
        except _UNREADABLE:
            return
