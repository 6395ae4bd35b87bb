"""Finds what each thing counts that the second look at hits looks at, on any collections in BEIR layout.

It ships nothing but numbers: those of `WEIGHTS` in `vouch.knowledge.rerank`, and the weight of the second look itself.

    PYTHONPATH=. python scripts/fit_reranker.py FOLDER...

Each folder holds corpus.jsonl, queries.jsonl and qrels/test.tsv. The 50 best hits of the default search are put in
another order; a weight is moved as long as the mean over the collections of the gain in nDCG@10, less one standard
error, grows. So small collections, and those where it is a matter of chance, pull little. What this brings on a
collection that it has not seen is told by leaving out each in turn.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from benchmarks.finding.collections import Asked, Kept, beir, index_of, whole
from numpy.typing import NDArray

from vouch.contracts.index import Scope
from vouch.knowledge.question import Library, Question
from vouch.knowledge.rerank import FEATURES, features
from vouch.knowledge.searches import hybrid
from vouch.models.minilm.minilm import MiniLM

Floats = NDArray[np.float64]

CANDIDATES = 50
MOST = 400
STEPS = np.arange(0, 0.55, 0.05)
DISCOUNTS = 1 / np.log2(np.arange(2, 12))


class Looked(NamedTuple):
    """Of every question: the scores and features of its hits in standard deviations, their grades, and the best sum."""

    name: str
    values: Floats
    grades: Floats
    best: Floats


async def looked(folder: Path, embedder: Kept, place: Path) -> Looked:
    """The questions of a collection, asked."""
    collection = beir(folder)
    library = await index_of(collection, embedder, place, cut=whole)
    asked = collection.asked[:: max(1, len(collection.asked) // MOST)][:MOST]
    values = np.zeros((len(asked), CANDIDATES, 1 + len(FEATURES)))
    values[:, :, 0] = -99
    grades = np.zeros((len(asked), CANDIDATES))
    for row, each in enumerate(asked):
        found = await one(library, each)
        values[row, : len(found[0])], grades[row, : len(found[1])] = found
    best = [DISCOUNTS @ np.pad(sorted(each.grades.values(), reverse=True)[:10], (0, 10))[:10] for each in asked]
    return Looked(folder.name, values, grades, np.array(best))


async def one(library: Library, asked: Asked) -> tuple[Floats, Floats]:
    """The hits of a question: what is seen of them, shape (hits, 1 + features), and their grades."""
    hits = await hybrid().find(Question(asked.text, CANDIDATES, Scope(access=None)), library)
    vectors = await library.index.vectors([hit.chunk.id for hit in hits])
    seen = features(asked.text, [hit.chunk for hit in hits], vectors)
    values = np.column_stack([[hit.score for hit in hits], seen])
    spread = values.std(axis=0)
    standard = (values - values.mean(axis=0)) / np.where(spread > 1e-9, spread, 1)
    return standard, np.array([asked.grades.get(hit.chunk.document, 0.0) for hit in hits])


def ndcg(data: Looked, weights: Floats) -> Floats:
    """nDCG@10 of every question by these weights."""
    scores = data.values @ np.concatenate([[1.0], weights])
    order = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    return np.take_along_axis(data.grades, order, axis=1) @ DISCOUNTS / data.best


def gain(data: Looked, weights: Floats) -> tuple[float, float]:
    """The mean gain over the first ranking, and its standard error."""
    gains = ndcg(data, weights) - ndcg(data, np.zeros(len(FEATURES)))
    return float(gains.mean()), float(gains.std(ddof=1) / np.sqrt(len(gains)))


def fit(collections: Sequence[Looked]) -> Floats:
    """The weights beside a weight of 1 for the first ranking."""

    def worth(weights: Floats) -> float:
        return float(np.mean([mean - error for mean, error in (gain(each, weights) for each in collections)]))

    weights, best = np.zeros(len(FEATURES)), 0.0
    moved = True
    while moved:
        moved = False
        for place in range(len(FEATURES)):
            for step in STEPS:
                tried = weights.copy()
                tried[place] = step
                if (worthy := worth(tried)) > best + 1e-5:
                    weights, best, moved = tried, worthy, True
    return weights


async def main() -> None:
    """Fit, and print."""
    embedder = Kept(MiniLM.open())
    with tempfile.TemporaryDirectory() as place:
        collections = [await looked(Path(each), embedder, Path(place)) for each in sys.argv[1:]]
    for left in collections if len(collections) > 1 else []:
        weights = fit([each for each in collections if each is not left])
        mean, error = gain(left, weights)
        print(f"{left.name}, left out: {mean:+.4f} (standard error {error:.4f}) by {weights.round(2).tolist()}")
    weights = fit(collections)
    for each in collections:
        mean, error = gain(each, weights)
        print(f"{each.name}: {mean:+.4f} (standard error {error:.4f})")
    total = float(weights.sum())
    shares = weights / total if total else weights
    print({name: round(float(share), 2) for name, share in zip(FEATURES, shares, strict=True)})
    print(f"weight of the second look: {total / (1 + total):.2f}")


if __name__ == "__main__":
    asyncio.run(main())
