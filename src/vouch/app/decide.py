"""What people decide about waiting writes: approve, edit, reject, pass on, or say what became of an uncertain one.

It does not know how people are told, nor what happens next: `resume` takes the run on.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from vouch.errors import UsageError
from vouch.journal.journal import Journal
from vouch.journal.state import OpenCall, RunState, fold
from vouch.values.digest import canonical, digest
from vouch.values.event import ApprovalGiven, EffectSettled, Event

SHORT: Final = 8
"""Characters of a write's digest by which a person names it; it rests on the run's name, too, so none can be made to
be like another.
"""


class Waiting(Struct, frozen=True):
    """A write that waits for a person: to be approved (`uncertain` False), or to be looked into.

    `warning` says which untrusted text it rests on, if any. `digest` stands for all that is shown of it here: given to
    `decide`, only what was shown can be decided about.
    """

    run: str
    app: str
    call_id: str
    tool: str
    arguments: str
    shown: str
    since: float
    expires: float
    uncertain: bool = False
    warning: str = ""
    digest: str = ""


class Stalled(Struct, frozen=True):
    """A run that could go on, and nobody drives it: the process that was to take it on has ended. `why` is its last
    decision, or the write that was begun; `since` is when that was, in Unix seconds.
    """

    run: str
    app: str
    why: str
    since: float


async def waiting(journal: Journal, *, app: str | None = None, limit: int = 1000) -> list[Waiting]:
    """All writes that wait for a person, the newest runs first; also those of runs that were interrupted."""
    return [write for state in await _unfinished(journal, app, limit) for write in waiting_in(state)]


async def stalled(journal: Journal, *, app: str | None = None, limit: int = 1000) -> list[Stalled]:
    """All runs in which a write was decided about or begun and that nobody takes on, the newest first.

    `resume` goes on with them. What was interrupted otherwise has done nothing yet that anybody waits for.
    """
    found = [run for state in await _unfinished(journal, app, limit) if (run := _stalled(state)) is not None]
    driven = await journal.driven([run.run for run in found])
    return [run for run in found if run.run not in driven]


async def _unfinished(journal: Journal, app: str | None, limit: int) -> list[RunState]:
    rows = {row.run: row for row in await journal.runs(app=app, status="waiting", limit=limit)}
    rows |= {row.run: row for row in await journal.runs(app=app, limit=limit) if row.status is None and not row.proof}
    newest_first = sorted(rows.values(), key=lambda row: row.started, reverse=True)
    return [fold(row.run, await journal.read(row.run)) for row in newest_first]


def _stalled(state: RunState) -> Stalled | None:
    """What was to happen next in a run; None where it waits, or where nobody was asked about anything."""
    if state.started is None or state.waiting is not None:
        return None
    for opened in state.open.values():
        if opened.intended is not None and opened.uncertain is None:
            return Stalled(state.run, state.started.app, f"{opened.call.name} was begun", opened.intended_at)
    decided = [opened for opened in state.open.values() if opened.given is not None]
    for opened in decided:
        assert opened.given is not None  # noqa: S101 - or else it was left out
        if opened.given.decision != "escalate":
            why = f"{opened.call.name}: {opened.given.decision}, by {opened.given.who}"
            return Stalled(state.run, state.started.app, why, state.at)
    if state.idle and not decided:
        # The last that happened was a person's doing, and of no call that is open.
        return Stalled(state.run, state.started.app, "an uncertain write was settled", state.at)
    return None


def waiting_in(state: RunState) -> list[Waiting]:
    """The writes of one run that wait for a person."""
    return [_shown(state, opened) for opened in state.open.values() if _waits(opened)]


async def undecided(journal: Journal, run: str, *, call_id: str = "") -> Waiting:
    """The write about which `decide` would decide now: to be shown first. Raises `UsageError` as that does."""
    state = _going_on(fold(run, await journal.read(run)))
    return _shown(state, _one(state, call_id, _open_to_decision(state)))


async def decide(
    journal: Journal,
    run: str,
    decision: Literal["approve", "edit", "reject", "escalate"],
    *,
    who: str,
    why: str = "",
    call_id: str = "",
    edited: dict[str, object] | None = None,
    shown: str = "",
) -> Waiting:
    """Record a decision about the one write of `run` that waits for approval (or the one of `call_id`).

    A decision is for exactly the arguments that were shown, and for once. `shown` is the digest of the write that the
    person has seen (or its first 8 characters or more): without it, the decision is about whatever waits now. Raises
    `UsageError` when nothing waits, when something else waits than what was `shown`, when it is too late, or when it
    was decided already, and `RunConflict` while the run is being driven.
    """
    if shown and len(shown) < SHORT:
        raise UsageError(f"shown={shown!r}: give the digest of the write that was shown, {SHORT} characters or more")
    if (decision == "edit") != (edited is not None):
        raise UsageError("give the new arguments with the decision `edit`, and only with it")
    async with _taken(journal, run) as state:
        opened = _one(state, call_id, _open_to_decision(state), shown=shown)
        assert opened.asked is not None  # noqa: S101 - only such calls can be decided
        if time.time() >= opened.asked.expires:
            raise UsageError(f"run {run!r}: the time to decide about {opened.call.name!r} is over; resume the run")
        given = ApprovalGiven(
            call_id=opened.call.id,
            arguments=opened.asked.arguments,
            decision=decision,
            who=who,
            why=why,
            edited=canonical(edited).decode() if edited is not None else "",
        )
        await _record(journal, state, given)
        return _shown(state, opened)


async def settle(journal: Journal, run: str, *, made: bool, who: str, result: str = "", call_id: str = "") -> Waiting:
    """Record whether an uncertain write was made. Raises `UsageError` when no write of the run is uncertain."""
    async with _taken(journal, run) as state:
        opened = _one(state, call_id, [opened for opened in state.open.values() if opened.uncertain is not None])
        content = result or ("This was done." if made else "This was not done.")
        settled = EffectSettled(
            call_id=opened.call.id, name=opened.call.name, key=opened.key, made=made, content=content, who=who
        )
        await _record(journal, state, settled)
        return _shown(state, opened)


@asynccontextmanager
async def _taken(journal: Journal, run: str) -> AsyncGenerator[RunState]:
    """The state of a run that nobody drives meanwhile; afterwards anybody may go on with it."""
    with journal.driving(run):
        await journal.claim(run)
        try:
            yield _going_on(fold(run, await journal.read(run)))
        finally:
            await journal.let_go(run)


def _going_on(state: RunState) -> RunState:
    if state.finished is not None:
        raise UsageError(f"run {state.run!r} has ended ({state.finished.status}); nothing in it waits any more")
    return state


def _open_to_decision(state: RunState) -> list[OpenCall]:
    return [opened for opened in state.open.values() if _can_be_decided(opened)]


def _waits(opened: OpenCall) -> bool:
    return opened.uncertain is not None or _can_be_decided(opened)


def _can_be_decided(opened: OpenCall) -> bool:
    asked, given = opened.asked, opened.given
    waits = asked is not None and asked.of == "person" and opened.intended is None
    return waits and (given is None or given.decision == "escalate")


def _one(state: RunState, call_id: str, found: list[OpenCall], *, shown: str = "") -> OpenCall:
    found = [opened for opened in found if call_id in ("", opened.call.id)]
    if not found:
        raise UsageError(f"nothing in run {state.run!r} waits for that; it may have been decided already")
    if shown and not (found := [opened for opened in found if _shown(state, opened).digest.startswith(shown)]):
        raise UsageError(
            f"run {state.run!r}: something else waits now than what was shown as {shown!r}, which may have been "
            "decided already; look again: vouch approve"
        )
    if len(found) > 1:
        calls = ", ".join(f"{opened.call.id} ({opened.call.name})" for opened in found)
        raise UsageError(f"several calls of run {state.run!r} wait: {calls}; name one")
    return found[0]


def _shown(state: RunState, opened: OpenCall) -> Waiting:
    assert state.started is not None  # noqa: S101 - every run begins with its start
    asked = opened.asked
    write = Waiting(
        state.run,
        state.started.app,
        opened.call.id,
        opened.call.name,
        str(opened.intended.arguments) if opened.intended else opened.call.arguments or "{}",
        str(asked.shown) if asked else "",
        state.at,
        asked.expires if asked else 0.0,
        opened.uncertain is not None,
        asked.warning if asked else "",
    )
    seen = (write.run, write.call_id, write.tool, write.arguments, write.shown, write.warning)
    return replace(write, digest=digest(seen))


async def _record(journal: Journal, state: RunState, body: ApprovalGiven | EffectSettled) -> None:
    await journal.append_event(Event(state.run, state.events, time.time(), body))
    await journal.flush_run(state.run)
