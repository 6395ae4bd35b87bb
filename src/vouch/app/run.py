"""Running an app on one question, and going on with a run that was interrupted.

It does not know what the steps do: it records what they say, and asks the state which comes next.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from vouch.app import steps
from vouch.app.app import App
from vouch.app.house import House
from vouch.app.turn import Ending, Step, Turn, next_step
from vouch.errors import AppError, JournalError, StoreError, UsageError
from vouch.journal.cleaning import mended
from vouch.journal.reader import result_of
from vouch.journal.state import RunState, fold
from vouch.values.event import AnyBody, Event, RunFinished, RunStarted
from vouch.values.identifier import new_id
from vouch.values.result import Result


async def run(app: App, input: str, house: House, *, proof: str = "", case: str = "") -> Result:
    """Ask `app` one question and give how it ended, durably recorded.

    Raises `UsageError`, `StoreError` or `JournalError` alone: where a part of the app broke, the run has failed.
    """
    input = mended(input)
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
        try:
            async with aclosing(step(turn)) as bodies:
                async for body in bodies:
                    yield await _record(turn, body)
        except (UsageError, StoreError, JournalError):
            raise
        except Exception as error:  # noqa: BLE001 - a guard, a model or knowledge may be anybody's code
            yield await _record(turn, steps.ending(state, RunFinished(status="failed", why=_broken(step, error))))


def _broken(step: Step, error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{step.__name__} broke at {Path(last.filename).name}:{last.lineno}: {type(error).__name__}: {error}"


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
