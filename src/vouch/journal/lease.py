"""Leases: one holder at a time drives a run, and a holder that is gone does not keep others waiting.

It does not know what the holders do with the run. Fencing does not rest on clocks: whoever takes a run over records
that first, and from then on events of the former holder clash with what is recorded and are refused.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

from sqlalchemy import select, update

from vouch.errors import RunConflict, RunNotFound, StoreError
from vouch.journal.reader import chunks
from vouch.store import schema
from vouch.store.database import Database

LEASE_SECONDS: Final = 60.0
"""How long a lease lasts without renewal; a holder that lives renews it three times in that time."""

_run: Final = schema.run.c


def new_holder() -> str:
    """A name for this process: machine, process and when it began, and a random part for each journal in it."""
    pid = os.getpid()
    return f"{_machine()}/{pid}/{_began(pid)}/{uuid4().hex[:8]}"


def is_gone(holder: str) -> bool:
    """Whether the holder was a process of this machine that certainly lives no more."""
    parts = holder.split("/")
    if len(parts) != 4 or parts[0] != _machine() or not parts[1].isdecimal():
        return False
    pid = int(parts[1])
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return _began(pid) != parts[2]


def claim(database: Database, run: str, holder: str) -> bool:
    """Hold `run` from now on; True when another held it before. Raises `RunConflict` while another holds it."""
    now = time.time()
    with database.writing() as connection:
        row = connection.execute(select(_run.holder, _run.held_until).where(_run.name == run)).one_or_none()
        if row is None:
            raise RunNotFound(f"no run {run!r} in {database.place!r}; `vouch trace` lists the latest runs")
        held = row.holder != holder and row.held_until > now and not is_gone(row.holder)
        values = {"held_until": now + LEASE_SECONDS} if held else {"holder": holder, "held_until": now + LEASE_SECONDS}
        # Nobody holds a run for longer than that: where it seems so, the clock was set back, and the time is mended.
        if not held or row.held_until > now + LEASE_SECONDS:
            connection.execute(update(schema.run).where(_run.name == run).values(values))
    if held:
        left = min(row.held_until - now, LEASE_SECONDS)
        raise RunConflict(
            f"run {run!r} is being driven by {row.holder!r} for {left:.0f} s more, or longer; "
            "wait for it, or end that process"
        )
    return row.holder != holder


def held(database: Database, runs: Sequence[str]) -> frozenset[str]:
    """Which of these runs somebody drives now."""
    now = time.time()
    found: set[str] = set()
    with database.reading() as connection:
        for some in chunks(runs):
            query = select(_run.name, _run.holder).where(_run.name.in_(some), _run.held_until > now)
            found.update(name for name, holder in connection.execute(query) if not is_gone(holder))
    return frozenset(found)


def renew(database: Database, holder: str) -> None:
    """Hold every run that `holder` holds for longer."""
    now = time.time()
    with database.writing() as connection:
        connection.execute(
            update(schema.run).where(_run.holder == holder, schema.HELD).values(held_until=now + LEASE_SECONDS)
        )


def release(database: Database, holder: str, run: str | None = None) -> None:
    """Let go of `run`, or of all that `holder` holds; where that cannot be recorded, leases run out by themselves."""
    ours = update(schema.run).where(_run.holder == holder, schema.HELD)
    if run is not None:
        ours = ours.where(_run.name == run)
    with suppress(Exception), database.writing() as connection:
        connection.execute(ours.values(held_until=0.0))


class Renewal(threading.Thread):
    """Renews a holder's leases until it is stopped."""

    def __init__(self, database: Database, holder: str) -> None:
        super().__init__(name="vouch-leases", daemon=True)
        self._database = database
        self._holder = holder
        self._stopped = threading.Event()

    def run(self) -> None:
        """Renew three times in each lease; a database that is busy now is tried again the next time."""
        while not self._stopped.wait(LEASE_SECONDS / 3):
            try:
                renew(self._database, self._holder)
            except StoreError:
                continue

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()


def _machine() -> str:
    """This machine, or the container in it: a process of another container has a number that means nothing here."""
    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        space = ""
    return f"{socket.gethostname()}:{''.join(filter(str.isdecimal, space))}"


def _began(pid: int) -> str:
    """When a process began, in its system's own unit; empty where that cannot be read."""
    try:
        # The 22nd field; the second, the name, may hold spaces and brackets.
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
