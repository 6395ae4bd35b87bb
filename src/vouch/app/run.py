"""Running an app on one question, and going on with a run that was interrupted.

It does not know what the steps do: it records what they say, and asks the state which comes next.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from vouch.app import steps
from vouch.app.app import App
from vouch.app.house import House
from vouch.app.turn import Ending, Turn, next_step
from vouch.errors import AppError
from vouch.journal.reader import result_of
from vouch.journal.state import RunState, fold
from vouch.values.event import AnyBody, Event, RunFinished, RunStarted
from vouch.values.identifier import new_id
from vouch.values.result import Result


async def run(app: App, input: str, house: House, *, proof: str = "", case: str = "") -> Result:
    """Ask `app` one question and give how it ended, durably recorded. Raises `UsageError` or `StoreError` alone."""
    state = RunState(new_id())
    turn = Turn(app, state, house)
    started = RunStarted(app=app.name, version=app.version, key=app.key(input), input=input, proof=proof, case=case)
    await _record(turn, started)
    return await _to_the_end(turn)


async def resume(app: App, run: str, house: House) -> Result:
    """Go on with a run that was interrupted; one that had ended gives its result again.

    Raises `RunNotFound`, and `AppError` when the app has changed since the run began.
    """
    state = fold(run, await house.journal.read(run))
    if state.started is None:
        raise AppError(f"{run!r} is a proof, not a run of an app; `vouch prove` goes on with proofs")
    if state.finished is None and (state.started.app, state.started.version) != (app.name, app.version):
        raise AppError(
            f"run {run!r} was begun by {state.started.app!r} version {state.started.version[:8]}, but this is "
            f"{app.name!r} version {app.version[:8]}: go on with that version, or ask again with this one"
        )
    return await _to_the_end(Turn(app, state, house))


async def drive(turn: Turn) -> AsyncGenerator[Event]:
    """Take steps until the run has ended; every event is recorded before it is given out."""
    state = turn.state
    while state.finished is None:
        step = next_step(turn.app, state, time.time())
        if isinstance(step, Ending):
            finished = RunFinished(status=step.status, why=step.why)
            yield await _record(turn, steps.ending(state, finished))
            return
        async with aclosing(step(turn)) as bodies:
            async for body in bodies:
                yield await _record(turn, body)


async def _to_the_end(turn: Turn) -> Result:
    async with aclosing(drive(turn)) as events:
        async for _ in events:
            pass
    assert turn.state.finished is not None  # noqa: S101 - the loop ends no other way
    await turn.house.journal.flush_run(turn.state.run)
    return result_of(turn.state.run, turn.state.finished)


async def _record(turn: Turn, body: AnyBody) -> Event:
    event = Event(turn.state.run, turn.state.events, time.time(), body)
    await turn.house.journal.append_event(event)
    turn.state.apply(event)
    return event
