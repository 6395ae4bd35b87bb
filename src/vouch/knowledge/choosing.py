"""Chooses among ways to search by questions whose documents are known, and leaves the default where it is not sure.

It does not know how any of them searches, or where the questions come from.

Of the ways, the one is taken whose mean gain in nDCG over the default is largest after 1.64 standard errors are taken
off: that is the lower end of a one-sided interval of 95 %. The default gains 0 without error: so with few questions, or
none that tell the ways apart, the default stays. It is a shrinking to the default that needs no setting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log2
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from vouch.contracts.index import Scope
from vouch.errors import UsageError
from vouch.knowledge.question import Library, Question, Retriever
from vouch.knowledge.searches import hybrid
from vouch.knowledge.wrapping import reranked

Floats = NDArray[np.float64]

_DEEPER: Final = 6
"""So many chunks are asked for where one document is wanted: several may be of the same one."""

_CAUTION: Final = 1.64
_FEWEST: Final = 8
"""Questions; of fewer, the error can hardly be told, and the default stays."""


class Labelled(Struct, frozen=True):
    """A question, and the documents that answer it, each with a grade above 0."""

    question: str
    relevant: Mapping[str, float]


class Tuned(Struct, frozen=True):
    """The way that was chosen, and its mean gain in nDCG over the default with the standard error of that."""

    retriever: Retriever
    gain: float
    error: float
    questions: int


def ways() -> Sequence[Retriever]:
    """The default first, then hybrid search with other weights of meaning, each also with a second look."""
    plain = [hybrid(weight=weight) for weight in (0.5, 0.3, 0.4, 0.6, 0.7)]
    return [*plain, *(reranked(each) for each in plain), reranked(plain[0], weight=0.2)]


async def tuned(
    library: Library,
    labelled: Sequence[Labelled],
    *,
    retrievers: Sequence[Retriever] | None = None,
    k: int = 10,
    scope: Scope = Scope(access=None),  # noqa: B008 - frozen
) -> Tuned:
    """The best of `retrievers`, the first of which is the default, for these questions; judged by nDCG@k.

    A hundred questions are worth while; the figures flatter the choice a little, since it was made by them. Raises
    `UsageError` where there is nothing to choose among or by.
    """
    among = ways() if retrievers is None else retrievers
    gained = await outcomes(library, labelled, among, k=k, scope=scope)
    best = chosen(gained)
    gains = gained[best] - gained[0]
    return Tuned(among[best], float(gains.mean()), _error(gains), len(labelled))


async def outcomes(
    library: Library, labelled: Sequence[Labelled], retrievers: Sequence[Retriever], *, k: int, scope: Scope
) -> Floats:
    """nDCG@k of every retriever for every question, shape (retrievers, questions)."""
    if not retrievers or not labelled:
        raise UsageError(
            f"tuning among {len(retrievers)} retrievers by {len(labelled)} questions: give at least one of either"
        )
    found = np.empty((len(retrievers), len(labelled)))
    for column, each in enumerate(labelled):
        if not any(grade > 0 for grade in each.relevant.values()):
            raise UsageError(f"tuning by {each.question!r:.80}: name a document that answers it, with a grade above 0")
        for row, retriever in enumerate(retrievers):
            hits = await retriever.find(Question(each.question, _DEEPER * k, scope), library)
            documents = list(dict.fromkeys(hit.chunk.document for hit in hits))
            found[row, column] = ndcg(documents[:k], each.relevant, k)
    return found


def chosen(outcomes: Floats) -> int:
    """The row whose mean gain over the first, less 1.64 standard errors, is largest; the first of equals."""
    if outcomes.shape[1] < _FEWEST:
        return 0
    gains = outcomes - outcomes[0]
    errors = np.array([_error(each) for each in gains])
    return int(np.argmax(gains.mean(axis=1) - _CAUTION * errors))


def ndcg(documents: Sequence[str], grades: Mapping[str, float], k: int) -> float:
    """Normalised discounted cumulative gain of the first k (Järvelin and Kekäläinen 2002), grades as gains."""
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:k]
    gains = [max(0.0, grades.get(each, 0.0)) for each in documents[:k]]
    return _discounted(gains) / _discounted(ideal)


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / log2(place + 1) for place, gain in enumerate(gains, 1))


def _error(gains: Floats) -> float:
    return float(gains.std(ddof=1) / np.sqrt(len(gains))) if len(gains) > 1 else 0.0
