"""The promise of an index: chunks and their vectors in, the nearest of those a reader may see out.

It does not know any engine, what an embedder is, or where documents come from.

An `Index` is a snapshot: it answers from one version, whatever is written meanwhile. An `IndexEngine` keeps the
versions: a write makes a new one beside the live one and swaps them, as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, Protocol, runtime_checkable

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from vouch.values.document import Chunk

Plain = str | int | float | bool
"""What the metadata of a document may be compared with."""

Sign = Literal["==", "!=", "<", "<=", ">", ">=", "in", "contains"]
"""`in`: the field's value is one of several; `contains`: the field is a list that has the value, or a text in which it
stands."""


class Compare(Struct, frozen=True, tag="compare"):
    """A field of the metadata against a value, or for `in` against several.

    A document without the field, or with a value of another type there, fits no sign but `!=`, which is the opposite of
    `==`. The fields `document` and `trusted` are those of the document itself.
    """

    field: str
    sign: Sign
    value: Plain | tuple[Plain, ...]

    def __eq__(self, other: object) -> bool:
        """Whether it is the same condition: 1 equals true in Python, but not here."""
        return isinstance(other, Compare) and self._told() == other._told()

    def __hash__(self) -> int:
        return hash(self._told())

    def _told(self) -> tuple[object, ...]:
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        return self.field, self.sign, self.value, tuple(map(type, values))


class Has(Struct, frozen=True, tag="has"):
    """The metadata have this field, and it is neither empty, false nor zero."""

    field: str


class Negation(Struct, frozen=True, tag="not"):
    """The part does not hold."""

    part: Condition


class Every(Struct, frozen=True, tag="and"):
    """All of the parts hold."""

    parts: tuple[Condition, ...]


class Some(Struct, frozen=True, tag="or"):
    """At least one of the parts holds."""

    parts: tuple[Condition, ...]


Condition = Compare | Has | Negation | Every | Some
"""What a chunk's metadata must be like."""


class Scope(Struct, frozen=True):
    """Among which chunks a search looks: others are never ranked, counted or returned.

    `access` are the labels that the reader has; None is the owner, who may read everything. Without any label one sees
    the documents that ask for none.
    """

    where: Condition | None = None
    access: tuple[str, ...] | None = ()


class Found(NamedTuple):
    """The id of a chunk, and how well it fits; higher is better."""

    id: str
    score: float


class Entry(NamedTuple):
    """A document as it is indexed: all its chunks, and their unit vectors, shape (chunks, dimensions).

    `digest` changes with its content and with the way it was cut. Chunks that others name as `parent` are kept, but
    not searched.
    """

    document: str
    digest: str
    chunks: Sequence[Chunk]
    vectors: NDArray[np.float32]


class Change(NamedTuple):
    """What becomes of an index in one step: these documents put in the place of those of the same ids, those removed.

    `embedder` is the fingerprint of what made the vectors ("" where there are none): within a version there is but one.
    With `fresh`, everything that was there before is left out.
    """

    put: Sequence[Entry] = ()
    remove: Sequence[str] = ()
    embedder: str = ""
    fresh: bool = False


class Version(Struct, frozen=True):
    """What a version holds. `made` is in Unix seconds; `live` is the one that answers."""

    name: str
    embedder: str
    documents: int
    chunks: int
    made: float
    live: bool = False


@runtime_checkable
class Index(Protocol):
    """One version of an index, to be searched. Searches raise `UsageError` for what cannot be asked."""

    @property
    def version(self) -> str:
        """Its name; another for every other content."""
        ...

    @property
    def embedder(self) -> str:
        """The fingerprint of the embedder that made its vectors, "" where it has none."""
        ...

    @property
    def pinned(self) -> bool:
        """Whether somebody went back to it: then it is refreshed only when that is asked for."""
        ...

    @property
    def documents(self) -> Mapping[str, str]:
        """The digest of every document by its id."""
        ...

    async def nearest(self, vector: NDArray[np.float32], limit: int, *, scope: Scope) -> Sequence[Found]:
        """The chunks whose vectors have the largest dot product with `vector`, shape (dimensions,); best first."""
        ...

    async def keyword(self, text: str, limit: int, *, scope: Scope) -> Sequence[Found]:
        """The chunks that have words of the text, by BM25; best first. Chunks without any are not found."""
        ...

    async def chunks(self, ids: Sequence[str]) -> Sequence[Chunk]:
        """The chunks of these ids, in their order; ids that are not there are left out. Parents are found, too."""
        ...

    async def vectors(self, ids: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of these ids, shape (len(ids), dimensions); zeros for what is not there."""
        ...

    async def around(self, chunk: str, before: int, after: int) -> Sequence[Chunk]:
        """The chunk of this id and its neighbours in the document, in the document's order; parents are left out."""
        ...


@runtime_checkable
class IndexEngine(Protocol):
    """Keeps an index and its versions. Any number of readers, in any process, beside one writer."""

    async def snapshot(self) -> Index | None:
        """The live version; None where nothing was ever written."""
        ...

    async def write(self, change: Change) -> str:
        """Make the change durable as a new live version, and give its name; without a difference the live one's.

        Raises `UsageError` for vectors that do not belong to the live version's embedder, and a `StoreError`: the live
        version is then what it was before.
        """
        ...

    async def forget(self, documents: Sequence[str]) -> str:
        """Erase documents from every version, so that no rollback brings them back; gives the live version's name."""
        ...

    async def rollback(self, version: str = "") -> str:
        """Make an older version the live one, by default the one before; raises `UsageError` when it is not there."""
        ...

    async def versions(self) -> Sequence[Version]:
        """The versions that are kept, newest first."""
        ...
