"""Rows in Weaviate: a collection a shelf, and one more for the catalog.

It does not know versions, documents or words.

Weaviate has no change that depends on what was there before, so only one process may write. Nor does it page through
what fits a filter beyond some thousands: so every object bears a number drawn from its key, its **slot**, by which a
search for the next page goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from vouch.contracts.index import Found
from vouch.errors import StoreError
from vouch.knowledge.engines.needed import needed
from vouch.knowledge.engines.rows import Catalog, Row, record_of, row_of, vector_of
from vouch.knowledge.engines.tuning import Tuning, check
from vouch.knowledge.engines.wanted import TextHas, TextOrder, Wanted, key_of
from vouch.knowledge.engines.weaviate.filters import filter_of, numbers_in

_CATALOG: Final = "catalog"
_RECORD: Final = "00000000-0000-4000-8000-000000000001"
"""The only object of that collection."""

_NUMBER: Final = "number_"
_PAGE: Final = 500
_BATCH: Final = 200
_SLOTS: Final = 2**53
"""Whole numbers up to here come through JSON as they are."""

_RETURNED: Final = ("record", "since", "until", "slot")
_DEFAULT: Final = Tuning()


class Server(NamedTuple):
    """Where Weaviate listens: it is asked over HTTP for its collections, and over gRPC for everything else."""

    host: str
    port: int
    grpc_host: str
    grpc_port: int
    secure: bool


class WeaviateRows:
    """Satisfies `Rows`. The collections are called after `name`; raises `ConfigError` for what it cannot do."""

    alone = False
    cannot = (TextOrder, TextHas)

    def __init__(self, server: Server, name: str, *, key: str = "", tuning: Tuning = _DEFAULT) -> None:
        check(
            tuning,
            "Weaviate",
            kinds=("hnsw", "exact"),
            quantizations=("none", "binary") if tuning.kind == "exact" else ("none", "scalar", "product", "binary"),
        )
        self._package = needed("weaviate", extra="weaviate")
        self._classes: Any = needed("weaviate.classes", extra="weaviate")
        self._errors: tuple[type[Exception], ...] = (self._package.exceptions.WeaviateBaseError, ValueError, OSError)
        self.place = f"Weaviate {server.host}:{server.port}, collections {name!r}"
        self._name = f"Vouch_{key_of(name)}"
        self._tuning = tuning
        self._lock = threading.Lock()
        self._there = False
        self._numbers: dict[str, frozenset[str]] = {}
        with self._told():
            self._client: Any = self._package.connect_to_custom(
                http_host=server.host,
                http_port=server.port,
                http_secure=server.secure,
                grpc_host=server.grpc_host,
                grpc_port=server.grpc_port,
                grpc_secure=server.secure,
                auth_credentials=self._classes.init.Auth.api_key(key) if key else None,
                skip_init_checks=True,  # else the client asks a package registry for its newest version
            )

    def close(self) -> None:
        """Close the client."""
        self._client.close()

    def catalog(self) -> Catalog:
        """The catalog's object; an empty catalog without it."""
        if not self._is_there():
            return Catalog()
        with self._told():
            found = self._collection(_CATALOG).query.fetch_object_by_id(_RECORD)
        return Catalog() if found is None else msgspec.json.decode(found.properties["catalog"], type=Catalog)

    def swap(self, revision: int, catalog: Catalog) -> bool:
        """Replace the object if it has this revision. Threads take turns; other processes do not."""
        with self._lock:
            if self.catalog().revision != revision:
                return False
            if not self._is_there():
                self._create_catalog()
            text = msgspec.json.encode(catalog).decode()
            self._insert(_CATALOG, [self._classes.data.DataObject(properties={"catalog": text}, uuid=_RECORD)])
            return True

    def create(self, shelf: str, dimensions: int) -> None:
        """A new collection, in the place of one of the same name; its first vectors say how long all are."""
        del dimensions
        self.drop(shelf)
        config = self._classes.config
        kind, tokens = config.DataType, config.Tokenization.FIELD
        plain = {"index_filterable": False, "index_searchable": False}
        properties = [
            config.Property(name="chunk", data_type=kind.TEXT, **plain),
            config.Property(name="record", data_type=kind.TEXT, **plain),
            config.Property(name="tokens", data_type=kind.TEXT_ARRAY, tokenization=tokens, index_searchable=False),
            *(
                config.Property(name=name, data_type=kind.INT, index_range_filters=True)
                for name in ("since", "until", "slot")
            ),
        ]
        with self._told():
            self._client.collections.create(self._called(shelf), properties=properties, vector_config=self._vectors())

    def drop(self, shelf: str) -> None:
        """Delete the collection; nothing happens where there is none."""
        self._numbers.pop(shelf, None)
        with self._told():
            self._client.collections.delete(self._called(shelf))

    def add(self, shelf: str, rows: Sequence[Row]) -> None:
        """Insert an object a row; those of the same keys are replaced."""
        made = [_properties(row) for row in rows]
        self._make(shelf, {name for each in made for name in each if name.startswith(_NUMBER)})
        objects = [
            self._classes.data.DataObject(properties=each, uuid=row.key, vector=vector_of(row).tolist())
            for row, each in zip(rows, made, strict=True)
        ]
        for start in range(0, len(objects), _BATCH):
            self._insert(shelf, objects[start : start + _BATCH])

    def settle(self, shelf: str) -> None:
        """Nothing: Weaviate indexes by itself."""

    def end(self, shelf: str, where: Wanted, until: int) -> None:
        """Insert the rows that fit anew, with another `until`: Weaviate changes objects one by one only."""
        found = self.find(shelf, where, vectors=True)
        while batch := list(islice(found, _BATCH)):
            self.add(shelf, [row._replace(until=until) for row in batch])

    def remove(self, shelf: str, where: Wanted) -> None:
        """Delete the objects that fit; Weaviate takes some thousands at a time."""
        chosen = self._filter(shelf, where)
        while True:
            with self._told():
                done = self._collection(shelf).data.delete_many(chosen)
            if done.failed:
                raise StoreError(f"{self.place} could not delete {done.failed} of {done.matches} objects; do it again")
            if not done.matches:
                return

    def find(self, shelf: str, where: Wanted, *, vectors: bool) -> Iterator[Row]:
        """The objects that fit, page by page in the order of their slots."""
        chosen, last, seen = self._filter(shelf, where), 0, set[UUID]()
        slot, order = self._classes.query.Filter.by_property("slot"), self._classes.query.Sort.by_property("slot")
        while True:
            with self._told():
                page = (
                    self._collection(shelf)
                    .query.fetch_objects(
                        filters=chosen & slot.greater_or_equal(last),
                        sort=order,
                        limit=_PAGE,
                        include_vector=vectors,
                        return_properties=list(_RETURNED),
                    )
                    .objects
                )
            for each in page:
                if each.uuid not in seen:
                    yield _row(each, vectors=vectors)
            if len(page) < _PAGE:
                return
            last = int(page[-1].properties["slot"])
            seen = {each.uuid for each in page if each.properties["slot"] == last}

    def nearest(self, shelf: str, vector: NDArray[np.float32], limit: int, where: Wanted) -> Sequence[Found]:
        """The nearest objects; the filter is part of the search."""
        with self._told():
            found = self._collection(shelf).query.near_vector(
                near_vector=vector.tolist(),
                limit=limit,
                filters=self._filter(shelf, where),
                return_metadata=self._classes.query.MetadataQuery(distance=True),
                return_properties=["chunk"],
            )
        # The distance that belongs to dot products is their opposite.
        return [Found(each.properties["chunk"], -each.metadata.distance) for each in found.objects]

    def _called(self, shelf: str) -> str:
        return f"{self._name}_{shelf}"

    def _collection(self, shelf: str) -> Any:
        return self._client.collections.get(self._called(shelf))

    def _filter(self, shelf: str, where: Wanted) -> Any:
        known = self._numbers.get(shelf, frozenset())
        if numbers_in(where) - known:
            known = self._look(shelf)  # another process may have written them meanwhile
        return filter_of(self._classes.query.Filter, where, known)

    def _look(self, shelf: str) -> frozenset[str]:
        """The properties of numbers that the collection has."""
        with self._told():
            there = self._collection(shelf).config.get(simple=True).properties
        self._numbers[shelf] = frozenset(each.name for each in there if each.name.startswith(_NUMBER))
        return self._numbers[shelf]

    def _make(self, shelf: str, numbers: set[str]) -> None:
        """Make properties of numbers that the collection does not have yet."""
        if not numbers - self._numbers.get(shelf, frozenset()):
            return
        config = self._classes.config
        for name in sorted(numbers - self._look(shelf)):
            made = config.Property(name=name, data_type=config.DataType.NUMBER, index_range_filters=True)
            with self._told():
                self._collection(shelf).config.add_property(made)
        self._numbers[shelf] |= numbers

    def _is_there(self) -> bool:
        """Whether anything was ever written."""
        if not self._there:
            with self._told():
                self._there = self._client.collections.exists(self._called(_CATALOG))
        return self._there

    def _create_catalog(self) -> None:
        config = self._classes.config
        text = config.Property(
            name="catalog", data_type=config.DataType.TEXT, index_filterable=False, index_searchable=False
        )
        vectors = config.Configure.Vectors.self_provided()
        with self._told():
            self._client.collections.create(self._called(_CATALOG), properties=[text], vector_config=vectors)

    def _insert(self, shelf: str, objects: Sequence[Any]) -> None:
        with self._told():
            done = self._collection(shelf).data.insert_many(objects)
        if done.has_errors:
            first = next(iter(done.errors.values())).message
            raise StoreError(f"{self.place} did not take {len(done.errors)} of {len(objects)} objects: {first}")

    def _vectors(self) -> Any:
        make, tuning = self._classes.config.Configure, self._tuning
        quantizer = {
            "none": lambda: None,
            "scalar": make.VectorIndex.Quantizer.sq,
            "product": make.VectorIndex.Quantizer.pq,
            "binary": make.VectorIndex.Quantizer.bq,
        }[tuning.quantization]()
        metric = self._classes.config.VectorDistances.DOT
        if tuning.kind == "exact":
            index = make.VectorIndex.flat(distance_metric=metric, quantizer=quantizer)
        else:
            index = make.VectorIndex.hnsw(
                distance_metric=metric,
                max_connections=tuning.links or None,
                ef_construction=tuning.effort or None,
                ef=tuning.breadth or None,
                quantizer=quantizer,
            )
        return make.Vectors.self_provided(vector_index_config=index)

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except self._errors as error:
            raise StoreError(
                f"{self.place} did not do as told: {type(error).__name__}: {error}; see whether the server runs, and "
                "whether the key is right"
            ) from error


def _properties(row: Row) -> Mapping[str, Any]:
    facts = row.facts()
    numbers = {f"{_NUMBER}{name}": value for name, value in facts.numbers.items()}
    own = {"chunk": row.chunk.id, "record": record_of(row), "tokens": list(facts.tokens)}
    return {**numbers, **own, "since": row.since, "until": row.until, "slot": UUID(row.key).int % _SLOTS}


def _row(found: Any, *, vectors: bool) -> Row:
    data = found.properties
    vector = np.asarray(found.vector["default"], np.float32) if vectors else None
    return row_of(data["record"], int(data["since"]), int(data["until"]), vector)
