"""Runs out to a file of JSON lines and in again: for another machine, a bug report, a cassette in a repository.

It does not know what the runs are for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from vouch.errors import EventUnreadable, JournalError
from vouch.journal.codec import decode_event, encode_event
from vouch.journal.journal import Journal
from vouch.values.event import Event, ProofStarted, RunStarted


class Imported(NamedTuple):
    """How many runs came in, and how many were there already."""

    runs: int
    skipped: int


async def export_runs(journal: Journal, runs: Sequence[str], file: Path) -> int:
    """Write all events of `runs` to `file`, one a line with its large content; gives their number."""
    count = 0
    with await asyncio.to_thread(file.open, "wb") as out:
        for run in runs:
            events = await journal.read(run)
            await asyncio.to_thread(out.write, b"".join(encode_event(event) + b"\n" for event in events))
            count += len(events)
    return count


async def import_runs(journal: Journal, file: Path) -> Imported:
    """Add the runs in `file`; a run that is there already is left as it is. Raises `EventUnreadable` with the line."""
    runs = await asyncio.to_thread(_read, file)
    added = 0
    for run, events in runs.items():
        if await _holds(journal, run):
            continue
        for event in events:
            await journal.append_event(event)
        added += 1
    await journal.flush()
    return Imported(added, len(runs) - added)


def _read(file: Path) -> dict[str, list[Event]]:
    runs: dict[str, list[Event]] = {}
    with file.open("rb") as lines:
        for number, event in _events(lines, file):
            events = runs.setdefault(event.run, [])
            if event.seq != len(events):
                raise EventUnreadable(f"{file}:{number}: event {event.seq} of run {event.run!r}, wanted {len(events)}")
            if event.seq == 0 and not isinstance(event.body, RunStarted | ProofStarted):
                raise EventUnreadable(f"{file}:{number}: run {event.run!r} does not begin with its start")
            events.append(event)
    return runs


def _events(lines: BinaryIO, file: Path) -> list[tuple[int, Event]]:
    found: list[tuple[int, Event]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append((number, decode_event(line)))
        except EventUnreadable as error:
            raise EventUnreadable(f"{file}:{number}: {error}") from error
    return found


async def _holds(journal: Journal, run: str) -> bool:
    try:
        await journal.read(run)
    except JournalError:
        return False
    return True
