"""Our own search by words beside an engine that has none: BM25 over the words of its chunks, kept in memory.

It does not know which engine, or what its vectors are.

The words rank as they do in the exact engine, whatever the engine: an app that moves to a server finds the same. The
price is memory, about a kilobyte a chunk in every process that searches by words, and reading every chunk once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vouch.contracts.index import Found, Scope
from vouch.errors import UsageError
from vouch.knowledge.condition import holds
from vouch.knowledge.engines.rows import FOREVER, Row
from vouch.knowledge.exact.postings import Postings, Weighed, count_words
from vouch.knowledge.searched import searched_text
from vouch.knowledge.words import Stemming, words_of

_SCOPES: Final = 64
"""So many scopes are remembered."""

_MOST_BLOCKS: Final = 8

Mask = NDArray[np.bool_]


class _Label(NamedTuple):
    fields: Mapping[str, Any]
    access: frozenset[str]


class _Block(NamedTuple):
    """The words of some rows."""

    keys: Sequence[str]
    ids: Sequence[str]
    since: NDArray[np.int64]
    until: NDArray[np.int64]
    labels: Sequence[_Label]
    postings: Postings

    def ended(self, until: Mapping[str, int]) -> _Block:
        """The same, after rows of these keys have ended."""
        if until.keys().isdisjoint(self.keys):
            return self
        known = zip(self.keys, self.until.tolist(), strict=True)
        return self._replace(until=np.asarray([until.get(key, old) for key, old in known], np.int64))


def _block(rows: Sequence[Row], number: int, stemming: Stemming) -> _Block:
    """What is to end only with a later version may yet not: that version may never come to be."""
    until = [row.until if row.until <= number else FOREVER for row in rows]
    return _Block(
        [row.key for row in rows],
        [row.chunk.id for row in rows],
        np.asarray([row.since for row in rows], np.int64),
        np.asarray(until, np.int64),
        [_label(row) for row in rows],
        Postings(count_words([words_of(searched_text(row.chunk), stemming) for row in rows])),
    )


def _label(row: Row) -> _Label:
    own = {"document": row.chunk.document, "trusted": row.chunk.trusted}
    return _Label({**row.chunk.metadata, **own}, frozenset(row.chunk.access))


class Words:
    """The words of a shelf's rows that searches look at, as of one version; frozen."""

    def __init__(self, number: int, blocks: Sequence[_Block], stemming: Stemming) -> None:
        self.number = number
        self._blocks = blocks
        self._stemming: Stemming = stemming
        self._alive = [(each.since <= number) & (each.until > number) for each in blocks]
        self._ids = [each for block in blocks for each in block.ids]
        self._scopes: dict[Scope, Mask] = {}

    @classmethod
    def of(cls, number: int, rows: Sequence[Row], stemming: Stemming) -> Words:
        """The words of rows, of which those count that count at this number."""
        return cls(number, [_block(rows, number, stemming)] if rows else [], stemming)

    def later(self, number: int, added: Sequence[Row], ended: Mapping[str, int]) -> Words:
        """The words as of a later version: these rows came, and those keys count until before those numbers."""
        blocks = [block.ended(ended) for block in self._blocks]
        return Words(number, [*blocks, *([_block(added, number, self._stemming)] if added else [])], self._stemming)

    @property
    def many(self) -> bool:
        """Whether it has grown in so many steps that it is better read anew."""
        return len(self._blocks) > _MOST_BLOCKS

    def keyword(self, text: str, limit: int, *, scope: Scope) -> Sequence[Found]:
        """The best chunks by BM25 among those of the scope."""
        if limit < 1:
            raise UsageError(f"limit={limit!r}: give 1 or more")
        if not self._blocks:
            return []
        scores = self._weighed.scores(words_of(text, self._stemming))
        scores[~self._visible(scope)] = 0
        rows = np.flatnonzero(scores > 0)
        if len(rows) > limit:
            least = np.partition(scores[rows], len(rows) - limit)[len(rows) - limit]
            rows = rows[scores[rows] >= least]
        found = [Found(self._ids[row], float(scores[row])) for row in rows.tolist()]
        return sorted(found, key=lambda each: (-each.score, each.id))[:limit]

    @cached_property
    def _weighed(self) -> Weighed:
        return Weighed([block.postings for block in self._blocks], self._alive)

    def _visible(self, scope: Scope) -> Mask:
        if scope not in self._scopes:
            if len(self._scopes) >= _SCOPES:
                self._scopes.clear()
            seen = [_may_see(label, scope) for block in self._blocks for label in block.labels]
            self._scopes[scope] = np.concatenate(self._alive) & np.asarray(seen, np.bool_)
        return self._scopes[scope]


def _may_see(label: _Label, scope: Scope) -> bool:
    if scope.access is not None and label.access and not label.access & set(scope.access):
        return False
    return scope.where is None or holds(scope.where, label.fields)
