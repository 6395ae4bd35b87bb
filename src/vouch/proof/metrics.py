"""Figures beside the one that decides: what the other scorers of a proof say, and whether any of them fell.

It does not know what they measure.
"""

from __future__ import annotations

from msgspec import structs

from vouch.contracts.scorer import CorpusScorer
from vouch.errors import CaseError
from vouch.proof.report import Metric
from vouch.proof.tally import Tally
from vouch.scorers import corpus
from vouch.stats import clustered, repeats
from vouch.stats.multiple import holm
from vouch.values.score import Interval


def metrics(tally: Tally) -> tuple[Metric, ...]:
    """The metrics of `proof.also`, in its order."""
    found = [_metric(tally, place) for place in range(len(tally.proof.also))]
    compared = [metric for metric in found if metric.p_worse is not None]
    adjusted = holm([metric.p_worse for metric in compared if metric.p_worse is not None])
    by_name = {metric.scorer: p for metric, p in zip(compared, adjusted, strict=True)}
    return tuple(structs.replace(metric, p_adjusted=by_name.get(metric.scorer)) for metric in found)


def _metric(tally: Tally, place: int) -> Metric:
    scorer, confidence = tally.proof.also[place], tally.proof.gate.confidence
    if isinstance(scorer, CorpusScorer):
        try:
            figure = corpus.over_counts(scorer, tally.counts(place), confidence=confidence)
        except CaseError:
            figure = None
    else:
        runs = list(tally.runs)
        values = [tally.value(place, run) for run in runs]
        clusters = [tally.cluster(run // tally.repeats) for run in runs]
        figure = clustered.mean(values, clusters, confidence=confidence).interval
    changed = _change(tally, place)
    return Metric(scorer.name, figure, tally.unscored_by(place), *(changed or (None, None)))


def _change(tally: Tally, place: int) -> tuple[Interval, float] | None:
    scorer, baseline = tally.proof.also[place], tally.baseline
    known = {} if baseline is None else baseline.values(scorer.name)
    before: list[list[float]] = []
    after: list[list[float]] = []
    for case in tally.places if known else ():
        if (was := tally.before(case)) is not None and was in known:
            before.append(known[was])
            first, count = case * tally.repeats, len(tally.rights(case))
            after.append([tally.value(place, run) for run in range(first, first + count)])
    if len(before) <= 1:
        return None
    found = repeats.compare(before, after, confidence=tally.proof.gate.confidence)
    return found.difference, found.p_worse
