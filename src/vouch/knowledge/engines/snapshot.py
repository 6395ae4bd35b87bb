"""One version of an index that a server keeps, open for searching.

It does not know how versions come about, or which server it is.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vouch.contracts.index import Found, Scope
from vouch.errors import UsageError
from vouch.knowledge.engines.beside import Words
from vouch.knowledge.engines.rows import SINCE, UNTIL, Kept, Row, Rows
from vouch.knowledge.engines.wanted import (
    All,
    Number,
    TextHas,
    TextOrder,
    Token,
    Wanted,
    document_token,
    id_token,
    text_fields,
    visible,
    without_texts,
)
from vouch.values.document import Chunk

Floats = NDArray[np.float32]

_CANNOT: Final[Mapping[type[TextOrder | TextHas], str]] = {
    TextOrder: "the order of texts",
    TextHas: "a part of a text",
}
_AT_ONCE: Final = 200
"""So many tokens stand in one question."""


def counting(number: int) -> tuple[Wanted, Wanted]:
    """Holds for the rows that count at this number."""
    return Number(SINCE, "<=", number), Number(UNTIL, ">", number)


class RowsIndex:
    """An `Index` over the rows of a server that count at one version. Every question is asked in a thread.

    It stays as it is while its version is kept.
    """

    def __init__(
        self,
        rows: Rows,
        kept: Kept,
        documents: Mapping[str, str],
        *,
        pinned: bool,
        read_words: Callable[[], Words],
    ) -> None:
        self._rows = rows
        self._kept = kept
        self._documents = documents
        self._pinned = pinned
        self._read_words = read_words
        self._words: Words | None = None
        self._texts: dict[str, bool] = {}
        self._reading = threading.Lock()

    @property
    def version(self) -> str:
        """The version's name."""
        return self._kept.name

    @property
    def embedder(self) -> str:
        """The fingerprint of the embedder, "" without vectors."""
        return self._kept.embedder

    @property
    def pinned(self) -> bool:
        """Whether somebody went back to this version."""
        return self._pinned

    @property
    def documents(self) -> Mapping[str, str]:
        """The digest of every document by its id."""
        return self._documents

    async def nearest(self, vector: Floats, limit: int, *, scope: Scope) -> Sequence[Found]:
        """The chunks with the largest dot products, best first, as the server finds them."""
        if limit < 1:
            raise UsageError(f"limit={limit!r}: give 1 or more")
        asked = np.asarray(vector, np.float32)
        if asked.shape != (self._kept.dimensions,):
            raise UsageError(
                f"the index has vectors of {self._kept.dimensions} numbers, but was asked with shape {asked.shape}; "
                "ask with the embedder that the index was built with"
            )
        return await asyncio.to_thread(self._nearest, asked, limit, scope)

    async def keyword(self, text: str, limit: int, *, scope: Scope) -> Sequence[Found]:
        """The best chunks by BM25, by our own words beside the server."""
        words = self._words or await asyncio.to_thread(self._all_words)
        return words.keyword(text, limit, scope=scope)

    async def chunks(self, ids: Sequence[str]) -> Sequence[Chunk]:
        """The chunks of these ids; what is not there is left out."""
        found = await asyncio.to_thread(self._found, ids, vectors=False)
        return [found[each].chunk for each in ids if each in found]

    async def vectors(self, ids: Sequence[str]) -> Floats:
        """The vectors of these ids; zeros for what is not there."""
        rows = await asyncio.to_thread(self._found, ids, vectors=True)
        vectors = np.zeros((len(ids), self._kept.dimensions), np.float32)
        for number, each in enumerate(ids):
            if each in rows and (vector := rows[each].vector) is not None:
                vectors[number] = vector[: self._kept.dimensions]
        return vectors

    async def around(self, chunk: str, before: int, after: int) -> Sequence[Chunk]:
        """The chunk and its neighbours in the document, parents left out."""
        return await asyncio.to_thread(self._around, chunk, before, after)

    def _all_words(self) -> Words:
        with self._reading:
            if self._words is None:
                self._words = self._read_words()
            return self._words

    def _nearest(self, vector: Floats, limit: int, scope: Scope) -> Sequence[Found]:
        where = All((*counting(self._kept.number), self._possible(visible(scope))))
        return self._rows.nearest(self._kept.shelf, vector, limit, where)

    def _possible(self, where: Wanted) -> Wanted:
        """The condition without what the server cannot ask of texts, where there are none; or else `UsageError`."""
        for kind in self._rows.cannot:
            fields = text_fields(where, kind)
            if texts := sorted(each for each in fields if self._has_texts(each)):
                raise UsageError(
                    f"{self._rows.place} cannot hold a condition on {_CANNOT[kind]} inside a search, and the field "
                    f"{texts[0]!r} holds texts; compare it with == or in, keep a number or a list in the metadata "
                    "(such as 20240131 for a date), or use Postgres"
                )
            where = without_texts(where, fields)
        return where

    def _has_texts(self, field: str) -> bool:
        if field not in self._texts:
            where = All((Token((f"$|{field}",)), *counting(self._kept.number)))
            self._texts[field] = next(self._rows.find(self._kept.shelf, where, vectors=False), None) is not None
        return self._texts[field]

    def _found(self, ids: Sequence[str], *, vectors: bool) -> Mapping[str, Row]:
        unique = [each for each in dict.fromkeys(ids) if each]
        found: dict[str, Row] = {}
        for start in range(0, len(unique), _AT_ONCE):
            tokens = tuple(id_token(each) for each in unique[start : start + _AT_ONCE])
            where = All((Token(tokens), *counting(self._kept.number)))
            found |= {row.chunk.id: row for row in self._rows.find(self._kept.shelf, where, vectors=vectors)}
        return found

    def _around(self, chunk: str, before: int, after: int) -> Sequence[Chunk]:
        here = self._found([chunk], vectors=False).get(chunk)
        if here is None:
            return []
        where = All((Token((document_token(here.chunk.document),)), *counting(self._kept.number)))
        rows = sorted(self._rows.find(self._kept.shelf, where, vectors=False), key=lambda row: row.place)
        shown = [row.chunk for row in rows if row.searched or row.chunk.id == chunk]
        place = next(number for number, each in enumerate(shown) if each.id == chunk)
        return shown[max(0, place - before) : place + after + 1]
