"""One line of a comparison: what one model made of one task, with intervals, cost and latency.

It does not know how the runs came about, nor how the line is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from vouch.contracts.scorer import CorpusScorer, Scorer
from vouch.scorers import corpus
from vouch.stats import clustered
from vouch.values.case import Case
from vouch.values.money import Money, Usage, total
from vouch.values.result import Result
from vouch.values.score import Interval

CONFIDENCE = 0.95


class Figure(Struct, frozen=True):
    """A measure by name, with its two-sided interval."""

    name: str
    interval: Interval


class Line(Struct, frozen=True, kw_only=True):
    """What one model made of one task.

    `shots` is how many examples stood in each prompt, None for a model that learned from `taught` rows instead, which
    took `learning` seconds. `where` says which rows were asked. Of `n`, `unanswered` runs ended without an answer, and
    `unreadable` answers were none of what was asked for: both count as wrong. Median and 95th percentile of latency are
    of the answered runs, in seconds; usage and cost are all that the runs used when they were made, cost None where a
    price is not known. `cached` of them were found in the journal; `seconds` is what this benchmark took.
    """

    task: str
    model: str
    shots: int | None
    select: str
    taught: int
    where: str
    figure: Figure
    more: tuple[Figure, ...] = ()
    n: int
    unanswered: int
    unreadable: int
    cost: Money | None
    median: float | None
    p95: float | None
    usage: Usage
    learning: float = 0.0
    seconds: float = 0.0
    cached: int = 0
    proof_run: str = ""
    why: str = ""
    """Of the runs without an answer, what the first one said."""


Asked = Sequence[tuple[Case, Result]]


async def figures(scorers: Sequence[Scorer], asked: Asked, names: Sequence[str]) -> list[Figure]:
    """The figure of each scorer over all cases, the first again for each tag that only some cases have."""
    found = [Figure(name, await _interval(scorer, asked)) for scorer, name in zip(scorers, names, strict=True)]
    tags = sorted({tag for case, _ in asked for tag in case.tags})
    for tag in tags:
        part = [(case, result) for case, result in asked if tag in case.tags]
        if len(part) < len(asked):
            found.append(Figure(f"{names[0]}, {tag}", await _interval(scorers[0], part)))
    return found


async def _interval(scorer: Scorer, asked: Asked) -> Interval:
    if isinstance(scorer, CorpusScorer):
        return corpus.over(scorer, asked, confidence=CONFIDENCE)
    scores = [await scorer.score(case, result) for case, result in asked]
    # What could not be judged counts as wrong, as in a proof.
    values = [score.value or 0.0 for score in scores]
    clusters = [case.cluster for case, _ in asked]
    return clustered.mean(values, clusters, confidence=CONFIDENCE).interval


def cost_of(results: Sequence[Result]) -> Money | None:
    """The sum of all costs; None where one is not known, or they are in several currencies."""
    costs = [result.cost for result in results if result.cost is not None]
    return total(costs) if len(costs) == len(results) else None
