"""Proving an app: every case is run (or found in the journal), judged, counted, compared and decided.

It does not know which engines answer, nor how the report is shown.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from vouch.app.app import App
from vouch.app.declaration import Proof
from vouch.app.house import House
from vouch.contracts.model import Learner
from vouch.errors import CaseError
from vouch.journal.recorder import Recorder
from vouch.proof.asking import Asking, Options, Outcome, Progress
from vouch.proof.baseline import Baseline, read_baseline, read_report
from vouch.proof.cases import read_cases
from vouch.proof.gate import decide
from vouch.proof.interrupted import end_interrupted
from vouch.proof.report import Fired, Report, Row, thin
from vouch.stats import binomial
from vouch.stats.paired import Comparison, compare
from vouch.stats.selective import Selection, Trials, risk_coverage, select_threshold
from vouch.values.case import Dataset
from vouch.values.digest import digest
from vouch.values.event import ProofFinished, ProofStarted
from vouch.values.identifier import new_id
from vouch.values.money import Money, Usage


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
    dataset = await asyncio.to_thread(_dataset, proof, root)
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
    try:
        outcomes = await Asking(app, proof, house, recorder, options or Options(), progress).all(dataset.cases)
        selections = await _selections(app, proof, house, outcomes, previous)
    except BaseException as error:
        await end_interrupted(recorder, house.journal, error)
        raise
    report = _report(app, proof, dataset, outcomes, selections, baseline)
    keep = report.verdict == "ship" if options is None or options.keep is None else options.keep
    report = msgspec.structs.replace(report, proof_run=recorder.run, kept=keep, seconds=time.perf_counter() - started)
    kept_report = msgspec.json.encode(msgspec.structs.replace(report, rows=())).decode()
    await recorder.add(ProofFinished(verdict=report.verdict, kept=keep, report=kept_report))
    await house.journal.flush()
    return report


def _dataset(proof: Proof, root: Path) -> Dataset:
    dataset = proof.cases if isinstance(proof.cases, Dataset) else read_cases(root / proof.cases)
    if not dataset.cases:
        raise CaseError(f"the dataset {dataset.name!r} holds no cases; give it some")
    [(most, times)] = Counter(case.id for case in dataset.cases).most_common(1)
    if times > 1:
        raise CaseError(f"the dataset {dataset.name!r} has {times} cases of the id {most!r}; give each its own")
    try:
        # Hashed here, so that what cannot be is found before anything is asked.
        _ = dataset.digest
    except (TypeError, ValueError, RecursionError) as error:
        raise CaseError(f"a case of {dataset.name!r} holds what JSON cannot ({error}); change it") from error
    return dataset


async def _selections(
    app: App, proof: Proof, house: House, outcomes: Sequence[Outcome], previous: Report | None
) -> tuple[Selection, ...]:
    """The certified thresholds; those of an earlier proof of the very same content are the same."""
    trials = _trials(outcomes)
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


def _trials(outcomes: Sequence[Outcome]) -> Trials:
    return [
        (-float("inf") if outcome.result.confidence is None else outcome.result.confidence, outcome.right)
        for outcome in outcomes
    ]


def _report(
    app: App,
    proof: Proof,
    dataset: Dataset,
    outcomes: Sequence[Outcome],
    selections: tuple[Selection, ...],
    baseline: Baseline | None,
) -> Report:
    gate = proof.gate
    # What is handed over is not wrong; what failed, was blocked or could not be judged is.
    counted = [outcome for outcome in outcomes if outcome.result.status != "abstained"]
    right = sum(outcome.right for outcome in counted)
    comparison, broke, mended = _compare(outcomes, baseline, gate.no_worse_than, gate.confidence)
    decision = decide(gate, right, len(counted), comparison)
    trials = [trial for trial in _trials(outcomes) if trial[0] > -float("inf")]
    return Report(
        app=app.name,
        app_version=app.version,
        proof=proof.name,
        dataset=dataset.name,
        dataset_digest=dataset.digest,
        scorer=proof.scorer.name,
        n=len(outcomes),
        answered=len(counted),
        right=right,
        unscored=sum(outcome.score.unscored for outcome in outcomes),
        statuses=dict(Counter(outcome.result.status for outcome in outcomes)),
        accuracy=binomial.interval(right, len(counted), gate.confidence) if counted else None,
        claim=gate.claim,
        claim_proven=decision.proven,
        cases_needed=decision.cases_needed,
        selections=selections,
        curve=thin(risk_coverage(trials, gate.confidence)) if trials else None,
        comparison=comparison,
        broke=broke,
        mended=mended,
        verdict=decision.verdict,
        reasons=decision.reasons,
        confidence=gate.confidence,
        usage=sum((outcome.result.usage for outcome in outcomes if not outcome.cached), Usage()),
        cost=_cost(outcomes),
        cached=sum(outcome.cached for outcome in outcomes),
        baseline_run=baseline.run if baseline else "",
        fired=_fired(outcomes),
        rows=tuple(_row(outcome) for outcome in outcomes),
    )


def _compare(
    outcomes: Sequence[Outcome], baseline: Baseline | None, margin: float, confidence: float
) -> tuple[Comparison | None, tuple[str, ...], tuple[str, ...]]:
    """The same cases, unchanged, before and after: the comparison, and which broke and which were mended."""
    if baseline is None:
        return None, (), ()
    pairs = [
        (outcome.case.id, before, outcome.right)
        for outcome in outcomes
        if (before := baseline.right.get(digest(outcome.case))) is not None
    ]
    if not pairs:
        return None, (), ()
    broke = tuple(case for case, before, after in pairs if before and not after)
    mended = tuple(case for case, before, after in pairs if after and not before)
    befores, afters = [before for _, before, _ in pairs], [after for _, _, after in pairs]
    return compare(befores, afters, margin=margin, confidence=confidence), broke, mended


def _cost(outcomes: Sequence[Outcome]) -> Money | None:
    """The sum of what is known; None when nothing is, or when it is in several currencies."""
    costs = [outcome.result.cost for outcome in outcomes if outcome.result.cost is not None and not outcome.cached]
    if len({cost.currency for cost in costs}) != 1:
        return None
    return sum(costs[1:], costs[0])


def _fired(outcomes: Sequence[Outcome]) -> tuple[Fired, ...]:
    """What refused calls, how often in right and in wrong cases; the most active first."""
    times = Counter(
        (refused.by, refused.rule, outcome.right) for outcome in outcomes for refused in outcome.result.refused
    )
    rules = {(by, rule): times[by, rule, True] + times[by, rule, False] for by, rule, _ in times}
    ordered = sorted(rules, key=lambda key: (-rules[key], key))
    return tuple(Fired(by, rule, times[by, rule, True], times[by, rule, False]) for by, rule in ordered)


def _row(outcome: Outcome) -> Row:
    case, result, score, _ = outcome
    return Row(
        case=case.id,
        input=case.input,
        expected="" if case.expected is None else str(case.expected),
        output=result.output,
        status=result.status,
        value=score.value,
        why=score.why or result.why,
        confidence=result.confidence,
        run=result.run,
        tags=case.tags,
        cost=result.cost,
        seconds=result.seconds,
    )
