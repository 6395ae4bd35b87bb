"""The learned chance of a good answer for every model, from recorded outcomes.

It does not know prices, nor which model is then asked.

Every score is predicted by a linear fit of what all models have in common (how hard a question is) and of what sets one
apart from the others (what routing lives on), each with a penalty of its own, and then calibrated. A fit on the
difference between models is clearly better than one on whether the cheap one is wrong, which pays for the strong model
on questions that nobody can answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from vouch.contracts.router import Query
from vouch.errors import UsageError
from vouch.routing import calibration, features, novelty, ridge
from vouch.routing.calibration import Curve
from vouch.routing.features import Scale
from vouch.routing.novelty import Familiar
from vouch.routing.outcome import Outcome, means

Doubles = NDArray[np.float64]

FEWEST: Final = 20
"""With fewer outcomes a model gets one chance for all questions, drawn towards that of the others."""


class Reading(NamedTuple):
    """What was learned about one question: the calibrated chances and the expected scores by model.

    `familiar` says whether the question is of the kind that was learned from; where not, nothing here is to be
    believed.
    """

    chances: Mapping[str, float]
    expected: Mapping[str, float]
    strongest: str
    familiar: bool

    def gain(self, *, cheap: str, strong: str | None = None) -> float:
        """How much better the strong model's score is expected to be than the cheap one's; raises `UsageError`."""
        more = self.expected[_known(strong or self.strongest, self.expected)]
        return more - self.expected[_known(cheap, self.expected)]


class Chances(Struct, frozen=True, eq=False):
    """What was learned. `weights` has shape (features, models), `intercepts` (models,), `curves` one a model.

    `strongest` is the model with the best mean score; `counts` are outcomes a model, `n` all of them.
    """

    models: tuple[str, ...]
    scale: Scale
    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    curves: tuple[Curve, ...]
    familiar: Familiar
    strongest: str
    counts: tuple[int, ...]
    n: int

    def read(self, query: Query) -> Reading:
        """All that was learned about one question."""
        raw: list[float] = (self.scale.vector(query) @ self.weights + self.intercepts).tolist()
        chances = {
            model: curve.chance(value) for model, curve, value in zip(self.models, self.curves, raw, strict=True)
        }
        return Reading(chances, dict(zip(self.models, raw, strict=True)), self.strongest, self.knows(query))

    def of(self, query: Query) -> Mapping[str, float]:
        """The calibrated chance of a good answer by model."""
        return self.read(query).chances

    def gain(self, query: Query, *, cheap: str, strong: str | None = None) -> float:
        """How much better the strong model's score is expected to be than the cheap one's; raises `UsageError`."""
        return self.read(query).gain(cheap=cheap, strong=strong)

    def gains(self, queries: Sequence[Query], *, cheap: str, strong: str | None = None) -> Doubles:
        """The same for many questions; shape (queries,)."""
        more, less = self._place(strong or self.strongest), self._place(cheap)
        weights = self.weights[:, more] - self.weights[:, less]
        shift = float(self.intercepts[more] - self.intercepts[less])
        return (self.scale.matrix(queries) @ weights).astype(np.float64) + shift

    def knows(self, query: Query) -> bool:
        """Whether the question is of the kind that was learned from; where not, only the strong model is safe."""
        return self.familiar.knows(query.text)

    def _place(self, model: str) -> int:
        return self.models.index(_known(model, self.models))


def _known(model: str, models: Collection[str]) -> str:
    if model not in models:
        raise UsageError(f"{model!r} has no outcomes; learned were {', '.join(models)}")
    return model


class _Head(NamedTuple):
    weights: Doubles
    intercept: float
    curve: Curve
    outcomes: int


def learn(outcomes: Sequence[Outcome]) -> Chances:
    """Learn from outcomes; deterministic. Raises `UsageError` when there are no scores at all.

    A model that is missing from some outcomes is learned from the others; contradictory scores for the same question
    count as what they are, a chance between.
    """
    scored = [outcome for outcome in outcomes if outcome.scores]
    average = means(scored)
    if not average:
        raise UsageError("no outcome holds a score: record how good some answers were, then learn")
    queries = [outcome.query for outcome in scored]
    scale, matrix, words = features.fit(queries)
    heads: dict[str, _Head] = {}
    for group, rows in _groups(scored).items():
        scores = np.array([[scored[row].scores[model] for model in group] for row in rows], dtype=np.float64)
        heads |= zip(group, _heads(matrix[rows], scores, average=float(np.mean(list(average.values())))), strict=True)
    models = tuple(sorted(heads))
    return Chances(
        models,
        scale,
        np.array([heads[model].weights for model in models], dtype=np.float32).T.copy(),
        np.array([heads[model].intercept for model in models], dtype=np.float32),
        tuple(heads[model].curve for model in models),
        novelty.learn(words),
        min(models, key=lambda model: (-average[model], model)),
        tuple(heads[model].outcomes for model in models),
        len(scored),
    )


def _groups(outcomes: Sequence[Outcome]) -> Mapping[tuple[str, ...], list[int]]:
    """Models that were scored on exactly the same questions, and the places of these."""
    places: dict[str, list[int]] = {}
    for place, outcome in enumerate(outcomes):
        for model in outcome.scores:
            places.setdefault(model, []).append(place)
    groups: dict[tuple[int, ...], list[str]] = {}
    for model in sorted(places):
        groups.setdefault(tuple(places[model]), []).append(model)
    return {tuple(models): list(rows) for rows, models in groups.items()}


def _heads(matrix: NDArray[np.float32], scores: Doubles, *, average: float) -> list[_Head]:
    """One head a column of `scores`, shape (questions, models)."""
    n, models = scores.shape
    if n < FEWEST:
        shrunk = (scores.sum(axis=0) + FEWEST * average) / (n + FEWEST)
        nothing = np.zeros(matrix.shape[1])
        return [_Head(nothing, float(chance), calibration.constant(float(chance)), n) for chance in shrunk]
    taken_apart = ridge.design(matrix)
    common = ridge.fit(taken_apart, scores.mean(axis=1, keepdims=True))
    apart = ridge.fit(taken_apart, scores - scores.mean(axis=1, keepdims=True))
    unseen = common.unseen + apart.unseen
    return [
        _Head(
            common.weights[:, 0] + apart.weights[:, model],
            float(common.intercepts[0] + apart.intercepts[model]),
            calibration.fit(unseen[:, model], scores[:, model]),
            n,
        )
        for model in range(models)
    ]
