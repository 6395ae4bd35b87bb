"""Rows in Chroma: a collection a shelf, and one more with a single record for the catalog.

It does not know versions, documents or words.

Chroma has no change that depends on what was there before, so two processes must not write at the same time: it is
found out only by chance. Any number may read.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import numpy as np
from numpy.typing import NDArray

from vouch.contracts.index import Found
from vouch.errors import StoreError
from vouch.knowledge.engines.chroma.filters import OWN, filter_of
from vouch.knowledge.engines.needed import needed
from vouch.knowledge.engines.rows import Catalog, Row, record_of, row_of, vector_of
from vouch.knowledge.engines.tuning import Tuning, check
from vouch.knowledge.engines.wanted import TextHas, TextOrder, Wanted, key_of

_RECORD: Final = "catalog"
_PAGE: Final = 1_000
_DEFAULT: Final = Tuning()


class ChromaRows:
    """Satisfies `Rows`. `location` is the URL of a server; raises `ConfigError` for what Chroma cannot do."""

    alone = False
    cannot = (TextOrder, TextHas)

    def __init__(self, location: str, name: str, *, key: str = "", tuning: Tuning = _DEFAULT) -> None:
        check(tuning, "Chroma", kinds=("hnsw",), quantizations=("none",))
        package = needed("chromadb", extra="chroma")
        settings = needed("chromadb.config", extra="chroma").Settings(anonymized_telemetry=False)
        parts = urlsplit(location)
        self._errors: tuple[type[Exception], ...] = (
            needed("chromadb.errors", extra="chroma").ChromaError,
            needed("httpx", extra="chroma").HTTPError,
            ValueError,
        )
        self._missing: Any = needed("chromadb.errors", extra="chroma").NotFoundError
        self.place = f"Chroma {parts.hostname}:{parts.port}, collections {name!r}"
        self._name = f"vouch-{key_of(name)}"
        self._tuning = tuning
        self._lock = threading.Lock()
        self._known: dict[str, Any] = {}
        with self._told():
            self._client: Any = package.HttpClient(
                host=parts.hostname,
                port=parts.port or 8000,
                ssl=parts.scheme == "https",
                headers={"x-chroma-token": key} if key else None,
                settings=settings,
            )

    def catalog(self) -> Catalog:
        """The catalog's record; an empty catalog without it."""
        with self._told():
            try:
                found = self._collection(_RECORD).get(ids=[_RECORD], include=["documents"])
            except self._missing:
                self._known.pop(_RECORD, None)
                return Catalog()
        return msgspec.json.decode(found["documents"][0], type=Catalog) if found["documents"] else Catalog()

    def swap(self, revision: int, catalog: Catalog) -> bool:
        """Replace the record if it has this revision. Threads take turns; other processes do not."""
        with self._lock:
            if self.catalog().revision != revision:
                return False
            text = msgspec.json.encode(catalog).decode()
            with self._told():
                collection = self._client.get_or_create_collection(self._called(_RECORD), embedding_function=None)
                collection.upsert(ids=[_RECORD], embeddings=[[0.0]], documents=[text])
            return True

    def create(self, shelf: str, dimensions: int) -> None:  # noqa: ARG002 - the first vector says it to Chroma
        """A new collection, in the place of one of the same name."""
        self.drop(shelf)
        tuning = self._tuning
        graph = {
            "space": "ip",
            "ef_construction": tuning.effort or 100,
            "ef_search": tuning.breadth or 100,
            "max_neighbors": tuning.links or 16,
        }
        with self._told():
            self._known[shelf] = self._client.create_collection(
                self._called(shelf), configuration={"hnsw": graph}, embedding_function=None
            )

    def drop(self, shelf: str) -> None:
        """Remove the collection."""
        self._known.pop(shelf, None)
        with self._told():
            try:
                self._client.delete_collection(self._called(shelf))
            except self._missing:
                return

    def add(self, shelf: str, rows: Sequence[Row]) -> None:
        """Upsert a record a row."""
        with self._told():
            self._collection(shelf).upsert(
                ids=[row.key for row in rows],
                embeddings=[vector_of(row).tolist() for row in rows],
                metadatas=[_metadata(row) for row in rows],
                documents=[record_of(row) for row in rows],
            )

    def settle(self, shelf: str) -> None:
        """Nothing: Chroma indexes by itself, and what is not indexed yet it looks through."""

    def end(self, shelf: str, where: Wanted, until: int) -> None:
        """Set `until` of the records that fit, by their ids."""
        with self._told():
            collection = self._collection(shelf)
            keys: list[str] = collection.get(where=filter_of(where), include=[])["ids"]
            for start in range(0, len(keys), _PAGE):
                part = keys[start : start + _PAGE]
                collection.update(ids=part, metadatas=[{"until": until} for _ in part])

    def remove(self, shelf: str, where: Wanted) -> None:
        """Delete the records that fit."""
        with self._told():
            self._collection(shelf).delete(where=filter_of(where))

    def find(self, shelf: str, where: Wanted, *, vectors: bool) -> Iterator[Row]:
        """The records that fit, page by page."""
        wanted = ["documents", "metadatas", *(["embeddings"] if vectors else [])]
        offset = 0
        while True:
            with self._told():
                found = self._collection(shelf).get(where=filter_of(where), limit=_PAGE, offset=offset, include=wanted)
            rows = found["embeddings"] if vectors else [None] * len(found["ids"])
            for record, data, vector in zip(found["documents"], found["metadatas"], rows, strict=True):
                array = None if vector is None else np.asarray(vector, np.float32)
                yield row_of(record, data["since"], data["until"], array)
            offset += _PAGE
            if len(found["ids"]) < _PAGE:
                return

    def nearest(self, shelf: str, vector: NDArray[np.float32], limit: int, where: Wanted) -> Sequence[Found]:
        """The nearest records; the filter is part of the search."""
        with self._told():
            found = self._collection(shelf).query(
                query_embeddings=[vector.tolist()],
                n_results=limit,
                where=filter_of(where),
                include=["distances", "metadatas"],
            )
        pairs = zip(found["metadatas"][0], found["distances"][0], strict=True)
        return [Found(data["id"], 1.0 - distance) for data, distance in pairs]

    def _called(self, shelf: str) -> str:
        return f"{self._name}-{shelf}"

    def _collection(self, shelf: str) -> Any:
        if shelf not in self._known:
            self._known[shelf] = self._client.get_collection(self._called(shelf), embedding_function=None)
        return self._known[shelf]

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except self._errors as error:
            raise StoreError(
                f"{self.place} did not do as told: {type(error).__name__}: {error}; see whether the address, the key "
                "and the server are right"
            ) from error


def _metadata(row: Row) -> dict[str, Any]:
    facts = row.facts()
    own = {name: token for start, name in OWN.items() for token in facts.tokens if token.startswith(start)}
    numbers = {f"number_{name}": value for name, value in facts.numbers.items()}
    marks = {"id": row.chunk.id, "tokens": list(facts.tokens), "since": row.since, "until": row.until}
    return {**numbers, **own, **marks}
