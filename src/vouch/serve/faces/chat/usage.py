"""What a chat completion says it used, whole or at the end of a stream that is passed on.

It does not know prices, and reads nothing else of an answer.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec
from msgspec import Struct

from vouch.models.openai.read import read_usage
from vouch.models.openai.wire import Groq
from vouch.models.openai.wire import Usage as WireUsage
from vouch.values.money import Usage


class _Answer(Struct):
    usage: WireUsage | None = None
    x_groq: Groq | None = None


class _Chunk(Struct):
    choices: list[msgspec.Raw] | None = None
    usage: WireUsage | None = None
    x_groq: Groq | None = None


_answer: Final = msgspec.json.Decoder(_Answer)
_chunk: Final = msgspec.json.Decoder(_Chunk)
_TELLS: Final = re.compile(rb'"usage"\s*:\s*\{')
_FINISHED: Final = re.compile(rb'"finish_reason"\s*:\s*"')
_EVENT_END: Final = re.compile(rb"\r?\n\r?\n")


def usage_of(body: bytes) -> Usage | None:
    """The tokens of a whole answer; None where it does not say."""
    try:
        answer = _answer.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return _read(answer)


class ChatWatch:
    """Passes whole events on, and keeps the one with the usage to itself where the client did not ask for it."""

    def __init__(self, *, hide: bool) -> None:
        self.usage: Usage | None = None
        self.done = False
        self.events = 0
        self._hide = hide
        self._rest = b""

    def pass_on(self, piece: bytes) -> bytes:
        """The events that `piece` completes."""
        data = self._rest + piece if self._rest else piece
        if data.endswith(b"\n\n"):
            self._rest = b""
        else:
            end = max((found.end() for found in _EVENT_END.finditer(data)), default=0)
            data, self._rest = data[:end], data[end:]
        if not data:
            return b""
        self.events += data.count(b"data:")
        if _TELLS.search(data) is not None:
            data = self._without_usage(data)
        if not self.done and (b"[DONE]" in data or _FINISHED.search(data) is not None):
            self.done = True
        return data

    def rest(self) -> bytes:
        """A last event that lacks its end."""
        data, self._rest = self._rest, b""
        return data

    def _without_usage(self, data: bytes) -> bytes:
        kept: list[bytes] = []
        start = 0
        for found in _EVENT_END.finditer(data):
            event, start = data[start : found.end()], found.end()
            if _TELLS.search(event) is None or not self._told(event):
                kept.append(event)
        return b"".join(kept)

    def _told(self, event: bytes) -> bool:
        """Take the usage of `event`, and say whether it is there for that alone and nobody asked for it."""
        _, _, text = event.partition(b"data:")
        try:
            chunk = _chunk.decode(text)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return False
        self.usage = _read(chunk) or self.usage
        return self._hide and not chunk.choices


def _read(told: _Answer | _Chunk) -> Usage | None:
    usage = told.usage or (told.x_groq.usage if told.x_groq else None)
    return None if usage is None else read_usage(usage)
