"""A run's state, folded from its events: what was said, what is open, what it used. To resume is to fold and go on.

It does not know what comes next; the app decides that from the state alone.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from vouch.errors import EventUnreadable
from vouch.values.event import (
    AnswerChecked,
    AnyBody,
    Event,
    ModelAnswered,
    ModelAsked,
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
        self.messages: list[Message] = []
        self.history = ""
        """The digest of `messages`, kept up as they grow."""
        self.rendered = False
        self.plan: tuple[str, ...] = ()
        self.attempt = 0
        """Models of the plan that have been given up for the question now open."""
        self.asked: ModelAsked | None = None
        self.answer: ModelAnswered | None = None
        """The last answer that was kept and has not been followed by another message."""
        self.open_calls: tuple[ToolCall, ...] = ()
        """Calls of the last answer that have no result yet."""
        self.steps = 0
        self.repairs = 0
        self.checked = False
        self.failures: list[ModelFailed] = []
        """Failed attempts since the last answer."""
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
        self._apply(event.body)

    def _apply(self, body: AnyBody) -> None:
        match body:
            case RunStarted():
                self.started = body
            case PromptRendered():
                self.rendered = True
                for message in msgspec.json.decode(str(body.messages), type=list[Message]):
                    self._say(message)
            case RouteChosen():
                self.plan, self.attempt = body.plan, 0
            case ModelAsked():
                self.asked = body
            case ModelFailed():
                self.failures.append(body)
            case ModelAnswered():
                self._answered(body)
            case AnswerChecked():
                self._checked(body)
            case ToolRead():
                self._result(ToolResult(body.call_id, body.name, str(body.content), body.failed))
            case RunFinished():
                self.finished = body
            case _:
                pass

    def _answered(self, body: ModelAnswered) -> None:
        self.usage += body.usage
        if body.cost is not None:
            self.cost = body.cost if self.cost is None else self.cost + body.cost
        self.failures = []
        self.answer = body
        self.steps += 1
        self.checked = False
        if body.kept:
            calls = body.calls if isinstance(body.calls, tuple) else ()
            self.open_calls = calls
            self._say(assistant(str(body.text), *calls))

    def _checked(self, body: AnswerChecked) -> None:
        self.checked = body.passed
        if not body.passed:
            self.repairs += 1
            self.answer = None
            self._say(user(body.problem))

    def _result(self, result: ToolResult) -> None:
        self.open_calls = tuple(call for call in self.open_calls if call.id != result.call_id)
        self._say(tool_result(result))
        if not self.open_calls:
            self.answer = None

    def _say(self, message: Message) -> None:
        self.messages.append(message)
        self.history = extend(self.history, message)

    @property
    def spent(self) -> Money:
        """What the run has cost so far; nothing known counts as nothing."""
        return ZERO if self.cost is None else self.cost


def fold(run: str, events: Iterable[Event]) -> RunState:
    """The state of `run` after `events`."""
    state = RunState(run)
    for event in events:
        state.apply(event)
    return state
