"""The end of a proof that was interrupted or could not go on: neither it nor a run of its cases is left open.

It does not know what interrupted it. What was answered stays answered: the next proof finds it by its content.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from vouch.app import steps
from vouch.errors import JournalError, StoreError
from vouch.journal.journal import Journal
from vouch.journal.recorder import Recorder
from vouch.journal.state import fold
from vouch.values.event import Event, ProofFinished, RunFinished


async def end_interrupted(recorder: Recorder, journal: Journal, error: BaseException) -> None:
    """End the proof that `recorder` records, and the runs of its cases, as stopped.

    What cannot be recorded any more stays as it is.
    """
    interrupted = isinstance(error, asyncio.CancelledError | KeyboardInterrupt)
    why = "interrupted" if interrupted else f"{type(error).__name__}: {error}"
    with suppress(StoreError, JournalError):
        await _end_runs(journal, recorder.run, f"the proof was stopped: {why}")
        await recorder.add(RunFinished(status="stopped", why=why))
        await journal.flush_run(recorder.run)


async def end_abandoned(journal: Journal, app: str, proof: str) -> None:
    """End, as stopped, the proofs of this name whose process was killed, and the runs of their cases.

    One that another process is at work on goes on.
    """
    with suppress(StoreError):
        found = await journal.open_proofs(app, proof)
        driven = await journal.driven(found)
        for run in found:
            if run not in driven:
                with suppress(JournalError):
                    await _end_proof(journal, run)


async def _end_proof(journal: Journal, run: str) -> None:
    why = "the process of the proof ended before it did"
    with journal.driving(run):
        # Two that come upon it at the same time: one gets it, the other is told that it is driven.
        await journal.claim(run)
        await _end_runs(journal, run, f"the proof was stopped: {why}")
        last = await journal.last(run)
        if last is not None and not isinstance(last.body, ProofFinished | RunFinished):
            await journal.append_event(
                Event(run, last.seq + 1, time.time(), RunFinished(status="stopped", why=why)),
            )
            await journal.flush_run(run)
        await journal.let_go(run)


async def _end_runs(journal: Journal, proof: str, why: str) -> None:
    for run in await journal.open_of_proof(proof):
        with suppress(JournalError):
            await _end(journal, run, why)


async def _end(journal: Journal, run: str, why: str) -> None:
    """End a run of a case; one with a write of unknown outcome is left for a person to look into."""
    with journal.driving(run):
        await journal.claim(run)
        state = fold(run, await journal.read(run))
        if all(opened.intended is None for opened in state.open.values()):
            finished = steps.ending(state, RunFinished(status="stopped", why=why))
            await journal.append_event(Event(run, state.events, time.time(), finished))
        await journal.let_go(run)
