"""Words sorted into kinds by their sentence vectors, so that a word nobody has tagged is still like others.

It does not know what the kinds stand for.

Spherical k-means (Dhillon and Modha, 2001) at several sizes at once, in the manner of Brown clusters for taggers
(Turian et al., 2010, Word Representations).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vouch.contracts.embedder import Embedder

Floats = NDArray[np.float32]

SIZES: Final = (32, 128, 512)
_ROUNDS: Final = 8


class Kinds:
    """By word the numbers of its kinds, one at each size; a word that does not begin with a letter has none."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._centers: Sequence[Floats] = ()
        self._known: dict[str, tuple[str, ...]] = {}

    async def learn(self, words: Iterable[str]) -> None:
        """Find the kinds of `words`."""
        several = _lettered(words)
        if several:
            vectors = await self._embedder.embed(several)
            self._centers = [centers(vectors, min(size, len(several))) for size in SIZES]
            self._keep(several, vectors)

    async def of(self, words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """The kinds of these words, among others; words that are new are embedded."""
        fresh = [word for word in _lettered(words) if word not in self._known]
        if fresh:
            self._keep(fresh, await self._embedder.embed(fresh))
        return self._known

    def _keep(self, words: Sequence[str], vectors: Floats) -> None:
        found = [(vectors @ each.T).argmax(axis=1).tolist() for each in self._centers]
        for place, word in enumerate(words):
            self._known[word] = tuple(f"{size}.{row[place]}" for size, row in zip(SIZES, found, strict=False))


def centers(vectors: Floats, k: int) -> Floats:
    """`k` unit vectors in the midst of unit `vectors`, shape (k, dimensions). Deterministic."""
    found = vectors[np.random.default_rng(0).choice(len(vectors), k, replace=False)].copy()
    for _ in range(_ROUNDS):
        nearest = (vectors @ found.T).argmax(axis=1)
        sums = np.zeros_like(found)
        np.add.at(sums, nearest, vectors)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        found = np.where(lengths > 0, sums / np.maximum(lengths, 1e-12), found).astype(np.float32)
    return found


def _lettered(words: Iterable[str]) -> list[str]:
    return sorted({word for word in words if word[:1].isalpha()})
