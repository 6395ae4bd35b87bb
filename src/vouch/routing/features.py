"""A question as one vector: hashed words, counts, declared tags and signals, and an embedding where there is one.

It does not know what is predicted from it.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from vouch.contracts.router import Query
from vouch.errors import UsageError
from vouch.routing.hashing import Hashes, clipped, hashed, words
from vouch.routing.surface import surface

Floats = NDArray[np.float32]

WIDTH: Final = 1024
TAG_WIDTH: Final = 64

_SURFACE_SHARE: Final = 1 / 8
_SIGNAL_SHARE: Final = 1 / 4
_FURTHEST: Final = 5.0
_LEAST_SPREAD: Final = 1e-6
_SURFACE: Final = tuple(surface("", length=0))


class Scale(Struct, frozen=True, eq=False):
    """How raw features of one set of questions are brought to one scale. Arrays have shape (counts + signals,).

    `signals` are the names of the signals that were there, in order; `dimensions` is the embedding's, 0 for none.
    `center`, shape (dimensions,), is the mean embedding, which stands in for one that is missing.
    """

    signals: tuple[str, ...]
    dimensions: int
    middle: Floats
    spread: Floats
    center: Floats

    @property
    def width(self) -> int:
        """The length of a vector."""
        return WIDTH + TAG_WIDTH + len(self.middle) + self.dimensions

    def vector(self, query: Query) -> Floats:
        """Shape (width,). A signal or an embedding that is missing counts as the usual one."""
        text = clipped(query.text)
        return self.joined(query, text, words(text), _counts(query, text, self.signals))

    def matrix(self, queries: Sequence[Query]) -> Floats:
        """Shape (queries, width)."""
        return np.array([self.vector(query) for query in queries], dtype=np.float32).reshape(len(queries), self.width)

    def joined(self, query: Query, text: str, of: Hashes, raw: Floats) -> Floats:
        """The vector, from the clipped text, its words, and the raw counts and signals, shape (counts + signals,)."""
        counted = np.clip((raw - self.middle) / self.spread, -_FURTHEST, _FURTHEST)
        counted[np.isnan(counted)] = 0
        counted[: len(_SURFACE)] *= _SURFACE_SHARE
        counted[len(_SURFACE) :] *= _SIGNAL_SHARE
        parts = [hashed(of, text, width=WIDTH), _tags(query), counted]
        if self.dimensions:
            parts.append(self._embedding(query))
        return np.concatenate(parts)

    def _embedding(self, query: Query) -> Floats:
        if query.embedding is None:
            return self.center
        if query.embedding.shape != (self.dimensions,):
            raise UsageError(
                f"an embedding of shape {query.embedding.shape!r}: {self.dimensions} dimensions were learned from;"
                " use the same embedder, or learn anew"
            )
        return query.embedding.astype(np.float32)


def fit(queries: Sequence[Query]) -> tuple[Scale, Floats, list[Hashes]]:
    """The scale of these questions, their vectors on it, shape (queries, width), and the words of each.

    Embeddings join only if every question has one. Raises `UsageError` without questions.
    """
    if not queries:
        raise UsageError("no questions: features need some to be scaled by")
    signals = tuple(sorted({name for query in queries for name in query.signals}))
    texts = [clipped(query.text) for query in queries]
    raw = np.array([_counts(query, text, signals) for query, text in zip(queries, texts, strict=True)])
    known = ~np.isnan(raw)
    count = np.maximum(known.sum(axis=0), 1)
    middle = np.where(known, raw, 0).sum(axis=0, dtype=np.float64) / count
    spread = np.sqrt(np.where(known, (raw - middle) ** 2, 0).sum(axis=0, dtype=np.float64) / count)
    center = _center(queries)
    scale = Scale(
        signals,
        len(center),
        middle.astype(np.float32),
        np.where(spread > _LEAST_SPREAD, spread, 1.0).astype(np.float32),
        center,
    )
    found = [words(text) for text in texts]
    rows = [scale.joined(*each) for each in zip(queries, texts, found, raw, strict=True)]
    return scale, np.array(rows, dtype=np.float32), found


def _center(queries: Sequence[Query]) -> Floats:
    vectors = [query.embedding for query in queries if query.embedding is not None]
    if len(vectors) < len(queries):
        return np.zeros(0, np.float32)
    if len({vector.shape for vector in vectors}) > 1 or vectors[0].ndim != 1:
        raise UsageError("embeddings of several shapes: use one embedder for all questions")
    return np.asarray(np.mean(np.array(vectors, dtype=np.float32), axis=0), dtype=np.float32)


def _counts(query: Query, text: str, signals: tuple[str, ...]) -> Floats:
    counted = surface(text, length=len(query.text), tools=query.tools)
    given = [query.signals.get(name, np.nan) for name in signals]
    return np.array([*counted.values(), *given], dtype=np.float32)


def _tags(query: Query) -> Floats:
    vector = np.zeros(TAG_WIDTH, np.float32)
    for name, value in query.tags.items():
        vector[zlib.crc32(f"{name}={value}".encode("utf-8", "replace")) % TAG_WIDTH] = 1.0
    return vector
