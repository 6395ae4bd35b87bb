"""Figures beside the one that decides: what the other scorers of a proof say, and whether any of them fell.

It does not know what they measure.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from vouch.app.declaration import Proof
from vouch.contracts.scorer import CorpusScorer
from vouch.errors import CaseError
from vouch.proof.asking import Outcome
from vouch.proof.baseline import Baseline
from vouch.proof.report import Metric
from vouch.scorers import corpus
from vouch.stats import clustered, repeats
from vouch.stats.multiple import holm
from vouch.values.digest import digest
from vouch.values.score import Interval


def metrics(proof: Proof, outcomes: Sequence[Outcome], baseline: Baseline | None) -> tuple[Metric, ...]:
    """The metrics of `proof.also`, in its order."""
    found = [_metric(proof, place, outcomes, baseline) for place in range(len(proof.also))]
    compared = [metric for metric in found if metric.p_worse is not None]
    adjusted = holm([metric.p_worse for metric in compared if metric.p_worse is not None])
    by_name = {metric.scorer: p for metric, p in zip(compared, adjusted, strict=True)}
    return tuple(structs.replace(metric, p_adjusted=by_name.get(metric.scorer)) for metric in found)


def _metric(proof: Proof, place: int, outcomes: Sequence[Outcome], baseline: Baseline | None) -> Metric:
    scorer, confidence = proof.also[place], proof.gate.confidence
    scores = [outcome.also[place] for outcome in outcomes]
    unscored = sum(score.unscored for score in scores)
    values = [0.0 if score.value is None else score.value for score in scores]
    if isinstance(scorer, CorpusScorer):
        try:
            figure = corpus.over(scorer, [(each.case, each.result) for each in outcomes], confidence=confidence)
        except CaseError:
            figure = None
    else:
        clusters = [outcome.case.cluster for outcome in outcomes]
        figure = clustered.mean(values, clusters, confidence=confidence).interval
    changed = _change(scorer.name, outcomes, values, baseline, confidence)
    return Metric(scorer.name, figure, unscored, *(changed or (None, None)))


def _change(
    scorer: str, outcomes: Sequence[Outcome], values: Sequence[float], baseline: Baseline | None, confidence: float
) -> tuple[Interval, float] | None:
    if baseline is None:
        return None
    before: dict[str, tuple[float, ...]] = {}
    after: dict[str, list[float]] = {}
    for outcome, value in zip(outcomes, values, strict=True):
        content = digest(outcome.case)
        if (known := baseline.values.get((scorer, content))) is not None:
            before[content] = known
            after.setdefault(content, []).append(value)
    if len(before) <= 1:
        return None
    found = repeats.compare([before[content] for content in after], list(after.values()), confidence=confidence)
    return found.difference, found.p_worse
