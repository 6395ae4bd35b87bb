"""One version of an exact index, open for searching.

It does not know how versions come about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from vouch.contracts.index import Entry, Found, Scope
from vouch.errors import UsageError
from vouch.knowledge.condition import holds
from vouch.knowledge.exact.postings import Weighed
from vouch.knowledge.exact.segment import Segment, Shared
from vouch.knowledge.exact.versions import Manifest
from vouch.knowledge.ranking import Named, RowRanking
from vouch.knowledge.rules import WORDS
from vouch.knowledge.words import words_of
from vouch.values.document import Chunk

_T = TypeVar("_T", bound=np.generic)

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

_SELECTIVE: Final = 4
"""Where at most a so many-th part of a segment's rows is searched, only their vectors are multiplied."""

_SCOPES: Final = 64
"""So many scopes are remembered."""


class _Within(NamedTuple):
    """Of a segment: the rows that alone are searched, if they are few; or else those that are not."""

    few: NDArray[np.int64] | None
    hidden: NDArray[np.int64]


class _Visible(NamedTuple):
    """The rows of each segment that are searched, and the numbers of the others among all."""

    parts: Sequence[Mask]
    hidden: NDArray[np.int64]
    within: Sequence[_Within]


class ExactIndex:
    """An `Index` that compares a query with every chunk that its reader may see."""

    def __init__(self, manifest: Manifest, segments: Sequence[Segment], *, pinned: bool) -> None:
        self._manifest = manifest
        self._segments = segments
        self._gone = [frozenset(part.gone) for part in manifest.parts]
        self._alive = [_alive(segment, gone) for segment, gone in zip(segments, self._gone, strict=True)]
        self._searched = [segment.searched & alive for segment, alive in zip(segments, self._alive, strict=True)]
        self._scopes: dict[Scope, _Visible] = {}
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
    def size(self) -> int:
        """How many chunks it has."""
        return self._manifest.chunks

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
        parts = zip(self._segments, self._visible(scope).within, strict=True)
        scores = [_products(segment, within, wanted) for segment, within in parts]
        return self._best(_joined(scores), limit)

    async def keyword(self, text: str, limit: int, *, scope: Scope) -> Sequence[Found]:
        """The best chunks by BM25; raises `UsageError` where its words were found by other rules than those of now."""
        if not self._segments:
            return []
        if self._manifest.words != WORDS:
            raise UsageError(
                f"version {self.version!r} of the index holds words by the rules {self._manifest.words} of an older "
                f"Vouch, this one has the rules {WORDS}, and a question's words would not be found; bring it up to "
                "date: vouch index refresh APP, or Knowledge.refresh()"
            )
        scores = self._weighed.scores(words_of(text, self._manifest.stemming))
        if len(hidden := self._visible(scope).hidden):
            scores[hidden] = 0
        return self._best(scores, limit, above=0.0)

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

    def entries(self) -> Sequence[Entry]:
        """All documents as they were given."""
        return [
            segment.entry(document)
            for segment, gone in zip(self._segments, self._gone, strict=True)
            for document in segment.documents
            if document not in gone
        ]

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
    def _named(self) -> Named:
        return Named([each for segment in self._segments for each in segment.ids])

    def _visible(self, scope: Scope) -> _Visible:
        """Which rows are searched at all."""
        if scope not in self._scopes:
            if len(self._scopes) >= _SCOPES:
                self._scopes.clear()
            parts = self._searched
            if scope != Scope(access=None):
                parts = [
                    mask & np.fromiter((_may_see(each, scope) for each in segment.shared), np.bool_)[segment.shared_of]
                    for segment, mask in zip(self._segments, parts, strict=True)
                ]
            self._scopes[scope] = _Visible(parts, np.flatnonzero(~_joined(parts)), list(map(_within, parts)))
        return self._scopes[scope]

    def _best(self, scores: Floats, limit: int, *, above: float = -np.inf) -> Sequence[Found]:
        """The best by score, then by id, so that equal scores come in the same order however the index came about."""
        if limit < 1:
            raise UsageError(f"limit={limit!r}: give 1 or more")
        least = np.partition(scores, -limit)[-limit] if len(scores) > limit else -np.inf
        rows = np.flatnonzero(scores >= least) if least > above else np.flatnonzero(scores > above)
        return RowRanking.best(self._named, rows, scores[rows], limit)


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


def _within(mask: Mask) -> _Within:
    rows = np.flatnonzero(mask)
    return _Within(rows if len(rows) * _SELECTIVE <= len(mask) else None, np.flatnonzero(~mask))


def _products(segment: Segment, within: _Within, vector: Floats) -> Floats:
    """Dot products of the rows that are searched; minus infinity elsewhere."""
    if within.few is not None:
        scores = np.full(len(segment), -np.inf, np.float32)
        scores[within.few] = segment.vectors[within.few] @ vector
        return scores
    scores = segment.vectors @ vector
    if len(within.hidden):
        scores[within.hidden] = -np.inf
    return scores


def _joined(parts: Sequence[NDArray[_T]]) -> NDArray[_T]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
