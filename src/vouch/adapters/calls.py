"""The calls of one conversation, and which of them an agent means when it calls again.

It does not know what is done with a call.

A framework that goes on after a crash calls again what it had called: with the same id where it had kept the model's
answer, with a new one where the model was asked again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from vouch.contracts.tool import Tool, ToolRefused
from vouch.journal.cleaning import REDACTED, mended
from vouch.journal.state import RunState
from vouch.values.digest import canonical, digest
from vouch.values.message import Message, ToolCall, ToolResult

_MARKED: Final = re.compile(r"(.+)-[0-9a-f]{8}", re.DOTALL)
"""The id of a call that had the id of another: that, and a mark of what it says."""


class Calls:
    """Every call that is recorded of a conversation, by its id there."""

    def __init__(self, tools: Mapping[str, Tool]) -> None:
        self._tools = tools
        self._calls: dict[str, ToolCall] = {}
        self._named: dict[str, list[ToolCall]] = {}
        """The calls to which one id was given."""
        self._again: dict[str, list[str]] = {}
        """By the id under which an agent called again: the calls that were meant."""
        self._results: dict[str, ToolResult] = {}
        self._taken = 0

    def take(self, messages: Sequence[Message]) -> None:
        """Take in what was said since the last time; `messages` only ever grows."""
        for message in messages[self._taken :]:
            for call in message.calls:
                self._calls[call.id] = call
                marked = _MARKED.fullmatch(call.id)
                for name in (call.id, marked[1]) if marked else (call.id,):
                    self._named.setdefault(name, []).append(call)
            if message.result is not None:
                self._results[message.result.call_id] = message.result
        self._taken = len(messages)

    def repeat(self, call_id: str, again: str) -> None:
        """From now on, `again` is another id of the recorded call `call_id`."""
        self._again.setdefault(again, []).append(call_id)

    def result(self, call: ToolCall) -> ToolResult | None:
        """The result of a recorded call that has one."""
        return self._results.get(call.id)

    def same(self, wanted: ToolCall) -> ToolCall | None:
        """The recorded call that has the id of `wanted` and says the same."""
        meant = [self._calls[call_id] for call_id in self._again.get(wanted.id, ())]
        candidates = (*self._named.get(wanted.id, ()), *meant)
        return next((call for call in candidates if self._alike(call, wanted)), None)

    def left(self, wanted: ToolCall, state: RunState) -> ToolCall | None:
        """An open write that says the same under another id: the agent asks for it anew.

        A write that may be meant twice is never taken for another.
        """
        tool = self._tools.get(wanted.name)
        if tool is None or tool.effect != "write" or getattr(tool, "repeatable", False):
            return None
        for opened in state.open.values():
            hidden = REDACTED in opened.call.arguments
            if not hidden and self._alike(opened.call, wanted):
                return opened.call
        return None

    def new(self, wanted: ToolCall) -> ToolCall:
        """`wanted` under an id that no other call has."""
        name = wanted.id
        if name in self._calls:
            # Some models name different calls alike.
            name = _marked(wanted)
        return ToolCall(name, wanted.name, wanted.arguments)

    def _alike(self, recorded: ToolCall, wanted: ToolCall) -> bool:
        if recorded.name != wanted.name:
            return False
        # Where the journal has put something in a secret's place, they cannot be told apart: better once than twice.
        if REDACTED in recorded.arguments or _in_order(recorded.arguments) == _in_order(wanted.arguments):
            return True
        tool = self._tools.get(wanted.name)
        try:
            return tool is not None and tool.check(recorded.arguments).values == tool.check(wanted.arguments).values
        except ToolRefused:
            return False


def call_of(call_id: str, name: str, arguments: str | Mapping[str, object]) -> ToolCall:
    """A call as it is recorded; `arguments` is the JSON of the model, or what a framework has read from it."""
    text = arguments if isinstance(arguments, str) else canonical(dict(arguments)).decode()
    return ToolCall(mended(call_id), mended(name), mended(text))


def _in_order(text: str) -> str:
    """JSON in one canonical form; what is none stays as it is."""
    try:
        return canonical(msgspec.json.decode(text or "{}")).decode()
    except (msgspec.MsgspecError, UnicodeError):
        return text


def _marked(call: ToolCall) -> str:
    return f"{call.id}-{digest((call.name, _in_order(call.arguments)))[:8]}"
