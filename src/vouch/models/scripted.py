"""A model that says what it is told to: for tests, demonstrations and measurements.

It does not know whether its lines make sense.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator

from vouch.errors import ModelError, VouchError
from vouch.values.message import Message, ToolCall, assistant
from vouch.values.request import Answer, CallDelta, Delta, Done, Request, TextDelta

Line = str | ToolCall | Message | Answer | VouchError | tuple[ToolCall, ...]
"""What to say: words, one or more tool calls, a whole message or answer, or an error to raise."""


class Scripted:
    """Answers with the next line of a script, or with what a function makes of the request."""

    def __init__(self, script: Iterable[Line] | Callable[[Request], Line], *, name: str = "scripted/model") -> None:
        self.name = name
        self.requests: list[Request] = []
        """Every request so far, oldest first."""
        self._next: Callable[[Request], Line] = script if callable(script) else _in_turn(iter(script))

    async def answer(self, request: Request) -> Answer:
        """The next line; raises `ModelError` when the script is at its end, or the error that is the line."""
        self.requests.append(request)
        return _as_answer(self._next(request), self.name)

    async def stream(self, request: Request) -> AsyncIterator[Delta]:
        """The same line word by word."""
        answer = await self.answer(request)
        for piece in re.findall(r"\s*\S+|\s+", answer.text):
            yield TextDelta(piece)
        for index, call in enumerate(answer.message.calls):
            yield CallDelta(index, call.arguments, call.id, call.name)
        yield Done(answer)

    async def aclose(self) -> None:
        """Nothing is held."""


def _in_turn(lines: Iterator[Line]) -> Callable[[Request], Line]:
    def line(_: Request) -> Line:
        for found in lines:
            return found
        return ModelError("the script has no more lines; give it one for every request")

    return line


def _as_answer(line: Line, name: str) -> Answer:
    match line:
        case VouchError():
            raise line
        case Answer():
            return line
        case Message():
            message = line
        case str():
            message = assistant(line)
        case ToolCall():
            message = assistant("", line)
        case _:
            message = assistant("", *line)
    return Answer(message, finish="tools" if message.calls else "stop", model=name)
