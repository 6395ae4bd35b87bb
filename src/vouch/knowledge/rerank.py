"""A second look at chunks that were found: which words of the question stand side by side, which titles have them, and
which hits are alike.

It does not know how they were found, and needs no model.

What it looks at was chosen, and weighed, on open collections of questions (`scripts/fit_reranker.py`). How many of a
question's words a chunk has, and how close together they stand, was tried as well: it counted nothing beside BM25,
which has looked at it already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from itertools import pairwise
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from vouch.knowledge.searched import searched_text
from vouch.knowledge.words import words_of
from vouch.values.document import Chunk

Floats = NDArray[np.float64]

_T = TypeVar("_T")

FEATURES: Final = ("order", "title", "alike")
"""What is looked at, the first two in [0, 1], the third in [-1, 1].

Order: the share of neighbouring words of the question that are neighbours in the chunk, too. Title: the share of its
words that stand in the headings, or in a first line. A word weighs the less in both, the more of the chunks have it.
Alike: the mean cosine to the three best other hits (pseudo-relevance feedback, Rocchio 1971).
"""

WEIGHTS: Final[Mapping[str, float]] = {"order": 0.4, "title": 0.4, "alike": 0.2}
"""What each counts, by `scripts/fit_reranker.py`; they sum to 1."""

_BEST: Final = 3


def features(question: str, chunks: Sequence[Chunk], vectors: NDArray[np.float32] | None = None) -> Floats:
    """The `FEATURES` of every chunk, shape (len(chunks), 3), chunks best first; without vectors no two are alike."""
    asked = words_of(question)
    wanted = set(asked)
    texts = [words_of(searched_text(chunk)) for chunk in chunks]
    spread = Counter(word for words in texts for word in wanted.intersection(words))
    weights = {word: float(np.log1p(len(chunks) / number)) for word, number in spread.items()}
    pairs = {pair: sum(weights.get(word, 0.0) for word in pair) for pair in pairwise(asked)}
    found = np.zeros((len(chunks), len(FEATURES)))
    for row, (words, chunk) in enumerate(zip(texts, chunks, strict=True)):
        found[row, 0] = _share({pair for pair in pairwise(words) if pair[0] in wanted}, pairs)
        found[row, 1] = _share(wanted.intersection(words_of(_title(chunk))), weights)
    if vectors is not None:
        found[:, 2] = _alike(vectors)
    return found


def second_look(scores: Floats, looked: Floats, weight: float) -> Floats:
    """The scores, and what `features` gave for the same chunks, as one: both in standard deviations, `weight` apart."""
    second = _standard(looked) @ np.array([WEIGHTS[name] for name in FEATURES])
    return (1 - weight) * _standard(scores) + weight * second


def _standard(values: Floats) -> Floats:
    spread = values.std(axis=0)
    return (values - values.mean(axis=0)) / np.where(spread > 1e-9, spread, 1.0)


def _title(chunk: Chunk) -> str:
    if chunk.headings:
        return "\n".join(chunk.headings)
    first, line, _ = chunk.text.partition("\n")
    return first if line and not chunk.place else ""


def _share(there: Set[_T], weights: Mapping[_T, float]) -> float:
    """Of all that has a weight, how much is there."""
    total = sum(weights.values())
    return sum(weights[each] for each in weights.keys() & there) / total if total else 0.0


def _alike(vectors: NDArray[np.float32]) -> Floats:
    """For each row, its mean dot product with the first three others."""
    products = vectors.astype(np.float64) @ vectors[: _BEST + 1].T.astype(np.float64)
    found = np.zeros(len(vectors))
    for row in range(len(vectors)):
        others = [column for column in range(min(_BEST + 1, len(vectors))) if column != row][:_BEST]
        if others:
            found[row] = products[row, others].mean()
    return found
