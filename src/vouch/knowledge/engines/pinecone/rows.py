"""Rows in Pinecone: a namespace a shelf, and one more with a single record for the catalog.

It does not know versions, documents or words.

Pinecone acknowledges a write some seconds before searches see it, and has no change that depends on what was there
before. So a document that was removed may be found for that long, and only one process may write.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from vouch.contracts.index import Found
from vouch.errors import ConfigError, StoreError
from vouch.knowledge.engines.needed import needed
from vouch.knowledge.engines.pinecone.filters import filter_of
from vouch.knowledge.engines.rows import Catalog, Row, record_of, row_of, vector_of
from vouch.knowledge.engines.tuning import Tuning, check
from vouch.knowledge.engines.wanted import TextHas, TextOrder, Wanted

_RECORD: Final = "catalog"
_PAGE: Final = 100
_BATCH: Final = 100
_LARGEST: Final = 40_000
"""Bytes of metadata that a record may have."""

_NOTHING: Final = 1e-30
"""Pinecone takes no vector of zeros; this is as near as none."""

_DEFAULT: Final = Tuning()


class PineconeRows:
    """Satisfies `Rows`. `location` is the host of an index for dense vectors with the metric "dotproduct"."""

    alone = False
    cannot = (TextOrder, TextHas)

    def __init__(self, location: str, name: str, *, key: str, tuning: Tuning = _DEFAULT) -> None:
        check(tuning, "Pinecone", kinds=("hnsw",), quantizations=("none",))
        package = needed("pinecone", extra="pinecone")
        errors = needed("pinecone.errors", extra="pinecone")
        self._errors: tuple[type[Exception], ...] = (errors.PineconeError, ValueError, OSError)
        self.place = f"Pinecone {location}, namespaces {name!r}"
        self._name = name
        self._lock = threading.Lock()
        with self._told():
            self._index: Any = package.Index(host=location, api_key=key)
        self._dimensions = 0

    def close(self) -> None:
        """Close the client."""
        self._index.close()

    def catalog(self) -> Catalog:
        """The catalog's record; an empty catalog without it."""
        with self._told():
            found = self._index.fetch(ids=[_RECORD], namespace=self._called(_RECORD)).vectors.get(_RECORD)
        return Catalog() if found is None else msgspec.json.decode(found.metadata["catalog"], type=Catalog)

    def swap(self, revision: int, catalog: Catalog) -> bool:
        """Replace the record if it has this revision. Threads take turns; other processes do not."""
        with self._lock:
            if self.catalog().revision != revision:
                return False
            text = msgspec.json.encode(catalog).decode()
            record = self._record(_RECORD, np.zeros(self._length(), np.float32), {"catalog": text})
            with self._told():
                self._index.upsert(vectors=[record], namespace=self._called(_RECORD))
            return True

    def create(self, shelf: str, dimensions: int) -> None:
        """An empty namespace; raises `ConfigError` where the index has vectors of another length."""
        if dimensions != self._length():
            raise ConfigError(
                f"{self.place} was made for vectors of {self._length()} numbers, and cannot take {dimensions}; make "
                "another index there for this embedder, and name its host"
            )
        self.drop(shelf)

    def drop(self, shelf: str) -> None:
        """Empty the namespace."""
        with self._told():
            self._index.delete(delete_all=True, namespace=self._called(shelf))

    def add(self, shelf: str, rows: Sequence[Row]) -> None:
        """Upsert a record a row."""
        records = [self._record(row.key, vector_of(row), _metadata(row)) for row in rows]
        for start in range(0, len(records), _BATCH):
            with self._told():
                self._index.upsert(vectors=records[start : start + _BATCH], namespace=self._called(shelf))

    def settle(self, shelf: str) -> None:
        """Nothing: Pinecone indexes by itself."""

    def end(self, shelf: str, where: Wanted, until: int) -> None:
        """Set `until` of the records that fit."""
        with self._told():
            self._index.update(filter=filter_of(where), set_metadata={"until": until}, namespace=self._called(shelf))

    def remove(self, shelf: str, where: Wanted) -> None:
        """Delete the records that fit."""
        with self._told():
            self._index.delete(filter=filter_of(where), namespace=self._called(shelf))

    def find(self, shelf: str, where: Wanted, *, vectors: bool) -> Iterator[Row]:
        """The records that fit, page by page."""
        token: str | None = None
        while True:
            with self._told():
                page = self._index.fetch_by_metadata(
                    filter=filter_of(where), namespace=self._called(shelf), limit=_PAGE, pagination_token=token
                )
            for found in page.vectors.values():
                data = found.metadata
                vector = np.asarray(found.values, np.float32) if vectors else None
                yield row_of(data["record"], int(data["since"]), int(data["until"]), vector)
            token = page.pagination.next if page.pagination else None
            if not token:
                return

    def nearest(self, shelf: str, vector: NDArray[np.float32], limit: int, where: Wanted) -> Sequence[Found]:
        """The nearest records; the filter is part of the search."""
        asked = vector.tolist() if vector.any() else [_NOTHING] * len(vector)
        with self._told():
            answer = self._index.query(
                vector=asked,
                top_k=limit,
                filter=filter_of(where),
                namespace=self._called(shelf),
                include_metadata=True,
            )
        return [Found(each.metadata["id"], each.score) for each in answer.matches]

    def _called(self, shelf: str) -> str:
        return f"{self._name}-{shelf}"

    def _length(self) -> int:
        """Numbers of a vector of the index."""
        if not self._dimensions:
            with self._told():
                self._dimensions = int(self._index.describe_index_stats().dimension)
        return self._dimensions

    def _record(self, key: str, vector: NDArray[np.float32], metadata: dict[str, Any]) -> dict[str, Any]:
        size = len(msgspec.json.encode(metadata))
        if size > _LARGEST:
            raise StoreError(
                f"a chunk of {metadata.get('id', 'the catalog')!r} takes {size} bytes, and Pinecone {_LARGEST} at "
                "most; cut the documents smaller, or keep less metadata"
            )
        values = vector.tolist() if vector.any() else [_NOTHING] * len(vector)
        return {"id": key, "values": values, "metadata": metadata}

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except self._errors as error:
            raise StoreError(
                f"{self.place} did not do as told: {type(error).__name__}: {error}; see whether the host and the key "
                "are right"
            ) from error


def _metadata(row: Row) -> dict[str, Any]:
    facts = row.facts()
    numbers = {f"number_{name}": value for name, value in facts.numbers.items()}
    marks = {"id": row.chunk.id, "tokens": list(facts.tokens), "since": row.since, "until": row.until}
    return {**numbers, **marks, "record": record_of(row)}
