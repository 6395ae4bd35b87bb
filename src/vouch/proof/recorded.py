"""An earlier proof out of the journal, case by case: what was answered, and how it was judged.

It does not know what the proof is looked at again for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from vouch.app.conversation import told
from vouch.errors import JournalError, UsageError
from vouch.journal.journal import Journal
from vouch.journal.reader import result_of
from vouch.journal.state import fold
from vouch.proof.asking import Outcome
from vouch.proof.baseline import report_in
from vouch.proof.report import Report, Row
from vouch.proof.reporting import row_of
from vouch.values.case import Case
from vouch.values.digest import digest
from vouch.values.event import ProofStarted, RunFinished, ScoreGiven
from vouch.values.result import Result
from vouch.values.score import Score

FILE: Final = "report.json"

ROWS: Final = "report.jsonl"
"""Beside a report that does not hold all its rows: all of them, a line each."""


async def read_proof(place: str, journal: Journal, cases: Sequence[Case]) -> Report:
    """The report, with its rows, that `place` names: a report.json, a folder that holds one, or a proof's run.

    The journal holds no expectations: of a run, the rows are those of the cases that are among `cases` unchanged.
    Raises `UsageError` for a file that is no report, and for a run that is no proof or did not end.
    """
    file = Path(place)
    if await asyncio.to_thread(_is_there, file):
        return await asyncio.to_thread(_read, file)
    try:
        run = await journal.find(place)
    except JournalError as error:
        raise UsageError(f"{place!r} is neither a {FILE} nor a recorded proof: {error}") from error
    events = await journal.read(run)
    report = report_in(events[-1].body)
    if report is None or not isinstance(events[0].body, ProofStarted):
        raise UsageError(f"the run {run!r} is no proof that ended; name one that `vouch trace` lists as a proof")
    outcomes = await read_outcomes(journal, run, cases)
    if not outcomes:
        raise UsageError(f"no case of the proof {run!r} is the same now; there is nothing to compare")
    return msgspec.structs.replace(report, rows=tuple(row_of(outcome) for outcome in outcomes))


async def read_outcomes(journal: Journal, run: str, cases: Sequence[Case]) -> list[Outcome]:
    """What the proof `run` made of those of its cases that are among `cases` unchanged, in the order of `cases`."""
    events = await journal.read(run)
    started = events[0].body
    scorer = started.scorer if isinstance(started, ProofStarted) else ""
    given: dict[str, list[ScoreGiven]] = {}
    for event in events:
        if isinstance(event.body, ScoreGiven) and event.body.scorer == scorer:
            given.setdefault(event.body.content, []).append(event.body)
    return [
        Outcome(case, await _result(journal, score), Score(scorer, score.value, score.why), cached=True)
        for case in cases
        for score in given.get(digest(case), ())
    ]


async def _result(journal: Journal, score: ScoreGiven) -> Result:
    try:
        events = await journal.read(score.run)
    except JournalError:
        # It was pruned: what the judgement says of it is all that is known.
        return Result(score.run, score.status, confidence=score.confidence, why=score.why)
    state = fold(score.run, events)
    ends = [event.body for event in events if isinstance(event.body, RunFinished)]
    if not ends:
        return Result(score.run, score.status, confidence=score.confidence, why=score.why)
    return told(result_of(score.run, ends[-1]), state)


def _is_there(file: Path) -> bool:
    try:
        return file.exists()
    except (OSError, ValueError):
        return False


def _read(file: Path) -> Report:
    report = file / FILE if file.is_dir() else file
    try:
        found = msgspec.json.decode(report.read_bytes(), type=Report)
        rows = report.with_name(ROWS)
        if found.rows and len(found.rows) < found.n and rows.is_file():
            every = tuple(msgspec.json.decode(line, type=Row) for line in rows.read_bytes().splitlines())
            # The file may be that of a proof that was cut short, or that wrote there at the same time.
            if len(every) == found.n and {row.run for row in found.rows} <= {row.run for row in every}:
                return msgspec.structs.replace(found, rows=every)
        return found
    except OSError as error:
        raise UsageError(
            f"{str(report)!r} cannot be read ({error.strerror}); name a {FILE}, or a proof's run"
        ) from error
    except msgspec.MsgspecError as error:
        raise UsageError(
            f"{str(report)!r} is no report of a proof ({error}); name a {FILE} of `vouch prove`"
        ) from error
