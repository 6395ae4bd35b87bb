"""Running an app: a question, a conversation, and going on with a run that was interrupted or had to wait.

It does not know what the steps do: it records what they say, and asks the state which comes next.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import msgspec

from vouch.app import steps
from vouch.app.adoption import must_adopt
from vouch.app.app import App
from vouch.app.citing import citations_of
from vouch.app.house import House
from vouch.app.steps import Listener, Turn
from vouch.app.turn import Ending, Pause, Step, next_step
from vouch.errors import AppError, JournalError, StoreError, UsageError
from vouch.journal.cleaning import mended
from vouch.journal.journal import Journal
from vouch.journal.reader import result_of
from vouch.journal.state import RunState, fold
from vouch.values.event import (
    AnyBody,
    EffectUncertain,
    Event,
    InputGiven,
    RunFinished,
    RunResumed,
    RunStarted,
    RunWaiting,
    WorldLeft,
)
from vouch.values.identifier import new_id
from vouch.values.result import Result


async def run(
    app: App,
    input: str,
    house: House,
    *,
    chat: bool = False,
    proof: str = "",
    case: str = "",
    key: str = "",
    parent: str = "",
    name: str = "",
    rests_on: tuple[str, ...] = (),
    listener: Listener | None = None,
) -> Result:
    """Ask `app` one question and give how it ended, durably recorded.

    A `chat` goes on: `say` says more in it. `rests_on` names the sources of an `input` that nobody vouches for, such as
    `mail:4711`: what is written after it is as after any untrusted text. `listener` is told every event, and the words
    of an answer as they come; where it breaks, that is logged and the run goes on. Raises `UsageError`, `StoreError` or
    `JournalError` alone: where a part of the app broke, the run has failed.
    """
    input = mended(input)
    state = RunState(name or new_id())
    turn = Turn(app, state, house, listener)
    started = RunStarted(
        app=app.name,
        version=app.version,
        key=key or app.key(input),
        input=input,
        proof=proof,
        case=case,
        chat=chat,
        parent=parent,
        rests_on=_sources(rests_on),
    )
    async with _driving(house.journal, state.run):
        await _record(turn, started)
        return await _as_far_as_it_goes(turn)


async def say(
    app: App,
    run: str,
    input: str,
    house: House,
    *,
    rests_on: tuple[str, ...] = (),
    listener: Listener | None = None,
) -> Result:
    """Say more in a run that waits for its customer.

    What `rests_on` other sources is nobody's yes. Raises `AppError` when the run does not wait, and as `resume` does.
    """
    async with _driving(house.journal, run):
        turn = await _taken_up(app, run, house, listener)
        if turn.state.finished is not None:
            raise AppError(f"run {run!r} has ended ({turn.state.finished.status}); begin a new one")
        await _record(turn, InputGiven(input=mended(input), rests_on=_sources(rests_on)))
        return await _as_far_as_it_goes(turn)


async def resume(app: App, run: str, house: House, *, anyway: bool = False, listener: Listener | None = None) -> Result:
    """Go on with a run that was interrupted or has been decided about; one that had ended gives its result again.

    Where the app has changed since the run began, it goes on only `anyway`, and from then on with this version: what
    was said stays as it was, all that follows is done by the models, tools, rules and policies of now. Raises
    `RunNotFound`, `RunConflict` when another process holds the run, and `AppError` when the app has changed, `anyway`
    only when it cannot go on: see `vouch.app.adoption`.
    """
    async with _driving(house.journal, run):
        return await _as_far_as_it_goes(await _taken_up(app, run, house, listener, anyway=anyway))


async def close(app: App, run: str, house: House, *, world: str = "") -> Result:
    """End a chat: its last answer is its output. `world` is how it left the world, as JSON, where that is known.

    Raises `AppError` while the outcome of a write is not known.
    """
    async with _driving(house.journal, run):
        turn = await _taken_up(app, run, house, None)
        state = turn.state
        if any(opened.intended for opened in state.open.values()):
            raise AppError(f"run {run!r} has a write whose outcome is not known; settle it first")
        if world:
            await _record(turn, WorldLeft(state=world))
        if state.finished is None:
            last = state.said[-1] if state.said else ""
            await _record(turn, steps.ending(state, RunFinished(status="answered", output=last)))
        return await _as_far_as_it_goes(turn)


async def drive(turn: Turn) -> AsyncGenerator[Event]:
    """Take steps until the run ends or waits; every event is recorded before it is given out."""
    state = turn.state
    while state.finished is None:
        step = next_step(turn.app, state, time.time())
        if isinstance(step, Ending):
            yield await _record(turn, steps.ending(state, RunFinished(status=step.status, why=step.why)))
        elif isinstance(step, Pause):
            if state.waiting is None:
                rests_on = state.rests_on if step.output else ()
                waiting = RunWaiting(
                    of=step.of, output=step.output, why=step.why, call_id=step.call_id, rests_on=rests_on
                )
                yield await _record(turn, waiting)
            return
        elif step is steps.finish and state.waiting is not None:
            return
        else:
            try:
                async with aclosing(step(turn)) as bodies:
                    async for body in bodies:
                        yield await _record(turn, body)
            except (UsageError, StoreError, JournalError):
                raise
            except Exception as error:  # noqa: BLE001 - a guard, a model or knowledge may be anybody's code
                yield await _record(turn, _after_breaking(state, _broken(step, error)))


def _sources(rests_on: object) -> tuple[str, ...]:
    if isinstance(rests_on, list | tuple) and all(isinstance(source, str) for source in rests_on):  # pyright: ignore[reportUnknownVariableType] - asked here
        return tuple(rests_on)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - asked above
    raise AppError(f"rests_on={rests_on!r}: give the sources of the input as a tuple, such as ('mail:17',)")


def _after_breaking(state: RunState, why: str) -> AnyBody:
    """What is recorded when a step broke: the run has failed, unless a write is left with its outcome unknown."""
    for opened in state.open.values():
        if opened.intended is not None and opened.uncertain is None:
            return EffectUncertain(call_id=opened.call.id, name=opened.call.name, key=opened.key, why=why)
    return steps.ending(state, RunFinished(status="failed", why=why))


def _broken(step: Step, error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{step.__name__} broke at {Path(last.filename).name}:{last.lineno}: {type(error).__name__}: {error}"


@asynccontextmanager
async def _driving(journal: Journal, run: str) -> AsyncGenerator[None]:
    """Nobody else in this process drives the run meanwhile; where it is left unfinished, others may then take it."""
    with journal.driving(run):
        try:
            yield
        except (Exception, asyncio.CancelledError):
            await journal.let_go(run)
            raise


async def _taken_up(app: App, run: str, house: House, listener: Listener | None, *, anyway: bool = False) -> Turn:
    """The turn of a recorded run, held by this process from now on."""
    taken_over = await house.journal.claim(run)
    state = fold(run, await house.journal.read(run))
    if state.started is None:
        raise AppError(f"{run!r} is a proof, not a run of an app; `vouch prove` goes on with proofs")
    turn = Turn(app, state, house, listener)
    if state.finished is not None:
        return turn
    changed = must_adopt(app, state, anyway=anyway)
    if changed or (taken_over and state.waiting is None):
        # On the disk before anything else: from here on a holder that still lives can no longer write to the run.
        # Nobody is at work on a run that waits.
        await _record(turn, RunResumed(holder=house.journal.holder, version=app.version if changed else ""))
        await house.journal.flush_run(run)
    return turn


async def _as_far_as_it_goes(turn: Turn) -> Result:
    state, journal = turn.state, turn.house.journal
    before = state.events
    async with aclosing(drive(turn)) as events:
        async for _ in events:
            pass
    await journal.flush_run(state.run)
    if state.events == before:
        # What ends a run or makes it wait lets go of it; here it had been so before.
        await journal.let_go(state.run)
    if state.finished is not None:
        return msgspec.structs.replace(result_of(state.run, state.finished), citations=citations_of(state))
    assert state.waiting is not None  # noqa: S101 - the loop ends no other way
    return _result_of_waiting(state, state.waiting)


def _result_of_waiting(state: RunState, waiting: RunWaiting) -> Result:
    return Result(
        state.run,
        "answered" if state.answer is not None else "waiting",
        str(waiting.output),
        waiting.confidence,
        waiting.model,
        state.usage,
        state.cost,
        state.busy,
        state.steps,
        waiting.why,
        rests_on=waiting.rests_on,
        citations=citations_of(state) if state.answer is not None else (),
    )


async def _record(turn: Turn, body: AnyBody) -> Event:
    event = Event(turn.state.run, turn.state.events, time.time(), body)
    await turn.house.journal.append_event(event)
    turn.state.apply(event)
    turn.tell(event)
    return event
