"""The report of a proof, put together from its outcomes.

It does not know how they came about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from vouch.app.app import App
from vouch.app.declaration import Proof
from vouch.proof import change, metrics
from vouch.proof.asking import Outcome
from vouch.proof.baseline import Baseline
from vouch.proof.change import runs_by_case
from vouch.proof.gate import decide
from vouch.proof.labels import Labels
from vouch.proof.measure import measure
from vouch.proof.report import Fired, Repeated, Report, Row, thin
from vouch.stats import repeats
from vouch.stats.selective import Selection, Trials, risk_coverage
from vouch.stats.sequential import Decision
from vouch.values.case import Dataset
from vouch.values.money import Usage, total


def trials_of(outcomes: Sequence[Outcome]) -> Trials:
    """By outcome its confidence, the least there is where none was given, and whether it is right."""
    return [
        (-float("inf") if outcome.result.confidence is None else outcome.result.confidence, outcome.right)
        for outcome in outcomes
    ]


def report_of(
    app: App,
    proof: Proof,
    dataset: Dataset,
    outcomes: Sequence[Outcome],
    *,
    selections: tuple[Selection, ...] = (),
    baseline: Baseline | None = None,
    labels: Labels | None = None,
    stopped: Decision | None = None,
) -> Report:
    """Everything that the outcomes show; `stopped` is what was decided early, if anything was."""
    gate = proof.gate
    measured = measure(outcomes, gate.confidence)
    moved = change.compare(outcomes, baseline, gate)
    decision = decide(gate, measured, moved, wrong=labels.wrong if labels else (), stopped=stopped)
    trials = [trial for trial in trials_of(outcomes) if trial[0] > -float("inf")]
    return Report(
        app=app.name,
        app_version=app.version,
        proof=proof.name,
        dataset=dataset.name,
        dataset_digest=dataset.digest,
        scorer=proof.scorer.name,
        n=len(outcomes),
        cases=len(runs_by_case(outcomes)),
        answered=measured.answered,
        right=measured.right,
        unscored=sum(outcome.score.unscored for outcome in outcomes),
        statuses=dict(Counter(outcome.result.status for outcome in outcomes)),
        accuracy=measured.accuracy,
        low=measured.low,
        high=measured.high,
        claim=gate.claim,
        claim_proven=decision.proven,
        cases_needed=decision.cases_needed,
        selections=selections,
        curve=thin(risk_coverage(trials, gate.confidence)) if trials else None,
        comparison=moved.paired,
        clustered=moved.clustered,
        repeated=moved.repeated,
        repeats=_repeated(outcomes, proof),
        stopped=stopped,
        slices=moved.slices,
        metrics=metrics.metrics(proof, outcomes, baseline),
        flaky=_flaky(outcomes, proof),
        quarantined=moved.quarantined,
        broke=moved.broke,
        mended=moved.mended,
        verdict=decision.verdict,
        reasons=decision.reasons,
        confidence=gate.confidence,
        usage=sum((outcome.result.usage for outcome in outcomes if not outcome.cached), Usage()),
        cost=total(each.result.cost for each in outcomes if each.result.cost is not None and not each.cached),
        cached=sum(outcome.cached for outcome in outcomes),
        baseline_run=baseline.run if baseline else "",
        fired=_fired(outcomes),
        labels=labels,
        rows=tuple(row_of(outcome) for outcome in outcomes),
    )


def _repeated(outcomes: Sequence[Outcome], proof: Proof) -> Repeated | None:
    if proof.repeats == 1:
        return None
    runs, confidence = list(runs_by_case(outcomes).values()), proof.gate.confidence
    return Repeated(
        proof.repeats,
        repeats.pass_at(runs, proof.repeats, confidence=confidence),
        repeats.pass_all(runs, proof.repeats, confidence=confidence),
        repeats.spread(runs, confidence=confidence),
    )


def _flaky(outcomes: Sequence[Outcome], proof: Proof) -> tuple[str, ...]:
    """The cases whose runs differ by more than stray mistakes explain."""
    if proof.repeats == 1:
        return ()
    runs = runs_by_case(outcomes)
    names = list(runs)
    found = repeats.flaky(list(runs.values()), confidence=proof.gate.confidence)
    return tuple(names[each.question] for each in found if each.proven)


def _fired(outcomes: Sequence[Outcome]) -> tuple[Fired, ...]:
    """What refused calls, how often in right and in wrong cases; the most active first."""
    times = Counter(
        (refused.by, refused.rule, outcome.right) for outcome in outcomes for refused in outcome.result.refused
    )
    rules = {(by, rule): times[by, rule, True] + times[by, rule, False] for by, rule, _ in times}
    ordered = sorted(rules, key=lambda key: (-rules[key], key))
    return tuple(Fired(by, rule, times[by, rule, True], times[by, rule, False]) for by, rule in ordered)


def row_of(outcome: Outcome) -> Row:
    """One run of a case as a row of the report."""
    case, result, score = outcome.case, outcome.result, outcome.score
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
        usage=result.usage,
    )
