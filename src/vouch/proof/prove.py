"""Proving an app: every case is run (or found in the journal), judged, counted, compared and decided.

It does not know which engines answer, nor how the report is shown.

A case is read, asked, judged and put aside: only what the figures need of it is held, so a proof may have any size.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from vouch.app.app import App
from vouch.app.declaration import Proof
from vouch.app.house import House
from vouch.contracts.model import Learner
from vouch.journal.recorder import Recorder
from vouch.proof import early
from vouch.proof.asking import Asking, Job, Options, Outcome, Progress
from vouch.proof.baseline import read_baseline, read_report
from vouch.proof.cases import Cases, opened
from vouch.proof.interrupted import end_abandoned, end_interrupted
from vouch.proof.labelling import check_in_proof
from vouch.proof.meanwhile import meanwhile
from vouch.proof.report import Report, Row
from vouch.proof.reporting import report_of, row_of, shown_rows, trials_of
from vouch.proof.spool import Spool, aside, write_rows
from vouch.proof.tally import Tally
from vouch.stats.selective import Selection, Trials, select_threshold
from vouch.stats.sequential import Decision
from vouch.values.case import Case
from vouch.values.digest import digest
from vouch.values.event import ProofFinished, ProofStarted
from vouch.values.identifier import new_id


async def prove(
    app: App,
    proof: Proof,
    house: House,
    *,
    root: Path = Path(),
    options: Options | None = None,
    progress: Progress | None = None,
    rows_to: Path | None = None,
) -> Report:
    """Run `proof` on `app` and give its report, recorded in the journal.

    Interrupted at any point, the same call goes on where it was: answered cases are found by content. `rows_to` is a
    file that gets the rows of all runs, a line of JSON each, in the order of the cases; the report itself holds as many
    as the options say. Raises `CaseError` for a file of cases that cannot be used, a `UsageError` for rows that cannot
    be written, and a `StoreError` when the journal cannot be.
    """
    started = time.perf_counter()
    folder = aside(house.journal.place)
    with ExitStack() as held:
        # Parsed in a thread, so that whatever else this loop does goes on.
        cases = await asyncio.to_thread(held.enter_context, opened(proof, root, folder))
        key = digest((app.name, app.version, cases.digest, proof.scorer.name, proof.gate.alone, proof.gate.confidence))
        previous = await read_report(house.journal, key)
        baseline = await read_baseline(house.journal, app.name, proof.name)
        tally = Tally(proof, len(cases), baseline)
        held.callback(tally.close)
        rows: Spool[Row] = held.enter_context(Spool(Row, folder))
        recorder = Recorder(house.journal, new_id())
        await recorder.add(
            ProofStarted(
                app=app.name,
                version=app.version,
                proof=proof.name,
                dataset=cases.name,
                dataset_digest=cases.digest,
                scorer=proof.scorer.name,
                n=len(cases),
                key=key,
            )
        )
        options = options or Options()
        asking = Asking(app, proof, house, recorder, options, progress)
        try:
            async with meanwhile(end_abandoned(house.journal, app.name, proof.name)):
                stopped = await _ask(asking, cases, options, tally, rows)
            whole = stopped is None or stopped.saved == 0
            selections = await _selections(app, house, tally, previous) if whole else ()
            labels = await check_in_proof(app, proof, house, tally.known)
        except BaseException as error:
            await end_interrupted(recorder, house.journal, error)
            raise
        report = report_of(app, cases, tally, selections=selections, labels=labels, stopped=stopped)
        # What later versions are compared with must have seen all cases.
        keep = whole and (report.verdict == "ship" if options.keep is None else options.keep)
        seconds = time.perf_counter() - started
        report = msgspec.structs.replace(report, proof_run=recorder.run, kept=keep, seconds=seconds)
        recorded = msgspec.json.encode(report).decode()
        await recorder.add(ProofFinished(verdict=report.verdict, kept=keep, report=recorded))
        await house.journal.flush()
        if rows_to is not None:
            await asyncio.to_thread(write_rows, rows, rows_to)
        return msgspec.structs.replace(report, rows=shown_rows(tally, rows, options.rows))


async def _ask(asking: Asking, cases: Cases, options: Options, tally: Tally, rows: Spool[Row]) -> Decision | None:
    """Ask all cases; or as many as it takes to decide about the change, and give that decision."""
    proof, baseline = tally.proof, tally.baseline
    total = len(cases) * proof.repeats

    def take(job: Job, outcome: Outcome) -> None:
        tally.add(job, outcome)
        rows.put(job.place * proof.repeats + job.repeat, row_of(outcome))

    plan = early.plan(cases, proof, baseline) if options.early and baseline is not None else None
    if plan is None:
        await asking.all(_jobs(cases.cases, range(len(cases)), proof.repeats), take, of=total)
        return None
    decided: Decision | None = None
    asked = 0
    for look in plan.schedule.looks:
        await asking.all(_jobs(cases.cases, plan.places[asked:look], proof.repeats), take, of=total)
        asked = look
        decided = early.decision(tally, proof.gate, plan.schedule)
        if decided.saved and early.enough(decided, tally, proof.gate):
            return decided
    others = (place for place in range(len(cases)) if not tally.rights(place))
    await asking.all(_jobs(cases.cases, others, proof.repeats), take, of=total)
    return decided


def _jobs(cases: Sequence[Case], places: Iterable[int], repeats: int) -> Iterator[Job]:
    for place in places:
        case = cases[place]
        yield from (Job(case, place, repeat) for repeat in range(repeats))


async def _selections(app: App, house: House, tally: Tally, previous: Report | None) -> tuple[Selection, ...]:
    """The certified thresholds; those of an earlier proof of the very same content are the same."""
    if tally.unsure:
        return ()
    if previous is not None and tally.all_found():
        return previous.selections
    model = house.model(app.models[0])
    tuning: Trials = ()
    if isinstance(model, Learner):
        # Trials on the examples say where to start looking; the cases alone decide what is certified.
        tuning = await model.out_of_fold(app.frames[model.name])
    gate, trials = tally.proof.gate, trials_of(tally)
    return await asyncio.to_thread(
        lambda: tuple(
            select_threshold(trials, target=target, confidence=gate.confidence, tuning=tuning) for target in gate.alone
        )
    )
