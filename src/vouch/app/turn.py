"""One turn as named steps: which step comes next follows from the run's state alone.

It does not know how a step does its work.

    guard_input -> recall -> compose -> route -> ask -> (act -> ask)* -> check -> guard_output -> finish

A step is a short function from a turn to events; steps that an app has no use for are skipped.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Literal

from vouch.app import steps
from vouch.app.app import App
from vouch.app.steps import Turn
from vouch.contracts.guard import Guard
from vouch.journal.state import RunState
from vouch.values.event import AnyBody

Step = Callable[[Turn], AsyncGenerator[AnyBody]]


@dataclass(frozen=True)
class Ending:
    """Why a run ends now, when it is not with an answer."""

    status: Literal["abstained", "blocked", "stopped", "failed"]
    why: str


def next_step(app: App, state: RunState, now: float) -> Step | Ending:
    """The step that comes next, or how the run ends. Pure: the same state gives the same step."""
    if ending := _refused(app, state):
        return ending
    if unjudged(app, state, "input"):
        return steps.guard_input
    if app.knowledge is not None and state.passages is None:
        return steps.recall
    if not state.rendered:
        return steps.compose
    if not state.plan:
        return steps.route
    if state.answer is None and (why := app.budget.exceeded(state, now)):
        return Ending("stopped", why)
    return _conversation(app, state)


def _conversation(app: App, state: RunState) -> Step | Ending:
    if state.open_calls:
        return steps.act
    if state.answer is None:
        return _exhausted(state) or steps.ask
    if app.instructions.settings.output_schema is not None and not state.checked:
        return steps.check
    if unjudged(app, state, "output"):
        return steps.guard_output
    return steps.finish


def _refused(app: App, state: RunState) -> Ending | None:
    for passed, why in state.judged.values():
        if not passed:
            return Ending("blocked", why)
    if state.repairs > app.repairs:
        return Ending("failed", f"the answer still did not fit after {app.repairs} repairs")
    return None


def _exhausted(state: RunState) -> Ending | None:
    """No model is left to ask: either none was sure enough, or none answered."""
    if state.attempt < len(state.plan):
        return None
    if state.unsure is not None:
        sure = "no confidence" if state.unsure.confidence is None else f"confidence {state.unsure.confidence:.2f}"
        return Ending("abstained", f"no model was sure enough: {state.unsure.model} had {sure}")
    failure = state.last_failure
    return Ending("failed", "no model answered" if failure is None else f"{failure.error}: {failure.message}")


def unjudged(app: App, state: RunState, side: Literal["input", "output"]) -> tuple[Guard, ...]:
    """The guards that have not looked at this side yet."""
    return tuple(guard for guard in app.guards if f"{side}:{guard.name}" not in state.judged)
