"""Whether an app may go on with a run: one of the same version always, a changed one where that is wanted and can work.

It does not know how a run goes on.
"""

from __future__ import annotations

from vouch.app.app import App
from vouch.errors import AppError
from vouch.journal.state import OpenCall, RunState


def must_adopt(app: App, state: RunState, *, anyway: bool) -> bool:
    """Whether `app` has another version than the run, and goes on with it `anyway`.

    Raises `AppError` where it may not: it is not wanted, the app is another one, the run is a fork that changes nothing
    in the world, or somebody was asked about a write, or it was begun, and the app has no such write any more.
    """
    assert state.started is not None  # noqa: S101 - every run of an app begins with its start
    began = f"run {state.run!r} was begun by {state.started.app!r} version {state.version[:8]}"
    this = f"this is {app.name!r} version {app.version[:8]}"
    if state.started.app != app.name:
        raise AppError(f"{began}, but {this}: go on with an app of that name, or ask again with this one")
    if state.version == app.version:
        return False
    if not anyway:
        raise AppError(
            f"{began}, but {this}: go on with that version, ask again with this one, or go on with this one all the "
            f"same: resume(..., anyway=True), or vouch run {app.name} --resume {state.run} --anyway"
        )
    if state.started.simulated:
        raise AppError(f"run {state.run!r} is a fork that changes nothing in the world; fork it again with this app")
    for opened in state.open.values():
        if _is_under_way(opened) and opened.call.name not in app.writes:
            raise AppError(
                f"{began}, and its call {opened.call.id!r} of {opened.call.name!r} is under way or waits for somebody, "
                f"but {this}, which has no such write: keep the tool until the run has ended, or go on with the app as "
                "it was"
            )
    return True


def _is_under_way(opened: OpenCall) -> bool:
    """Whether the call needs its tool: what became of an uncertain one, a person finds out."""
    touched = opened.asked is not None or opened.confirmed != "" or opened.intended is not None
    return touched and opened.uncertain is None
