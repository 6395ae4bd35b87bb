"""One version of an index in a folder, of which large segments have a graph of neighbours.

It does not know how versions come about, or how a graph is built.

Which rows may be seen is decided as in the exact engine, so that every condition holds. Where few may be seen, they
are all compared; where many, the graph is searched with the condition as its filter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vouch.contracts.index import Found, Scope
from vouch.knowledge.engines.edge.shard import Shard
from vouch.knowledge.engines.qdrant.filters import filter_of
from vouch.knowledge.engines.wanted import TextOrder, allowed, text_fields
from vouch.knowledge.exact.segment import Segment
from vouch.knowledge.exact.snapshot import ExactIndex

Floats = NDArray[np.float32]

_FEW: Final = 2_500
"""So many rows are compared with a question one by one sooner than a graph is searched."""

_SCOPES: Final = 64
"""So many scopes are remembered."""


class _Look(NamedTuple):
    """The rows of a segment that may be seen, and how they are searched: `shard` with `chosen`, or one by one.

    The shard knows rows that count no more: `more` times as many are asked for.
    """

    segment: Segment
    rows: NDArray[np.int64]
    seen: NDArray[np.bool_]
    shard: Shard | None = None
    chosen: Any = None
    more: float = 1.0


class EdgeIndex(ExactIndex):
    """An `Index` that looks large segments up in their shards; of the others it compares every row."""

    def __init__(self, exact: ExactIndex, shards: Mapping[str, Shard]) -> None:
        super().__init__(exact._manifest, exact._segments, pinned=exact.pinned)  # noqa: SLF001 - a part of this
        self._shards = shards
        self._looks: dict[Scope, Sequence[_Look]] = {}

    @classmethod
    def large(cls, exact: ExactIndex, least: int) -> Sequence[Segment]:
        """The segments with so many chunks or more, that have vectors."""
        return [each for each in exact._segments if len(each) >= least and each.vectors.shape[1]]  # noqa: SLF001

    async def nearest(self, vector: Floats, limit: int, *, scope: Scope) -> Sequence[Found]:
        """The chunks with the largest dot products as far as the graphs find them, best first."""
        wanted = np.asarray(vector, np.float32)
        if not self._shards or limit < 1 or wanted.shape != (self._manifest.dimensions,):
            return await super().nearest(vector, limit, scope=scope)
        found: list[Found] = []
        for look in self._looks_at(scope):
            rows = _candidates(look, wanted, limit)
            scores = look.segment.vectors[rows] @ wanted
            best = np.argsort(-scores, kind="stable")[: limit + 1] if len(rows) > limit else range(len(rows))
            ids = look.segment.ids
            found += [Found(ids[int(rows[each])], float(scores[each])) for each in best]
        return sorted(found, key=lambda each: (-each.score, each.id))[:limit]

    def _looks_at(self, scope: Scope) -> Sequence[_Look]:
        if scope not in self._looks:
            if len(self._looks) >= _SCOPES:
                self._looks.clear()
            masks = self._visible(scope).parts
            self._looks[scope] = [
                self._look(segment, mask, scope, int(counting.sum()))
                for segment, mask, counting in zip(self._segments, masks, self._searched, strict=True)
            ]
        return self._looks[scope]

    def _look(self, segment: Segment, seen: NDArray[np.bool_], scope: Scope, counting: int) -> _Look:
        rows = np.flatnonzero(seen)
        shard = self._shards.get(segment.name)
        where = allowed(scope)
        if shard is None or len(rows) <= _FEW or (where is not None and text_fields(where, TextOrder)):
            return _Look(segment, rows, seen)
        chosen = None if where is None else shard.filter(filter_of(where))
        return _Look(segment, rows, seen, shard, chosen, more=int(segment.searched.sum()) / counting)


def _candidates(look: _Look, vector: Floats, limit: int) -> NDArray[np.int64]:
    """The rows that may be among the best: those that the shard finds, or all."""
    if look.shard is None:
        return look.rows
    asked, share = int((limit + 10) * look.more), len(look.rows) * look.more / len(look.seen)
    found = look.shard.search(vector.tolist(), asked, chosen=look.chosen, share=share)
    rows = found[look.seen[found]]
    return rows if len(rows) >= min(limit, len(look.rows)) else look.rows
