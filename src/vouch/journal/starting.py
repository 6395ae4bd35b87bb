"""The rows of runs that begin: one a run, made from its first event.

It does not know what follows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Connection

from vouch.journal.lease import LEASE_SECONDS
from vouch.values.event import AnyBody, ProofStarted, RequestServed, RunStarted

GATEWAY: Final = "gateway"
"""The app that requests to the gateway are runs of."""

# Straight to the driver: SQLAlchemy's own handling of parameters costs more than the insert itself.
_INSERT: Final = (
    'INSERT INTO run (number, name, app, version, key, proof, "case", started, finished, status, kept, holder, '
    "held_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)"
)
_LAST: Final = "SELECT seq FROM sqlite_sequence WHERE name = 'run'"


def start_runs(connection: Connection, events: Iterable[tuple[str, float, AnyBody]], holder: str) -> dict[str, int]:
    """Write the rows of the runs that begin with these events (run, time, body), and give their numbers by name."""
    rows = [(run, *row) for run, at, body in events if (row := _row(at, body, holder)) is not None]
    if not rows:
        return {}
    # Nobody else can write meanwhile, so the next numbers are ours: there is no need to ask for them afterwards.
    last: int = connection.exec_driver_sql(_LAST).scalar() or 0
    connection.exec_driver_sql(_INSERT, [(number, *row) for number, row in enumerate(rows, last + 1)])
    return {row[0]: number for number, row in enumerate(rows, last + 1)}


def _row(at: float, body: AnyBody, holder: str) -> tuple[Any, ...] | None:
    # A run that is recorded long after it began, as an import is, is driven by nobody.
    match body:
        case RequestServed():
            # Its run is recorded when it has ended, by its one event.
            status = "answered" if body.status < 400 else "failed"
            return GATEWAY, "", "", "", "", at - body.seconds, at, status, "", 0.0
        case RunStarted():
            return (
                body.app, body.version, body.key, body.proof, body.case, at, None, None, holder, at + LEASE_SECONDS,
            )  # fmt: skip
        case ProofStarted():
            return body.app, body.version, body.key, body.proof, "", at, None, None, holder, at + LEASE_SECONDS
        case _:
            return None
