"""A run's state, folded from its events: what was said, what is open, what it used. To resume is to fold and go on.

It does not know what comes next; the app decides that from the state alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from vouch.errors import EventUnreadable
from vouch.values.event import (
    AnswerChecked,
    Event,
    GuardJudged,
    KnowledgeFound,
    ModelAnswered,
    ModelFailed,
    PromptRendered,
    RouteChosen,
    RunFinished,
    RunStarted,
    ToolRead,
)
from vouch.values.message import Message, ToolCall, ToolResult, assistant, tool_result, user
from vouch.values.money import ZERO, Money, Usage
from vouch.values.request import extend


class RunState:
    """Everything about a run that its next step depends on. Changed by `apply` alone."""

    def __init__(self, run: str) -> None:
        self.run = run
        self.events = 0
        """Events applied: the number of the next one."""
        self.started: RunStarted | None = None
        self.started_at = 0.0
        self.judged: dict[str, tuple[bool, str]] = {}
        """By side and guard, such as `input:deny`: whether it passed, and why not."""
        self.passages: str | None = None
        """What knowledge was recalled, as JSON; None before that."""
        self.messages: list[Message] = []
        self.history = ""
        """The digest of `messages`, kept up as they grow."""
        self.rendered = False
        self.plan: tuple[str, ...] = ()
        self.attempt = 0
        """How many models of the plan have been given up."""
        self.failures: list[ModelFailed] = []
        """Failures since the last answer, for the model now asked."""
        self.last_failure: ModelFailed | None = None
        self.answer: ModelAnswered | None = None
        """The last final answer, until it is refused and another is asked for."""
        self.unsure: ModelAnswered | None = None
        """The last answer that was not kept for want of confidence."""
        self.open_calls: tuple[ToolCall, ...] = ()
        """Calls of the last answer that have no result yet."""
        self.checked = False
        self.repairs = 0
        self.steps = 0
        self.usage = Usage()
        self.cost: Money | None = None
        self.finished: RunFinished | None = None

    def apply(self, event: Event) -> None:
        """Take in the next event; raises `EventUnreadable` when it is not the next."""
        if event.seq != self.events:
            raise EventUnreadable(f"run {self.run!r}: event {event.seq} came where {self.events} was wanted")
        self.events += 1
        if event.seq == 0:
            self.started_at = event.at
        if take := _TAKE.get(type(event.body)):
            take(self, event.body)

    @property
    def spent(self) -> Money:
        """What the run has cost so far; what has no known price counts as nothing."""
        return ZERO if self.cost is None else self.cost


def _start(state: RunState, body: RunStarted) -> None:
    state.started = body


def _judge(state: RunState, body: GuardJudged) -> None:
    state.judged[f"{body.side}:{body.guard}"] = (body.passed, body.why)


def _know(state: RunState, body: KnowledgeFound) -> None:
    state.passages = str(body.hits)


def _render(state: RunState, body: PromptRendered) -> None:
    state.rendered = True
    for message in msgspec.json.decode(str(body.messages), type=list[Message]):
        _say(state, message)


def _route(state: RunState, body: RouteChosen) -> None:
    state.plan, state.attempt = body.plan, 0


def _fail(state: RunState, body: ModelFailed) -> None:
    state.last_failure = body
    state.failures.append(body)
    if body.given_up:
        state.failures = []
        state.attempt += 1


def _answered(state: RunState, body: ModelAnswered) -> None:
    state.steps += 1
    state.usage += body.usage
    if body.cost is not None:
        state.cost = body.cost if state.cost is None else state.cost + body.cost
    state.failures = []
    if not body.kept:
        state.unsure = body
        state.attempt += 1
        return
    calls = body.calls if isinstance(body.calls, tuple) else ()
    _say(state, assistant(str(body.text), *calls))
    state.open_calls = calls
    state.answer = None if calls else body
    state.checked = False


def _check(state: RunState, body: AnswerChecked) -> None:
    state.checked = body.passed
    if not body.passed:
        state.repairs += 1
        state.answer = None
        _say(state, user(body.problem))


def _read(state: RunState, body: ToolRead) -> None:
    state.open_calls = tuple(call for call in state.open_calls if call.id != body.call_id)
    _say(state, tool_result(ToolResult(body.call_id, body.name, str(body.content), body.failed)))


def _finish(state: RunState, body: RunFinished) -> None:
    state.finished = body


def _say(state: RunState, message: Message) -> None:
    state.messages.append(message)
    state.history = extend(state.history, message)


_TAKE: Final[dict[type[Any], Callable[[RunState, Any], None]]] = {
    RunStarted: _start,
    GuardJudged: _judge,
    KnowledgeFound: _know,
    PromptRendered: _render,
    RouteChosen: _route,
    ModelFailed: _fail,
    ModelAnswered: _answered,
    AnswerChecked: _check,
    ToolRead: _read,
    RunFinished: _finish,
}


def fold(run: str, events: Iterable[Event]) -> RunState:
    """The state of `run` after `events`."""
    state = RunState(run)
    for event in events:
        state.apply(event)
    return state
