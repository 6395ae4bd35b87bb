"""Time travel: a run forked at one of its events, with something else in that place, another prompt or another model.

It does not know how two runs are compared. A fork is a run of its own: it has other idempotency keys than its parent,
takes over no approval, and unless it is asked to, it changes nothing in the world.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec

from vouch.app import steps
from vouch.app.app import App
from vouch.app.house import House
from vouch.app.run import close, resume, say
from vouch.app.simulated import simulated
from vouch.app.steps import Listener, Turn
from vouch.app.turn import Step
from vouch.errors import UsageError
from vouch.journal.journal import Journal
from vouch.journal.state import RunState, fold
from vouch.values.digest import digest
from vouch.values.event import (
    AnyBody,
    ApprovalAsked,
    EffectDone,
    Event,
    InputGiven,
    ModelAnswered,
    PromptRendered,
    RouteChosen,
    RunResumed,
    RunStarted,
    ToolRead,
    kind_of,
)
from vouch.values.identifier import new_id
from vouch.values.message import ToolCall
from vouch.values.result import Result

FORKED: Final = "forked"
"""The version of a fork that no app goes on with: `resume` refuses it, so that it cannot act by mistake."""

Change = Callable[[AnyBody], AnyBody]
"""Makes of an event the one that stands in its place in the fork; raises `UsageError` when it is of another kind."""


def other_input(text: str) -> Change:
    """What the customer said was `text`."""

    def change(body: AnyBody) -> AnyBody:
        if not isinstance(body, RunStarted | InputGiven):
            raise _misplaced(body, "another input", "run.started or input.given")
        return msgspec.structs.replace(body, input=text)

    return change


def other_result(content: str, *, failed: bool = False) -> Change:
    """The tool gave back `content`, or with `failed` this message of its failure."""

    def change(body: AnyBody) -> AnyBody:
        if not isinstance(body, ToolRead | EffectDone):
            raise _misplaced(body, "another result", "tool.read or effect.done")
        return msgspec.structs.replace(body, content=content, failed=failed)

    return change


def other_answer(text: str = "", *, calls: Sequence[ToolCall] = ()) -> Change:
    """The model answered this."""

    def change(body: AnyBody) -> AnyBody:
        if not isinstance(body, ModelAnswered):
            raise _misplaced(body, "another answer", "model.answered")
        # No request is answered by it: whoever replays recorded answers must not find it.
        finish = "tools" if calls else "stop"
        changes = {"text": text, "calls": tuple(calls), "finish": finish, "kept": True, "confidence": None}
        return msgspec.structs.replace(body, request="", **changes)

    return change


def _misplaced(body: AnyBody, what: str, kinds: str) -> UsageError:
    return UsageError(f"{what} cannot stand in the place of {kind_of(body)}; fork at an event {kinds}")


async def fork(journal: Journal, run: str, at: int, *, change: Change | None = None, version: str = FORKED) -> str:
    """Copy the first `at` events of `run` into a new run, and after them the next one with `change`; gives its name.

    `version` is that of the app that may go on with it. Nobody's yes is copied: raises `UsageError` for a place
    between a yes and the write it was given for, or between a write's intent and its outcome.
    """
    return await _begin(journal, _cut(await journal.read(run), at, change), at, version=version)


async def replay_from(
    app: App,
    run: str,
    at: int,
    house: House,
    *,
    change: Change | None = None,
    writes: Literal["simulate", "refuse", "real"] = "simulate",
    listener: Listener | None = None,
) -> Result:
    """Fork `run` at event `at` and go on with `app`, which may have another prompt, other models or other tools.

    A prompt that has changed takes the place of the one before, also when the conversation had begun. In a
    conversation the customer says what they said then. Unless `writes` is `real`, writes are not made, and a read that
    the recorded run made too gives what it gave then. Raises `UsageError` as `fork` does.
    """
    events = await house.journal.read(run)
    cut = _cut(events, at, change)
    whole = fold(run, events)
    going_on = app
    if writes != "real":
        going_on = simulated(app, whole.calls[len(fold(run, cut).calls) :], writes=writes)
    copied = await _for_app(app, cut, house)
    name = await _begin(house.journal, copied, at, app=app.name, version=going_on.version, simulated=writes != "real")
    result = await resume(going_on, name, house, listener=listener)
    for event in events[len(cut) :]:
        if isinstance(event.body, InputGiven) and await _listens(house.journal, name):
            result = await say(going_on, name, str(event.body.input), house, listener=listener)
    if whole.finished is not None and await _listens(house.journal, name):
        result = await close(going_on, name, house)
    return result


async def _listens(journal: Journal, run: str) -> bool:
    """Whether the run waits for the customer's next words."""
    state = fold(run, await journal.read(run))
    return state.finished is None and state.waiting is not None and state.waiting.of == "customer"


def _cut(events: Sequence[Event], at: int, change: Change | None) -> list[Event]:
    """The events that the fork begins with; its time is now, so that the questions in it can still be answered."""
    run = events[0].run
    if not isinstance(events[0].body, RunStarted):
        raise UsageError(f"{run!r} is a proof, not a run of an app; fork one of its runs")
    last = len(events) - (change is not None)
    if not 0 <= at <= last:
        raise UsageError(f"run {run!r} cannot be forked at {at}; give a number from 0 to {last}: `vouch trace {run}`")
    cut = list(events[: max(at, 1)])
    if change is not None:
        cut = [*cut[:at], msgspec.structs.replace(events[at], body=change(events[at].body))]
    if _is_amid_a_write(fold(run, cut), said=change is None):
        places = [place for place in range(1, at) if not _is_amid_a_write(fold(run, events[:place]))]
        raise UsageError(
            f"run {run!r} cannot be forked at {at}, where a write has somebody's yes or is under way: a fork takes "
            f"over neither; fork at {places[-1]} or before"
        )
    since = time.time() - cut[-1].at
    return [Event(run, event.seq, event.at + since, _of_the_fork(event.body, since)) for event in cut]


def _is_amid_a_write(state: RunState, *, said: bool = True) -> bool:
    """Whether a write has a yes, or is under way; `said`: what the customer said last to a question is theirs."""
    given = any(opened.given or opened.confirmed or opened.intended for opened in state.open.values())
    return given or (said and state.reply is not None)


def _of_the_fork(body: AnyBody, seconds: float) -> AnyBody:
    """The event so many seconds later; which version may go on with the fork, its start alone says."""
    if isinstance(body, ApprovalAsked) and body.expires:
        return msgspec.structs.replace(body, expires=body.expires + seconds)
    if isinstance(body, RunResumed):
        return msgspec.structs.replace(body, version="")
    return body


async def _for_app(app: App, cut: Sequence[Event], house: House) -> list[Event]:
    """The events as `app` would have them: its own prompt, and a plan of its own models."""
    run, events = cut[0].run, list(cut)
    for place, event in enumerate(cut):
        if isinstance(event.body, PromptRendered) and event.body.version != app.instructions.version:
            events[place] = await _made(steps.compose, Turn(app, fold(run, cut[:place]), house), event)
    state = fold(run, events)
    if not state.plan or state.plan == app.model_names:
        return events
    last = Event(run, len(events), events[-1].at, events[-1].body)
    plan = await _made(steps.route, Turn(app, state, house), last)
    if state.waiting is None:
        return [*events, plan]
    # Who waits for the customer has nothing under way, and must go on waiting.
    return [
        msgspec.structs.replace(event, body=plan.body) if isinstance(event.body, RouteChosen) else event
        for event in events
    ]


async def _made(step: Step, turn: Turn, event: Event) -> Event:
    """`event` with what `step` says instead."""
    bodies = [body async for body in step(turn)]
    return msgspec.structs.replace(event, body=bodies[0])


async def _begin(
    journal: Journal, copied: Sequence[Event], at: int, *, version: str, app: str = "", simulated: bool = True
) -> str:
    """Record the fork; it counts for no proof, and is the answer to no question that is asked again."""
    name = new_id()
    first = copied[0].body
    assert isinstance(first, RunStarted)  # noqa: S101 - or else nothing was cut
    started = msgspec.structs.replace(
        first,
        app=app or first.app,
        version=version,
        key=digest(("fork", name)),
        proof="",
        case="",
        parent=copied[0].run,
        forked_at=max(at, 1),
        simulated=simulated,
    )
    for event in copied:
        await journal.append_event(Event(name, event.seq, event.at, event.body if event.seq else started))
    await journal.flush_run(name)
    await journal.let_go(name)
    return name
