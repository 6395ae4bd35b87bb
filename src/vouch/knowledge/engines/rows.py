"""What a server must be able to do to keep an index: rows that can be added, ended, removed, found, and searched.

It does not know what versions, documents or words are for; `engine` does.

A **row** is a chunk as it counts from version `since` until before version `until`. Nothing is ever rewritten but
`until`, so a version is a filter, and what is being written is seen by nobody. Rows lie on a **shelf** (a table, a
collection, a class), which has vectors of one length. The **catalog** is one small record that says which versions
there are and which is live; it is replaced as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple, Protocol
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from vouch.contracts.index import Found
from vouch.knowledge.engines.wanted import (
    HEAD,
    SEARCHED,
    Facts,
    TextHas,
    TextOrder,
    Wanted,
    document_token,
    facts_of,
    id_token,
)
from vouch.knowledge.words import Stemming
from vouch.values.digest import digest
from vouch.values.document import Chunk

FOREVER: Final = 2**31 - 1
"""The `until` of a row that counts in the newest version."""

SINCE: Final = "@since"
UNTIL: Final = "@until"
"""Fields of rows that `wanted.Number` may name beside those of the metadata."""


class Row(NamedTuple):
    """A chunk on a shelf. `size` is how many rows its document has; `place` its number among them.

    A document without chunks is one row whose chunk has the id "". A row that is added has its vector.
    """

    chunk: Chunk
    digest: str
    place: int
    size: int
    searched: bool
    since: int
    until: int = FOREVER
    vector: NDArray[np.float32] | None = None

    @property
    def key(self) -> str:
        """A UUID: the same for the same chunk of the same version, so that adding twice is adding once."""
        return str(UUID(digest((self.chunk.id, self.chunk.document, self.since))[:32]))

    def facts(self) -> Facts:
        """What filters look at, those of the engine's own included."""
        chunk = self.chunk
        own = {"document": chunk.document, "trusted": chunk.trusted}
        facts = facts_of({**chunk.metadata, **own}, chunk.access)
        marks = [id_token(chunk.id), document_token(chunk.document)]
        marks += [SEARCHED] if self.searched else []
        marks += [HEAD] if self.place == 0 else []
        return facts._replace(tokens=tuple(dict.fromkeys((*facts.tokens, *marks))))


class Head(msgspec.Struct, frozen=True, array_like=True):
    """What of a row is kept as one text beside what is searched."""

    chunk: Chunk
    digest: str
    place: int
    size: int
    searched: bool


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(Head)


def record_of(row: Row) -> str:
    """The row's chunk and its place, as one text."""
    return _encoder.encode(Head(row.chunk, row.digest, row.place, row.size, row.searched)).decode()


def vector_of(row: Row) -> NDArray[np.float32]:
    """The vector of a row that is to be added; such rows have one."""
    assert row.vector is not None  # noqa: S101 - narrows
    return row.vector


def row_of(record: str | bytes, since: int, until: int, vector: NDArray[np.float32] | None = None) -> Row:
    """The row of a `record_of`."""
    head = _decoder.decode(record)
    return Row(head.chunk, head.digest, head.place, head.size, head.searched, since, until, vector)


class Kept(msgspec.Struct, frozen=True):
    """A version: the rows on its shelf that count at its number.

    `retired` is when it was given up, in Unix seconds; its rows stay a little longer for whoever is reading them.
    """

    number: int
    name: str
    shelf: str
    embedder: str
    dimensions: int
    documents: int
    chunks: int
    made: float
    retired: float = 0.0


class Catalog(msgspec.Struct, frozen=True):
    """The versions, newest first; `revision` grows with every change of it, `number` is the highest ever given.

    `writer` is who writes at the moment, and counts as gone after `expires` (Unix seconds). While it stands there, rows
    of versions that are not in the catalog may lie about.
    """

    revision: int = 0
    number: int = 0
    live: int = 0
    pinned: bool = False
    versions: tuple[Kept, ...] = ()
    retired: tuple[Kept, ...] = ()
    stemming: Stemming = "light"
    writer: str = ""
    expires: float = 0.0

    def version(self, number: int) -> Kept | None:
        """The version of this number."""
        return next((each for each in self.versions if each.number == number), None)

    @property
    def readable(self) -> tuple[Kept, ...]:
        """The versions whose rows are all there."""
        return (*self.versions, *self.retired)


class Rows(Protocol):
    """A server, or a part of one. All methods block, and raise a `StoreError` when the server does not do as told.

    Conditions hold inside a search; none is looked at afterwards. What the server `cannot` hold it is never asked.
    """

    @property
    def place(self) -> str:
        """Where it is, for messages; without passwords."""
        ...

    @property
    def alone(self) -> bool:
        """Whether `swap` is all or nothing also between processes; where not, only one process may write."""
        ...

    @property
    def cannot(self) -> Collection[type[TextOrder | TextHas]]:
        """What it cannot hold inside a search: the order of texts, or a part of a text."""
        ...

    def catalog(self) -> Catalog:
        """The catalog as it is now; an empty one where nothing was written."""
        ...

    def swap(self, revision: int, catalog: Catalog) -> bool:
        """Replace the catalog if it still has this revision (0: there is none)."""
        ...

    def create(self, shelf: str, dimensions: int) -> None:
        """Make an empty shelf, in the place of one of the same name."""
        ...

    def drop(self, shelf: str) -> None:
        """Remove a shelf; nothing happens where there is none."""
        ...

    def add(self, shelf: str, rows: Sequence[Row]) -> None:
        """Add rows, with vectors; those of the same keys are replaced. Durable when it returns."""
        ...

    def settle(self, shelf: str) -> None:
        """Told when a version's rows are all there, before it is live: the time to index them."""
        ...

    def end(self, shelf: str, where: Wanted, until: int) -> None:
        """Set `until` of these rows."""
        ...

    def remove(self, shelf: str, where: Wanted) -> None:
        """Erase these rows."""
        ...

    def find(self, shelf: str, where: Wanted, *, vectors: bool) -> Iterator[Row]:
        """These rows in any order, with their vectors if asked for."""
        ...

    def nearest(self, shelf: str, vector: NDArray[np.float32], limit: int, where: Wanted) -> Sequence[Found]:
        """The chunks among these rows with the largest dot products, best first."""
        ...
