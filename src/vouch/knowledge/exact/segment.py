"""A segment: some documents as they were indexed together, in one file that never changes.

It does not know which of its documents still count, or what is searched.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from vouch.contracts.index import Entry
from vouch.knowledge.exact.packed import read_arrays, write_arrays
from vouch.knowledge.exact.postings import Postings, count_words
from vouch.knowledge.searched import searched_text
from vouch.knowledge.words import Stemming, words_of
from vouch.values.document import Chunk

_pack: Final = msgspec.msgpack.Encoder(order="deterministic")
_unpack: Final = msgspec.msgpack.Decoder(Chunk)


class Kept(NamedTuple):
    """A document in a segment: its digest, and its rows from `start` to `stop`."""

    digest: str
    start: int
    stop: int


class Shared(NamedTuple):
    """What chunks of one document have in common, and what filters look at."""

    document: str
    metadata: dict[str, Any]
    access: tuple[str, ...]
    trusted: bool


class _Heads(msgspec.Struct):
    ids: list[str]
    documents: dict[str, Kept]
    shared: list[Shared]


_heads: Final = msgspec.msgpack.Decoder(_Heads)


class Segment:
    """An open segment. Rows are chunks; the arrays are mapped from the file."""

    def __init__(self, name: str, path: Path) -> None:
        arrays = read_arrays(path)
        heads = _heads.decode(arrays["heads"].data)
        self.name = name
        self.ids = heads.ids
        self.documents = heads.documents
        self.shared = heads.shared
        self.shared_of: NDArray[np.int32] = arrays["shared_of"]
        self.searched: NDArray[np.bool_] = arrays["searched"]
        self.vectors: NDArray[np.float32] = arrays["vectors"]
        self._records: NDArray[np.uint8] = arrays["records"]
        self._ends: NDArray[np.int64] = arrays["ends"]
        self._arrays = arrays

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def postings(self) -> Postings:
        """The words of the chunks; read when the first search by words comes."""
        return Postings(self._arrays)

    def chunk(self, row: int) -> Chunk:
        """The chunk of a row."""
        start = int(self._ends[row - 1]) if row else 0
        return _unpack.decode(self._records[start : int(self._ends[row])].data)

    def entry(self, document: str) -> Entry:
        """A document as it was given."""
        digest, start, stop = self.documents[document]
        return Entry(document, digest, [self.chunk(row) for row in range(start, stop)], self.vectors[start:stop])


def write_segment(path: Path, entries: Sequence[Entry], *, dimensions: int, stemming: Stemming) -> None:
    """Write the documents into a new file, which is durable afterwards; their vectors have `dimensions` numbers."""
    chunks = [chunk for entry in entries for chunk in entry.chunks]
    parents = {chunk.parent for chunk in chunks if chunk.parent}
    searched = [chunk.id not in parents for chunk in chunks]
    records = [_pack.encode(chunk) for chunk in chunks]
    shared, shared_of = _shared(chunks)
    heads = _Heads([chunk.id for chunk in chunks], _places(entries), shared)
    words = [words_of(searched_text(chunk), stemming) if chunk.id not in parents else [] for chunk in chunks]
    vectors = [np.asarray(entry.vectors, np.float32).reshape(len(entry.chunks), dimensions) for entry in entries]
    write_arrays(
        path,
        {
            "heads": np.frombuffer(_pack.encode(heads), np.uint8),
            "records": np.frombuffer(b"".join(records), np.uint8),
            "ends": np.cumsum([len(record) for record in records], dtype=np.int64),
            "shared_of": shared_of,
            "searched": np.asarray(searched, np.bool_),
            "vectors": np.concatenate([np.empty((0, dimensions), np.float32), *vectors]),
            **count_words(words),
        },
    )


def _places(entries: Sequence[Entry]) -> dict[str, Kept]:
    found: dict[str, Kept] = {}
    row = 0
    for entry in entries:
        found[entry.document] = Kept(entry.digest, row, row + len(entry.chunks))
        row += len(entry.chunks)
    return found


def _shared(chunks: Sequence[Chunk]) -> tuple[list[Shared], NDArray[np.int32]]:
    """Each different label once, and which one each chunk has."""
    numbers: dict[bytes, int] = {}
    shared: list[Shared] = []
    of: list[int] = []
    for chunk in chunks:
        label = Shared(chunk.document, chunk.metadata, chunk.access, chunk.trusted)
        number = numbers.setdefault(_pack.encode(label), len(shared))
        if number == len(shared):
            shared.append(label)
        of.append(number)
    return shared, np.asarray(of, np.int32)
