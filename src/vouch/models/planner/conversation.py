"""What is known of a conversation: what the customer said and wants, which calls were made, what was asked.

It does not know how it is read from messages or what comes next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Literal, cast

import msgspec
from msgspec import Struct

from vouch.models.planner.fields import Field, found_in, normal
from vouch.values.digest import canonical
from vouch.values.message import ToolCall, ToolResult

Status = Literal["open", "done", "failed", "dropped"]
"""`open`: still to be done; `done`: its call was made and went well; `failed`: refused, or given up; `dropped`: the
customer turned to something else."""


class Goal(Struct, frozen=True):
    """One thing the customer wants done: by which tool, and in which words (oldest first) they spoke of it.

    `fixed` are arguments that the words give to this goal alone, `place` where they begin in message `turn`; `call` is
    the place of its own call, `reported` when what came of it was told. `unknown` are the parameters that the customer
    cannot tell, `asked` the questions asked so far, `tried` the calls that failed, with how many had gone well before.
    """

    tool: str
    words: tuple[str, ...]
    sure: float
    turn: int
    place: int = 0
    fixed: tuple[tuple[str, Any], ...] = ()
    status: Status = "open"
    call: int = -1
    reported: bool = False
    unknown: frozenset[str] = frozenset()
    asked: tuple[str, ...] = ()
    tried: tuple[tuple[str, int], ...] = ()


class Past(Struct, frozen=True):
    """A call and, once it is there, its result. `goal` is the goal whose own call it was, or -1."""

    id: str
    name: str
    arguments: str
    writes: bool
    turn: int
    goal: int = -1
    content: str = ""
    failed: bool = False
    ended: bool = False

    @property
    def well(self) -> bool:
        """Whether it has a result that is no error."""
        return self.ended and not self.failed

    @property
    def given(self) -> Mapping[str, Any]:
        """The arguments as values."""
        return _arguments(self.arguments)

    @property
    def value(self) -> Any:
        """The result as a value where it is JSON, else its text."""
        return decoded(self.content)

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of the result that may fill parameters."""
        return _fields(self.name, self.content)


class Question(Struct, frozen=True):
    """What the customer was asked: facts for a goal, which of some things, or what they want at all."""

    kind: Literal["", "facts", "which", "clarify"] = ""
    goal: int = -1
    parameters: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


class Conversation(Struct, frozen=True):
    """Everything that the next step depends on. `courtesy` is what the last message was, when it was nothing more."""

    today: date | None = None
    said: tuple[str, ...] = ()
    goals: tuple[Goal, ...] = ()
    calls: tuple[Past, ...] = ()
    question: Question = Question()
    courtesy: str = ""
    unclear: bool = False
    failures: int = 0

    @property
    def open(self) -> Iterator[tuple[int, Goal]]:
        """The open goals with their places, in order."""
        return ((place, goal) for place, goal in enumerate(self.goals) if goal.status == "open")

    @property
    def successes(self) -> int:
        """How many calls went well."""
        return sum(call.well for call in self.calls)

    def with_goal(self, place: int, **changes: Any) -> Conversation:
        """The same with one goal changed."""
        goals = list(self.goals)
        goals[place] = msgspec.structs.replace(goals[place], **changes)
        return msgspec.structs.replace(self, goals=tuple(goals))

    def dropped(self) -> Conversation:
        """The same with nothing left to do."""
        goals = (
            msgspec.structs.replace(goal, status="dropped") if goal.status == "open" else goal for goal in self.goals
        )
        return msgspec.structs.replace(self, goals=tuple(goals), question=Question())

    def last_call(self, name: str, arguments: str) -> Past | None:
        """The newest call with these arguments that still tells how things are.

        One that failed tells it until the customer says more.
        """
        for place in range(len(self.calls) - 1, -1, -1):
            call = self.calls[place]
            if call.ended and call.name == name and call.arguments == arguments:
                stale = call.turn < len(self.said) - 1 if call.failed else self._outdated(place)
                return None if stale else call
        return None

    def _outdated(self, place: int) -> bool:
        """Whether a later write was about all that this call asked for."""
        asked = _leaves(self.calls[place].given)
        return any(call.writes and call.well and asked <= _leaves(call.given) for call in self.calls[place + 1 :])

    def results(self) -> Iterator[Past]:
        """The calls that went well and still tell how things are, newest first."""
        for place in range(len(self.calls) - 1, -1, -1):
            if self.calls[place].well and not self._outdated(place):
                yield self.calls[place]


def called(call: ToolCall, *, writes: bool, turn: int, goal: int) -> Past:
    """A call without a result yet, its arguments in one canonical spelling."""
    return Past(call.id, call.name, spelled(_arguments(call.arguments)), writes, turn, goal)


def ended(call: Past, result: ToolResult) -> Past:
    """The call with its result."""
    return msgspec.structs.replace(call, content=result.content, failed=result.failed, ended=True)


def spelled(arguments: Mapping[str, Any]) -> str:
    """Arguments as JSON, the same for equal ones."""
    return canonical(arguments).decode()


@lru_cache(maxsize=1024)
def _arguments(text: str) -> Mapping[str, Any]:
    value = decoded(text)
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


@lru_cache(maxsize=256)
def decoded(text: str) -> Any:
    """JSON as a value, other text as it is."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return text


@lru_cache(maxsize=256)
def _fields(name: str, content: str) -> tuple[Field, ...]:
    return tuple(found_in(decoded(content), name))


def _leaves(value: Any) -> frozenset[str]:
    if isinstance(value, Mapping):
        return frozenset[str]().union(*map(_leaves, cast("Mapping[str, Any]", value).values()))
    if isinstance(value, list):
        return frozenset[str]().union(*map(_leaves, cast("list[Any]", value)))
    return frozenset({str(value)})


def ids_in(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The texts among arguments by normal name: what may say which thing is meant."""
    return {normal(name): value for name, value in arguments.items() if isinstance(value, str)}
