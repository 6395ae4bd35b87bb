"""Two rankings made one: how well chunks fit by words and by meaning, weighed together.

It does not know how either ranking came about.

`convex` brings the scores of both to one scale and takes their weighed mean: a score becomes its height above the
lowest of the candidates, in standard deviations of the candidates' scores, and what is no candidate has 0. But for a
number that is the same for all, these are z-scores. The parts of a question share the deviation, so that a part that
finds nothing much does not speak as loudly as one that does. `reciprocal` sums 1 / (60 + place) (Cormack, Clarke and
Büttcher 2009), which looks at the order alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from vouch.contracts.index import Found
from vouch.knowledge.ranking import RowRanking

Fusion = Literal["convex", "reciprocal"]
"""How rankings are made one, see above."""

_PLACES: Final = 60
_LOUDEST: Final = 3
"""A chunk counts by the so many parts of a question that it fits best."""

Ranking = Sequence[Found]


def fuse(
    keyword: Sequence[Ranking], nearest: Sequence[Ranking], *, weight: float, fusion: Fusion, limit: int | None = None
) -> Ranking:
    """The `limit` best chunks of the rankings, or all of them, best first.

    Both have one ranking for each part of a question; `weight` in [0, 1] is that of `nearest`.
    """
    if fusion == "convex" and len(keyword) == 1:
        words, near = keyword[0], nearest[0]
        if isinstance(words, RowRanking) and isinstance(near, RowRanking) and words.named is near.named:
            return _fused(words, near, weight, limit)
    if fusion == "reciprocal":
        parts = [_by_place([(words, 1 - weight), (near, weight)]) for words, near in zip(keyword, nearest, strict=True)]
    else:
        longest = max(map(len, (*keyword, *nearest)))
        scaled = zip(_scaled(keyword, 1 - weight, padded=longest), _scaled(nearest, weight), strict=True)
        parts = [_sum(words, near) for words, near in scaled]
    return ranked(_loudest(parts), limit)


def _fused(words: RowRanking, near: RowRanking, weight: float, limit: int | None) -> RowRanking:
    """As the dictionaries below for one part, with rows of the same index."""
    rows, places = np.unique(np.concatenate((words.rows, near.rows)), return_inverse=True)
    scores = np.zeros(len(rows))
    scores[places[: len(words)]] = _heights(words, 1 - weight, padded=len(near))
    scores[places[len(words) :]] += _heights(near, weight)
    return RowRanking.best(words.named, rows, scores, limit or max(1, len(rows)))


def _heights(ranking: RowRanking, weight: float, *, padded: int = 0) -> NDArray[np.float64]:
    scores = ranking.scores.astype(np.float64)
    filled = np.concatenate((scores, np.zeros(max(0, padded - len(scores)))))
    return (scores - filled.min(initial=np.inf)) * (weight / _deviation(filled)) if len(scores) else scores


def ranked(scores: Mapping[str, float], limit: int | None = None) -> Ranking:
    """The `limit` best, or all, by score, then by id."""
    if limit is not None and 0 < limit < len(scores):
        least = sorted(scores.values())[-limit]
        scores = {each: score for each, score in scores.items() if score >= least}
    ordered = sorted((-score, each) for each, score in scores.items())
    return [Found(each, -score) for score, each in ordered[:limit]]


def _scaled(rankings: Sequence[Ranking], weight: float, *, padded: int = 0) -> list[dict[str, float]]:
    """The weighed heights of every ranking; shorter ones are first filled with scores of 0 to a length of `padded`."""
    values = [np.array([score for _, score in ranking]) for ranking in rankings]
    # What has none of the words has a score, too: else a word that stands in few chunks would seem to say little.
    filled = [np.concatenate((each, np.zeros(padded - len(each)))) if padded > len(each) else each for each in values]
    scale = weight / _deviation(np.concatenate(filled))
    return [
        dict(zip([each for each, _ in ranking], ((scores - all_scores.min()) * scale).tolist(), strict=True))
        if ranking
        else {}
        for ranking, scores, all_scores in zip(rankings, values, filled, strict=True)
    ]


def _deviation(scores: NDArray[np.float64]) -> float:
    """Their standard deviation, 1 where there is none; to the last digit the same in whatever order they come."""
    return float(np.sort(scores).std() or 1.0) if len(scores) else 1.0


def _sum(words: dict[str, float], near: dict[str, float]) -> dict[str, float]:
    for each, height in near.items():
        words[each] = words.get(each, 0.0) + height
    return words


def _by_place(rankings: Sequence[tuple[Ranking, float]]) -> dict[str, float]:
    scores: dict[str, float] = {}
    for ranking, weight in rankings:
        for place, found in enumerate(ranking, 1):
            scores[found.id] = scores.get(found.id, 0.0) + 2 * weight / (_PLACES + place)
    return scores


def _loudest(parts: Sequence[dict[str, float]]) -> dict[str, float]:
    """The sum over the parts that a chunk fits best."""
    if len(parts) == 1:
        return parts[0]
    of: dict[str, list[float]] = {}
    for part in parts:
        for each, score in part.items():
            of.setdefault(each, []).append(score)
    return {each: sum(sorted(scores)[-_LOUDEST:]) for each, scores in of.items()}
