"""How well a search found the documents that bear on a question: recall, precision, reciprocal rank, nDCG and others.

It does not know how they were found, nor what stands in them; `context` looks inside.

Definitions as in trec_eval, so equal to ir-measures 0.4.3 (R@k, P@k, RR@k, nDCG@k, AP@k, Success@k) and to ranx:
recall = relevant among the first k / all relevant; precision = relevant among the first k / k; reciprocal rank = 1 /
the place of the first relevant one; nDCG (Järvelin and Kekäläinen 2002) = sum of grade / log2(place + 1), divided by
that of the best order; average precision = precision at each relevant place, summed, / all relevant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import log2
from typing import Final, Literal, cast, get_args

from msgspec import Struct

from vouch.errors import AppError
from vouch.scorers.answer import measured, shown, texts, unjudged
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

Measure = Literal["recall", "precision", "reciprocal rank", "ndcg", "average precision", "hit"]
"""`hit`: whether any of the first k is relevant; the others are defined above."""


_HIGHEST: Final = 1e100
"""No grade is higher; a larger number is none, nor is what is no number."""


class Retrieval(Struct, frozen=True):
    """A measure over the first k documents that a run recalled."""

    measure: Measure
    k: int

    @property
    def name(self) -> str:
        """The measure and k, such as `ndcg@10`."""
        return f"{self.measure}@{self.k}"

    async def score(self, case: Case, result: Result) -> Score:
        """The measure, however the run ended; a case without relevant documents cannot be judged."""
        grades = relevant(case.expected)
        if not any(grade > 0 for grade in grades.values()):
            return unjudged(self.name, case, "a document, a list of documents, or documents with grades above 0,")
        ranked = list(dict.fromkeys(passage.document for passage in result.found))
        return measured(
            self.name, rank_measure(self.measure, ranked, grades, self.k), f"found {shown(ranked[: self.k])}"
        )


def retrieval(measure: Measure, k: int = 10) -> Retrieval:
    """A measure of the recalled passages' documents; a case expects those that are relevant, or a grade for each.

    Several passages of one document count once, at the best place. Raises an `AppError` for another measure or a k
    below 1.
    """
    if measure not in _MEASURES or k < 1:
        raise AppError(
            f"retrieval({measure!r}, k={k!r}): one of {', '.join(get_args(Measure))}, and 1 or more, are wanted"
        )
    return Retrieval(measure, k)


def relevant(expected: object) -> dict[str, float]:
    """Documents and their grades: 1 for each of a list; nothing where `expected` says none."""
    if isinstance(expected, Mapping):
        grades = cast("Mapping[object, object]", expected)
        found = {
            document: float(grade)
            for document, grade in grades.items()
            if isinstance(document, str) and isinstance(grade, int | float) and abs(grade) <= _HIGHEST
        }
        return found if len(found) == len(grades) else {}
    return dict.fromkeys(texts(expected), 1.0)


def rank_measure(measure: Measure, ranked: Sequence[str], grades: Mapping[str, float], k: int) -> float:
    """The measure, in [0, 1], of documents in their order against grades; a grade of 0 is not relevant."""
    gains = [max(grades.get(document, 0.0), 0.0) for document in ranked[:k]]
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)
    return _MEASURES[measure](gains, ideal, k)


def _recall(gains: Sequence[float], ideal: Sequence[float], _k: int) -> float:
    return sum(gain > 0 for gain in gains) / len(ideal)


def _precision(gains: Sequence[float], _ideal: Sequence[float], k: int) -> float:
    return sum(gain > 0 for gain in gains) / k


def _reciprocal_rank(gains: Sequence[float], _ideal: Sequence[float], _k: int) -> float:
    return next((1 / place for place, gain in enumerate(gains, 1) if gain > 0), 0.0)


def _ndcg(gains: Sequence[float], ideal: Sequence[float], k: int) -> float:
    return _discounted(gains) / _discounted(ideal[:k])


def _average_precision(gains: Sequence[float], ideal: Sequence[float], _k: int) -> float:
    hits = [place for place, gain in enumerate(gains, 1) if gain > 0]
    return sum(number / place for number, place in enumerate(hits, 1)) / len(ideal)


def _hit(gains: Sequence[float], _ideal: Sequence[float], _k: int) -> float:
    return float(any(gain > 0 for gain in gains))


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / log2(place + 1) for place, gain in enumerate(gains, 1))


_MEASURES: Final[Mapping[str, Callable[[Sequence[float], Sequence[float], int], float]]] = {
    "recall": _recall,
    "precision": _precision,
    "reciprocal rank": _reciprocal_rank,
    "ndcg": _ndcg,
    "average precision": _average_precision,
    "hit": _hit,
}
