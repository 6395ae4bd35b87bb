"""The report of a proof, put together from what was counted and the rows that were put aside.

It does not know how they came about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import nsmallest

from vouch.app.app import App
from vouch.proof import change, metrics
from vouch.proof.asking import Outcome
from vouch.proof.cases import Cases
from vouch.proof.gate import decide
from vouch.proof.labels import Labels
from vouch.proof.measure import measure
from vouch.proof.report import NAMES_KEPT, Repeated, Report, Row, thin
from vouch.proof.tally import Tally
from vouch.stats import repeats
from vouch.stats.selective import Selection, Trials, risk_coverage
from vouch.stats.sequential import Decision
from vouch.values.case import Case
from vouch.values.money import total


def trials_of(tally: Tally) -> Trials:
    """By run its confidence, the least there is where none was given, and whether it is right."""
    return [
        (-float("inf") if (confidence := tally.confidence(run)) is None else confidence, tally.right(run))
        for run in tally.runs
    ]


def report_of(
    app: App,
    cases: Cases,
    tally: Tally,
    *,
    selections: tuple[Selection, ...] = (),
    labels: Labels | None = None,
    stopped: Decision | None = None,
) -> Report:
    """Everything that was counted shows, without rows; `stopped` is what was decided early, if anything was."""
    proof, gate = tally.proof, tally.proof.gate
    measured = measure(tally, gate.confidence)
    moved = change.compare(tally, cases.cases, gate, version=app.version)
    decision = decide(gate, measured, moved, wrong=labels.wrong if labels else (), stopped=stopped)
    trials = [] if tally.unsure else [trial for trial in trials_of(tally) if trial[0] > -float("inf")]
    runs = [tally.rights(place) for place in tally.places] if proof.repeats > 1 else []
    return Report(
        app=app.name,
        app_version=app.version,
        proof=proof.name,
        dataset=cases.name,
        dataset_digest=cases.digest,
        scorer=proof.scorer.name,
        n=tally.n,
        cases=sum(1 for _ in tally.places),
        answered=measured.answered,
        right=measured.right,
        unscored=tally.count_unscored(),
        statuses=dict(tally.statuses),
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
        repeats=_repeated(runs, tally),
        stopped=stopped,
        itself=moved.itself,
        slices=moved.slices,
        metrics=metrics.metrics(tally),
        flaky=_flaky(runs, tally, cases.cases),
        quarantined=moved.quarantined,
        broke=moved.broke,
        mended=moved.mended,
        verdict=decision.verdict,
        reasons=decision.reasons,
        confidence=gate.confidence,
        usage=tally.usage,
        cost=total(tally.costs.values()),
        cached=tally.count_found(),
        baseline_run=tally.baseline.run if tally.baseline else "",
        fired=tally.fired,
        labels=labels,
        tagged=tally.tagged(gate.confidence),
    )


def shown_rows(tally: Tally, rows: Sequence[Row], most: int | None) -> tuple[Row, ...]:
    """The rows that a report holds, in the order of the cases: those that broke or are wrong before any others."""
    if most is None or tally.n <= most:
        return tuple(rows[run] for run in tally.runs)
    urgency = _urgency(tally)
    chosen = nsmallest(most, tally.runs, key=lambda run: (urgency(run), run))
    return tuple(rows[run] for run in sorted(chosen))


def _urgency(tally: Tally) -> Callable[[int], int]:
    """By run how soon it is shown: it broke, is wrong, was mended, was handed over, is right."""
    moved = {each.place: each.fell for each in change.pairs(tally)[0] if each.fell}

    def rank(run: int) -> int:
        fell = moved.get(run // tally.repeats, 0.0)
        if fell > 0:
            return 0
        if not tally.right(run) and not tally.handed_over(run):
            return 1
        return 2 if fell < 0 else 3 if tally.handed_over(run) else 4

    return rank


def _repeated(runs: Sequence[Sequence[bool]], tally: Tally) -> Repeated | None:
    if tally.repeats == 1:
        return None
    confidence = tally.proof.gate.confidence
    return Repeated(
        tally.repeats,
        repeats.pass_at(runs, tally.repeats, confidence=confidence),
        repeats.pass_all(runs, tally.repeats, confidence=confidence),
        repeats.spread(runs, confidence=confidence),
    )


def _flaky(runs: Sequence[Sequence[bool]], tally: Tally, cases: Sequence[Case]) -> tuple[str, ...]:
    """The cases whose runs differ by more than stray mistakes explain."""
    if tally.repeats == 1:
        return ()
    places = list(tally.places)
    found = repeats.flaky(runs, confidence=tally.proof.gate.confidence)
    proven = [each for each in found if each.proven]
    return tuple(cases[places[each.question]].id for each in proven[:NAMES_KEPT])


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
