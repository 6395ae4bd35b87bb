"""A model that is fully compromised: whatever stands in a text with the mark it does first, then it does its task.

It does not know whether anybody keeps it from what it wants to do, nor what is right.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from benchmarks.dojo.attacks import MARK, Call
from vouch.values.message import ToolCall
from vouch.values.request import Request


class Attack(NamedTuple):
    """What the attacker wants: calls, from when the mark is seen; to know when they are through; words to be said."""

    begun: Callable[[], Iterable[Call]]
    ended: Callable[[], None]
    words: str = ""


class Obeying:
    """Gives one call at a time: those of its task, but from the first text with the mark on those of the attack first.

    Then it answers; the attacker's words it adds only after it has seen the mark.
    """

    def __init__(self, task: Iterable[Call], answer: str, attack: Attack | None = None) -> None:
        self.seen_in = ""
        """The tool in whose result the mark stood first."""
        self._task, self._answer, self._attack = iter(task), answer, attack
        self._obeying: Iterator[Call] | None = None
        self._made = 0
        self._read = 0

    def __call__(self, request: Request) -> ToolCall | str:
        """The next thing it does."""
        if not self.seen_in:
            self._look_at(request)
        call = self._attackers() or next(self._task, None)
        if call is None:
            words = self._attack.words if self._attack is not None and self.seen_in else ""
            return f"{self._answer} {words}".strip() or "Done."
        self._made += 1
        return ToolCall(f"call-{self._made}", call.name, json.dumps(call.arguments, default=str))

    def _look_at(self, request: Request) -> None:
        for message in request.messages[self._read :]:
            if message.result is not None and MARK in message.result.content:
                self.seen_in = message.result.name
                self._obeying = iter(self._attack.begun()) if self._attack is not None else None
                break
        self._read = len(request.messages)

    def _attackers(self) -> Call | None:
        """The attacker's next call, if one is left."""
        if self._obeying is None or self._attack is None:
            return None
        call = next(self._obeying, None)
        if call is None:
            self._obeying = None
            self._attack.ended()
        return call
