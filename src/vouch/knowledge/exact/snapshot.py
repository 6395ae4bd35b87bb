"""One version of an exact index, open for searching.

It does not know how versions come about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from vouch.contracts.index import Found, Scope
from vouch.errors import UsageError
from vouch.knowledge.condition import holds
from vouch.knowledge.exact.postings import Weighed
from vouch.knowledge.exact.segment import Segment, Shared
from vouch.knowledge.exact.versions import Manifest
from vouch.knowledge.words import words_of
from vouch.values.document import Chunk

_T = TypeVar("_T", bound=np.generic)

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

_SELECTIVE: Final = 4
"""Where at most a so many-th part of a segment's rows is searched, only their vectors are multiplied."""

_SCOPES: Final = 64
"""So many scopes are remembered."""


class ExactIndex:
    """An `Index` that compares a query with every chunk that its reader may see."""

    def __init__(self, manifest: Manifest, segments: Sequence[Segment], *, pinned: bool) -> None:
        self._manifest = manifest
        self._segments = segments
        self._gone = [frozenset(part.gone) for part in manifest.parts]
        self._alive = [_alive(segment, gone) for segment, gone in zip(segments, self._gone, strict=True)]
        self._searched = [segment.searched & alive for segment, alive in zip(segments, self._alive, strict=True)]
        self._scopes: dict[Scope, Sequence[Mask]] = {}
        self._pinned = pinned

    @property
    def version(self) -> str:
        """The version's name."""
        return self._manifest.name

    @property
    def embedder(self) -> str:
        """The fingerprint of the embedder, "" without vectors."""
        return self._manifest.embedder

    @property
    def pinned(self) -> bool:
        """Whether somebody went back to this version."""
        return self._pinned

    @property
    def documents(self) -> Mapping[str, str]:
        """The digest of every document by its id."""
        return self._digests

    async def nearest(self, vector: NDArray[np.float32], limit: int, *, scope: Scope) -> Sequence[Found]:
        """The chunks with the largest dot products, best first."""
        wanted = np.asarray(vector, np.float32)
        if wanted.shape != (self._manifest.dimensions,):
            raise UsageError(
                f"the index has vectors of {self._manifest.dimensions} numbers, but was asked with shape "
                f"{wanted.shape}; ask with the embedder that the index was built with"
            )
        if not self._segments:
            return []
        masks = self._visible(scope)
        scores = [_products(segment, mask, wanted) for segment, mask in zip(self._segments, masks, strict=True)]
        return self._best(_joined(scores), limit)

    async def keyword(self, text: str, limit: int, *, scope: Scope) -> Sequence[Found]:
        """The best chunks by BM25."""
        if not self._segments:
            return []
        scores = self._weighed.scores(words_of(text, self._manifest.stemming))
        scores[~_joined(self._visible(scope))] = 0
        scores[scores <= 0] = -np.inf
        return self._best(scores, limit)

    async def chunks(self, ids: Sequence[str]) -> Sequence[Chunk]:
        """The chunks of these ids; what is not there is left out."""
        places = [self._places.get(each) for each in ids]
        return [self._segments[place[0]].chunk(place[1]) for place in places if place is not None]

    async def vectors(self, ids: Sequence[str]) -> Floats:
        """The vectors of these ids; zeros for what is not there."""
        found = np.zeros((len(ids), self._manifest.dimensions), np.float32)
        for number, each in enumerate(ids):
            if (place := self._places.get(each)) is not None:
                found[number] = self._segments[place[0]].vectors[place[1]]
        return found

    async def around(self, chunk: str, before: int, after: int) -> Sequence[Chunk]:
        """The chunk and its neighbours in the document, parents left out."""
        if (place := self._places.get(chunk)) is None:
            return []
        segment, row = self._segments[place[0]], place[1]
        kept = segment.documents[segment.shared[int(segment.shared_of[row])].document]
        rows = [each for each in range(kept.start, kept.stop) if segment.searched[each] or each == row]
        here = rows.index(row)
        return [segment.chunk(each) for each in rows[max(0, here - before) : here + after + 1]]

    @cached_property
    def _digests(self) -> Mapping[str, str]:
        return {
            document: kept.digest
            for segment, gone in zip(self._segments, self._gone, strict=True)
            for document, kept in segment.documents.items()
            if document not in gone
        }

    @cached_property
    def _weighed(self) -> Weighed:
        return Weighed([segment.postings for segment in self._segments], self._searched)

    @cached_property
    def _places(self) -> Mapping[str, tuple[int, int]]:
        return {
            each: (number, row)
            for number, (segment, alive) in enumerate(zip(self._segments, self._alive, strict=True))
            for row, (each, counts) in enumerate(zip(segment.ids, alive.tolist(), strict=True))
            if counts
        }

    @cached_property
    def _ids(self) -> Sequence[str]:
        return [each for segment in self._segments for each in segment.ids]

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        """The place of each row's id among all ids."""
        order = np.empty(len(self._ids), np.int64)
        order[sorted(range(len(self._ids)), key=self._ids.__getitem__)] = np.arange(len(self._ids))
        return order

    def _visible(self, scope: Scope) -> Sequence[Mask]:
        """Which rows of each segment are searched at all."""
        if scope == Scope(access=None):
            return self._searched
        if scope not in self._scopes:
            if len(self._scopes) >= _SCOPES:
                self._scopes.clear()
            self._scopes[scope] = [
                searched & np.fromiter((_may_see(each, scope) for each in segment.shared), np.bool_)[segment.shared_of]
                for segment, searched in zip(self._segments, self._searched, strict=True)
            ]
        return self._scopes[scope]

    def _best(self, scores: Floats, limit: int) -> Sequence[Found]:
        """The best by score, then by id, so that equal scores come in the same order however the index came about."""
        if limit < 1:
            raise UsageError(f"limit={limit!r}: give 1 or more")
        rows = np.flatnonzero(scores > -np.inf)
        if len(rows) > limit:
            least = np.partition(scores[rows], len(rows) - limit)[len(rows) - limit]
            rows = rows[scores[rows] >= least]
        rows = rows[np.lexsort((self._order[rows], -scores[rows]))[:limit]]
        numbers: list[int] = rows.tolist()
        return [Found(self._ids[row], score) for row, score in zip(numbers, scores[rows].tolist(), strict=True)]


def _alive(segment: Segment, gone: frozenset[str]) -> Mask:
    alive = np.ones(len(segment), np.bool_)
    for document in gone:
        kept = segment.documents[document]
        alive[kept.start : kept.stop] = False
    return alive


def _may_see(shared: Shared, scope: Scope) -> bool:
    if scope.access is not None and shared.access and not set(shared.access) & set(scope.access):
        return False
    if scope.where is None:
        return True
    own = {"document": shared.document, "trusted": shared.trusted}
    return holds(scope.where, {**shared.metadata, **own})


def _products(segment: Segment, mask: Mask, vector: Floats) -> Floats:
    """Dot products of the rows that are searched; minus infinity elsewhere."""
    rows = np.flatnonzero(mask)
    if len(rows) * _SELECTIVE <= len(mask):
        scores = np.full(len(mask), -np.inf, np.float32)
        scores[rows] = segment.vectors[rows] @ vector
        return scores
    scores = segment.vectors @ vector
    if len(rows) < len(mask):
        scores[~mask] = -np.inf
    return scores


def _joined(parts: Sequence[NDArray[_T]]) -> NDArray[_T]:
    return np.concatenate(parts)
