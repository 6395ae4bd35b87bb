"""A ranking as arrays: what was found, by the numbers of rows, until somebody asks for ids.

It does not know what the scores say. A hybrid search finds six hundred candidates and shows five of them: most never
become objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, cast, overload

import numpy as np
from numpy.typing import NDArray

from vouch.contracts.index import Found

Rows = NDArray[np.int64]
Scores = NDArray[np.floating[Any]]


class Named:
    """The ids of all rows of an index, and the place of each among them in the order of the ids."""

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids: NDArray[np.object_] = np.array(ids, np.object_)
        self.order: Rows = np.empty(len(ids), np.int64)
        self.order[np.argsort(self.ids, kind="stable")] = np.arange(len(ids))


class RowRanking(Sequence[Found]):
    """Some rows of an index with their scores; as a sequence it is in order: by score, then by id."""

    def __init__(self, named: Named, rows: Rows, scores: Scores) -> None:
        self.named = named
        self.rows = rows
        self.scores = scores

    @classmethod
    def best(cls, named: Named, rows: Rows, scores: Scores, limit: int) -> RowRanking:
        """The best `limit` of these rows; of equal ones those whose ids come first."""
        if len(rows) > limit:
            least = np.partition(scores, -limit)[-limit]
            kept = np.flatnonzero(scores >= least)
            if len(kept) > limit:
                kept = kept[np.lexsort((named.order[rows[kept]], -scores[kept]))[:limit]]
            rows, scores = rows[kept], scores[kept]
        return cls(named, rows, scores)

    @cached_property
    def _found(self) -> list[Found]:
        sorting = np.lexsort((self.named.order[self.rows], -self.scores))
        ids, scores = self.named.ids[self.rows[sorting]].tolist(), self.scores[sorting].tolist()
        return [Found(each, score) for each, score in zip(ids, scores, strict=True)]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Found]:
        return iter(self._found)

    @overload
    def __getitem__(self, place: int) -> Found: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Found]: ...
    def __getitem__(self, place: int | slice) -> Found | Sequence[Found]:
        return self._found[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._found == list(cast("Sequence[object]", other))

    def __hash__(self) -> int:
        return hash(tuple(self._found))

    def __repr__(self) -> str:
        return repr(self._found)
