"""Runs out to a file of JSON lines and in again: for another machine, a bug report, a cassette in a repository.

It does not know what the runs are for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from vouch.errors import EventUnreadable, JournalError
from vouch.journal.codec import decode_event, encode_event
from vouch.journal.journal import Journal
from vouch.journal.payload import split
from vouch.values.event import Event, ProofStarted, RequestServed, RunStarted, kind_of

_PAGE_BYTES: Final = 4 * 2**20


class Imported(NamedTuple):
    """How many runs came in, and how many were there already."""

    runs: int
    skipped: int


async def export_runs(journal: Journal, runs: Sequence[str], file: Path) -> int:
    """Write all events of `runs` to `file`, one a line with its large content; gives their number.

    The file is there whole or not at all. Raises `RunNotFound`, and `JournalError` when it cannot be written.
    """
    part = file.with_name(f"{file.name}.part")
    count = 0
    try:
        with await asyncio.to_thread(part.open, "wb") as out:
            for run in runs:
                events = await journal.read(run)
                await asyncio.to_thread(out.write, b"".join(encode_event(event) + b"\n" for event in events))
                count += len(events)
        await asyncio.to_thread(part.replace, file)
    except OSError as error:
        raise JournalError(f"cannot write runs to {str(file)!r} ({error.strerror}); name another file") from error
    finally:
        part.unlink(missing_ok=True)
    return count


async def import_runs(journal: Journal, file: Path) -> Imported:
    """Add the runs in `file`; a run that is there already is left as it is.

    The whole file is checked before anything is added: raises `EventUnreadable` that names the line, or `JournalError`
    when the file cannot be read. Memory does not grow with the file.
    """
    try:
        with await asyncio.to_thread(file.open, "rb") as lines:
            runs = await asyncio.to_thread(_checked, lines, file)
            there = await journal.holds(runs)
            lines.seek(0)
            while page := await asyncio.to_thread(lines.readlines, _PAGE_BYTES):
                for event in _events(page):
                    if event.run not in there:
                        await journal.append_event(event)
    except OSError as error:
        raise JournalError(f"cannot read runs from {str(file)!r} ({error.strerror}); name another file") from error
    for run in runs:
        await journal.flush_run(run)
    return Imported(len(runs) - len(there), len(there))


def _checked(lines: BinaryIO, file: Path) -> list[str]:
    """The names of the runs in `lines`, each of which is whole and in order."""
    due: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        try:
            for event in _events((line,)):
                _check(event, due.get(event.run, 0))
                due[event.run] = event.seq + 1
        except EventUnreadable as error:
            raise EventUnreadable(f"{file}:{number}: {error}") from error
    return list(due)


def _events(lines: Iterable[bytes]) -> Iterator[Event]:
    return (decode_event(line) for line in lines if line.strip())


def _check(event: Event, due: int) -> None:
    if event.seq != due:
        raise EventUnreadable(f"event {event.seq} of run {event.run!r} came where {due} is due")
    if due == 0 and not isinstance(event.body, RunStarted | ProofStarted | RequestServed):
        raise EventUnreadable(f"run {event.run!r} does not begin with its start but with {kind_of(event.body)!r}")
    split(event.body)
