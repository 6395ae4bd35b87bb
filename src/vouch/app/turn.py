"""One turn as named steps: which step comes next follows from the run's state alone.

It does not know how a step does its work.

    guard_input -> plan -> recall -> compose -> route -> ask
        -> (read, consider -> ask)* -> check -> cite -> guard_output -> finish

A step is a short function from a turn to events; steps that an app has no use for are skipped.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from vouch.app import citing, effects, planning, recovery, steps
from vouch.app.app import App
from vouch.app.effects import Phase
from vouch.app.recovery import Events, Write
from vouch.app.steps import Turn
from vouch.contracts.guard import Guard
from vouch.journal.state import OpenCall, RunState
from vouch.values.event import AnyBody

Step = Callable[[Turn], AsyncGenerator[AnyBody]]


@dataclass(frozen=True)
class Ending:
    """Why a run ends now, when it is not with an answer."""

    status: Literal["abstained", "blocked", "stopped", "failed"]
    why: str


@dataclass(frozen=True)
class Pause:
    """Whom the run waits for, what the customer is told meanwhile, and why."""

    of: Literal["person", "customer"]
    output: str
    why: str
    call_id: str = ""
    """The call about which the customer is asked."""


def next_step(app: App, state: RunState, now: float) -> Step | Ending | Pause:
    """The step that comes next, or how the run ends or pauses. Pure: the same state gives the same step."""
    if unknown := next((opened for opened in state.open.values() if opened.intended is not None), None):
        return _find_out(unknown)
    if ending := _refused(app, state):
        return ending
    if state.waiting is not None:
        # There is nothing to prepare for whoever waits, also where the app is another by now.
        return _calls(app, state, now) if state.open else steps.finish
    if unjudged(app, state, "input"):
        return steps.guard_input
    if app.planner is not None and app.writes and state.planned is None:
        return planning.plan
    if app.knowledge is not None and state.passages is None:
        return steps.recall
    if not state.rendered:
        return steps.compose
    if not state.plan:
        return steps.route
    if state.answer is None and not _committed(state) and (why := _must_stop(app, state, now)):
        return Ending("stopped", why)
    return _conversation(app, state, now)


def _find_out(unknown: OpenCall) -> Step | Pause:
    """A write of unknown outcome comes before all else: what follows may rest on it, and no end may hide it."""
    if unknown.uncertain is None:
        return steps.write_step(recovery.recover, unknown)
    return Pause("person", "", f"to find out whether {unknown.call.name} was made: {unknown.uncertain.why}")


def _committed(state: RunState) -> bool:
    """Whether somebody was asked about a write: then the run must see it through."""
    return any(opened.asked is not None for opened in state.open.values())


def _must_stop(app: App, state: RunState, now: float) -> str | None:
    if app.budget.trouble is not None and state.trouble >= app.budget.trouble:
        return f"{state.trouble} calls in a row failed or were refused"
    return app.budget.exceeded(state, now)


def _conversation(app: App, state: RunState, now: float) -> Step | Ending | Pause:
    if state.open:
        return _calls(app, state, now)
    if state.answer is None:
        return _exhausted(state) or steps.ask
    if app.instructions.settings.output_schema is not None and not state.checked:
        return steps.check
    if state.cited is None and citing.cites(app):
        return citing.cite
    if state.cited is not None and state.cited.sentences and not state.outgoing:
        return Ending("abstained", citing.UNSUPPORTED)
    if unjudged(app, state, "output"):
        return steps.guard_output
    return steps.finish


_TAKES: Final[dict[Phase, Callable[[Write], Events]]] = {
    "consider": effects.consider,
    "reply": effects.reply,
    "expired": effects.expire,
    "decided": effects.decided,
}
"""By how far a write has come: what takes it further. `asked` waits for someone."""


def _calls(app: App, state: RunState, now: float) -> Step | Pause:
    """Reads first; then every write as far as it can go, one after the other; then wait for whoever must decide."""
    writes = [opened for opened in state.open.values() if opened.call.name in app.writes]
    if len(writes) < len(state.open):
        return steps.read
    for opened in writes:
        if work := _TAKES.get(effects.phase(opened, state, now)):
            return steps.write_step(work, opened)
    return _pause(writes)


def _pause(writes: Sequence[OpenCall]) -> Pause:
    for opened in writes:
        if opened.asked is not None and opened.asked.of == "customer":
            question = f"{opened.asked.shown} Is that right? Please answer yes or no."
            return Pause("customer", question, "to confirm a write", opened.call.id)
    first = writes[0]
    assert first.asked is not None  # noqa: S101 - nothing else waits
    why = f"to approve: {first.asked.shown}"
    if first.asked.rule == "provenance":
        why += f" ({first.asked.warning})"
    return Pause("person", "", why)


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
