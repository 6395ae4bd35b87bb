"""Proving an app: every case is run (or found in the journal), judged, counted, compared and decided.

It does not know which engines answer, nor how the report is shown.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from vouch.app.app import App
from vouch.app.declaration import Proof
from vouch.app.house import House
from vouch.contracts.model import Learner
from vouch.journal.recorder import Recorder
from vouch.proof import early
from vouch.proof.asking import Asking, Options, Outcome, Progress
from vouch.proof.baseline import Baseline, read_baseline, read_report
from vouch.proof.cases import dataset_of
from vouch.proof.interrupted import end_interrupted
from vouch.proof.labelling import Known, check_in_proof
from vouch.proof.report import Report
from vouch.proof.reporting import report_of, trials_of
from vouch.stats.selective import Selection, Trials, select_threshold
from vouch.stats.sequential import Decision
from vouch.values.case import Dataset
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
) -> Report:
    """Run `proof` on `app` and give its report, recorded in the journal.

    Interrupted at any point, the same call goes on where it was: answered cases are found by content. Raises
    `CaseError` for a file of cases that cannot be used, and a `StoreError` when the journal cannot be written.
    """
    dataset = await asyncio.to_thread(dataset_of, proof, root)
    started = time.perf_counter()
    key = digest((app.name, app.version, dataset.digest, proof.scorer.name, proof.gate.alone, proof.gate.confidence))
    previous = await read_report(house.journal, key)
    baseline = await read_baseline(house.journal, app.name, proof.name)
    recorder = Recorder(house.journal, new_id())
    await recorder.add(
        ProofStarted(
            app=app.name,
            version=app.version,
            proof=proof.name,
            dataset=dataset.name,
            dataset_digest=dataset.digest,
            scorer=proof.scorer.name,
            n=len(dataset),
            key=key,
        )
    )
    options = options or Options()
    asking = Asking(app, proof, house, recorder, options, progress)
    try:
        outcomes, stopped = await _outcomes(asking, dataset, proof, options, baseline)
        whole = stopped is None or stopped.saved == 0
        selections = await _selections(app, proof, house, outcomes, previous) if whole else ()
        labels = await check_in_proof(app, proof, house, [Known(outcome.case, outcome.result) for outcome in outcomes])
    except BaseException as error:
        await end_interrupted(recorder, house.journal, error)
        raise
    report = report_of(
        app, proof, dataset, outcomes, selections=selections, baseline=baseline, labels=labels, stopped=stopped
    )
    # What later versions are compared with must have seen all cases.
    keep = whole and (report.verdict == "ship" if options.keep is None else options.keep)
    report = msgspec.structs.replace(report, proof_run=recorder.run, kept=keep, seconds=time.perf_counter() - started)
    kept_report = msgspec.json.encode(msgspec.structs.replace(report, rows=())).decode()
    await recorder.add(ProofFinished(verdict=report.verdict, kept=keep, report=kept_report))
    await house.journal.flush()
    return report


async def _outcomes(
    asking: Asking, dataset: Dataset, proof: Proof, options: Options, baseline: Baseline | None
) -> tuple[list[Outcome], Decision | None]:
    """The outcomes of all cases; or of as many as it takes to decide about the change, and that decision."""
    plan = early.plan(dataset, proof, baseline) if options.early and baseline is not None else None
    if plan is None or baseline is None:
        return await asking.all(dataset.cases), None
    found: list[Outcome] = []
    decided: Decision | None = None
    for look in plan.schedule.looks:
        found += await asking.all(plan.cases[len(found) : look], of=len(dataset))
        decided = early.decision(found, baseline, proof.gate, plan.schedule)
        if decided.saved and early.enough(decided, found, proof.gate):
            return found, decided
    asked = {outcome.case.id for outcome in found}
    found += await asking.all([case for case in dataset.cases if case.id not in asked], of=len(dataset))
    places = {case.id: place for place, case in enumerate(dataset.cases)}
    return sorted(found, key=lambda outcome: places[outcome.case.id]), decided


async def _selections(
    app: App, proof: Proof, house: House, outcomes: Sequence[Outcome], previous: Report | None
) -> tuple[Selection, ...]:
    """The certified thresholds; those of an earlier proof of the very same content are the same."""
    trials = trials_of(outcomes)
    if not any(outcome.result.confidence is not None for outcome in outcomes):
        return ()
    if previous is not None and all(outcome.cached for outcome in outcomes):
        return previous.selections
    model = house.model(app.models[0])
    tuning: Trials = ()
    if isinstance(model, Learner):
        # Trials on the examples say where to start looking; the cases alone decide what is certified.
        tuning = await model.out_of_fold(app.frames[model.name])
    gate = proof.gate
    return await asyncio.to_thread(
        lambda: tuple(
            select_threshold(trials, target=target, confidence=gate.confidence, tuning=tuning) for target in gate.alone
        )
    )
