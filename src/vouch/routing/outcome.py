"""What happened: a question, and how good each model's answer was.

It does not know who judged the answers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from vouch.contracts.router import Query
from vouch.errors import UsageError


class Outcome(Struct, frozen=True, eq=False):
    """The scores (0 to 1) and the costs (any one currency) of the models that answered; others are left out."""

    query: Query
    scores: Mapping[str, float]
    costs: Mapping[str, float] = field(default_factory=dict[str, float])

    def __post_init__(self) -> None:
        for model, score in self.scores.items():
            if not 0 <= score <= 1:
                raise UsageError(f"score = {score!r} of {model!r}: a number from 0 to 1 is wanted")
        for model, cost in self.costs.items():
            if not 0 <= cost < math.inf:
                raise UsageError(f"cost = {cost!r} of {model!r}: a number of 0 or more is wanted")


def means(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The mean score of every model, over the outcomes that hold it."""
    return _mean(outcome.scores for outcome in outcomes)


def mean_costs(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The mean cost of every model, over the outcomes that hold it."""
    return _mean(outcome.costs for outcome in outcomes)


def strongest(outcomes: Sequence[Outcome]) -> str:
    """The model with the best mean score; the first by name among equals. Raises `UsageError` without any score."""
    found = means(outcomes)
    if not found:
        raise UsageError("no outcome holds a score: record how good some answers were, then learn")
    return min(found, key=lambda model: (-found[model], model))


def _mean(rows: Iterable[Mapping[str, float]]) -> dict[str, float]:
    sums: dict[str, float] = {}
    counts: dict[str, int] = {}
    for row in rows:
        for model, value in row.items():
            sums[model] = sums.get(model, 0.0) + value
            counts[model] = counts.get(model, 0) + 1
    return {model: value / counts[model] for model, value in sums.items()}
