"""Rows in Qdrant: a collection a shelf, and one more with a single point for the catalog.

It does not know versions, documents or words.

A catalog is swapped by a change whose filter names the revision it replaces: the server carries changes out one after
the other, so that of two writers one finds nothing to change.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Final
from uuid import uuid4

import msgspec
import numpy as np
from numpy.typing import NDArray

from vouch.contracts.index import Found
from vouch.errors import StoreError
from vouch.knowledge.engines.needed import needed
from vouch.knowledge.engines.qdrant.filters import filter_of, number_key
from vouch.knowledge.engines.rows import SINCE, UNTIL, Catalog, Row, record_of, row_of, vector_of
from vouch.knowledge.engines.tuning import Tuning, check
from vouch.knowledge.engines.wanted import TextOrder, Wanted

_POINT: Final = "00000000-0000-0000-0000-000000000001"
_PAGE: Final = 1_000
_DEFAULT: Final = Tuning()


class QdrantRows:
    """Satisfies `Rows`. `location` is a URL, ":memory:", or a folder, which one process at a time may have open.

    The collections are called after `name`. Raises `ConfigError` for what Qdrant cannot do.
    """

    alone = True
    cannot = (TextOrder,)

    def __init__(self, location: str, name: str, *, key: str = "", tuning: Tuning = _DEFAULT) -> None:
        check(tuning, "Qdrant", kinds=("hnsw", "exact"), quantizations=("none", "scalar", "product", "binary"))
        package = needed("qdrant_client", extra="qdrant")
        self._models: Any = package.models
        exceptions = needed("qdrant_client.http.exceptions", extra="qdrant")
        # Its own engine raises plain errors, a server's answers those of the package.
        self._errors = (exceptions.ApiException, ValueError, RuntimeError, OSError)
        self._local = "://" not in location
        self._lock = threading.RLock()
        with self._told(location):
            if not self._local:
                self._client: Any = package.QdrantClient(
                    url=location, api_key=key or None, timeout=60, check_compatibility=False
                )
            elif location == ":memory:":
                self._client = package.QdrantClient(location=location)
            else:
                self._client = package.QdrantClient(path=location, force_disable_check_same_thread=True)
        self._name = name
        self._tuning = tuning
        self._indexed: set[tuple[str, str]] = set()
        self.place = f"{location}/{name}"

    def close(self) -> None:
        """Close the client."""
        self._client.close()

    def catalog(self) -> Catalog:
        """The catalog's point; an empty catalog without it."""
        with self._told(self.place):
            return self._catalog()[0]

    def swap(self, revision: int, catalog: Catalog) -> bool:
        """Change the point if it has this revision, and look whether that was us."""
        own = uuid4().hex
        payload = {"catalog": msgspec.json.encode(catalog).decode(), "revision": catalog.revision, "by": own}
        with self._told(self.place):
            if not self._client.collection_exists(self._catalogs):
                self._client.create_collection(self._catalogs, vectors_config={})
            if revision == 0:
                point = self._models.PointStruct(id=_POINT, vector={}, payload={"revision": 0, "by": ""})
                mode = self._models.UpdateMode.INSERT_ONLY
                self._client.upsert(self._catalogs, [point], wait=True, update_mode=mode)
            expected = {"must": [{"key": "revision", "match": {"value": revision}}]}
            self._client.set_payload(self._catalogs, payload, points=self._filter(expected), wait=True)
            return self._catalog()[1] == own

    def create(self, shelf: str, dimensions: int) -> None:
        """A new collection, in the place of one of the same name."""
        models, tuning = self._models, self._tuning
        exact = tuning.kind == "exact"
        with self._told(self.place):
            self._client.delete_collection(self._shelf(shelf))
            self._client.create_collection(
                self._shelf(shelf),
                vectors_config=models.VectorParams(size=dimensions, distance=models.Distance.DOT),
                hnsw_config=models.HnswConfigDiff(
                    m=0 if exact else tuning.links or None, ef_construct=tuning.effort or None
                ),
                quantization_config=self._quantization(),
            )
            self._index(shelf, "tokens", models.PayloadSchemaType.KEYWORD)
            for field in (SINCE, UNTIL):
                self._index(shelf, number_key(field), models.PayloadSchemaType.INTEGER)

    def drop(self, shelf: str) -> None:
        """Remove the collection."""
        with self._told(self.place):
            self._client.delete_collection(self._shelf(shelf))

    def add(self, shelf: str, rows: Sequence[Row]) -> None:
        """Upsert a point a row."""
        with self._told(self.place):
            points = [self._point(shelf, row) for row in rows]
            self._client.upsert(self._shelf(shelf), points, wait=True)

    def _point(self, shelf: str, row: Row) -> Any:
        facts = row.facts()
        for name in facts.numbers:
            self._index(shelf, f"numbers.{name}", self._models.PayloadSchemaType.FLOAT)
        payload = {
            "id": row.chunk.id,
            "tokens": list(facts.tokens),
            "numbers": facts.numbers,
            "texts": facts.texts,
            "since": row.since,
            "until": row.until,
            "record": record_of(row),
        }
        return self._models.PointStruct(id=row.key, payload=payload, vector=vector_of(row).tolist())

    def settle(self, shelf: str) -> None:
        """Nothing: Qdrant indexes by itself, and what is not indexed yet it looks through."""

    def end(self, shelf: str, where: Wanted, until: int) -> None:
        """Set `until` of the points that fit."""
        with self._told(self.place):
            chosen = self._filter(filter_of(where))
            self._client.set_payload(self._shelf(shelf), {"until": until}, points=chosen, wait=True)

    def remove(self, shelf: str, where: Wanted) -> None:
        """Delete the points that fit."""
        chosen = self._filter(filter_of(where))
        with self._told(self.place):
            self._client.delete(self._shelf(shelf), points_selector=chosen, wait=True)

    def find(self, shelf: str, where: Wanted, *, vectors: bool) -> Iterator[Row]:
        """The points that fit, page by page."""
        chosen, offset = self._filter(filter_of(where)), None
        while True:
            with self._told(self.place):
                points, offset = self._client.scroll(
                    self._shelf(shelf),
                    scroll_filter=chosen,
                    limit=_PAGE,
                    offset=offset,
                    with_payload=["record", "since", "until"],
                    with_vectors=vectors,
                )
            for point in points:
                vector = np.asarray(point.vector, np.float32) if vectors else None
                yield row_of(point.payload["record"], point.payload["since"], point.payload["until"], vector)
            if offset is None:
                return

    def nearest(self, shelf: str, vector: NDArray[np.float32], limit: int, where: Wanted) -> Sequence[Found]:
        """The nearest points; the filter is part of the search."""
        with self._told(self.place):
            answer = self._client.query_points(
                self._shelf(shelf),
                query=vector.tolist(),
                limit=limit,
                query_filter=self._filter(filter_of(where)),
                search_params=None if self._local else self._searching(),
                with_payload=["id"],
            )
        return [Found(point.payload["id"], point.score) for point in answer.points]

    @property
    def _catalogs(self) -> str:
        return f"{self._name}-catalog"

    def _shelf(self, shelf: str) -> str:
        return f"{self._name}-{shelf}"

    def _catalog(self) -> tuple[Catalog, str]:
        """The catalog, and who wrote it."""
        if not self._client.collection_exists(self._catalogs):
            return Catalog(), ""
        points = self._client.retrieve(self._catalogs, [_POINT], with_payload=True)
        if not points or "catalog" not in points[0].payload:
            return Catalog(), ""
        payload = points[0].payload
        return msgspec.json.decode(payload["catalog"], type=Catalog), payload["by"]

    def _index(self, shelf: str, field: str, kind: Any) -> None:
        """Index a field of the payload, once; the client's own engine has no such indexes."""
        if not self._local and (shelf, field) not in self._indexed:
            self._client.create_payload_index(self._shelf(shelf), field, kind, wait=True)
            self._indexed.add((shelf, field))

    def _filter(self, written: dict[str, Any]) -> Any:
        return self._models.Filter.model_validate(written)

    def _quantization(self) -> Any:
        models = self._models
        match self._tuning.quantization:
            case "scalar":
                scalar = models.ScalarQuantizationConfig(type=models.ScalarType.INT8, quantile=0.99, always_ram=True)
                return models.ScalarQuantization(scalar=scalar)
            case "product":
                product = models.ProductQuantizationConfig(compression=models.CompressionRatio.X16, always_ram=True)
                return models.ProductQuantization(product=product)
            case "binary":
                return models.BinaryQuantization(binary=models.BinaryQuantizationConfig(always_ram=True))
            case "none":
                return None

    def _searching(self) -> Any:
        models, tuning = self._models, self._tuning
        rescored = models.QuantizationSearchParams(rescore=True, oversampling=max(1.0, tuning.oversampling))
        return models.SearchParams(
            hnsw_ef=tuning.breadth or None,
            exact=tuning.kind == "exact",
            quantization=rescored if tuning.quantization != "none" else None,
        )

    @contextmanager
    def _told(self, place: str) -> Generator[None]:
        """The client's errors as a `StoreError`; one thread at a time where the client is the engine itself."""
        try:
            with self._lock if self._local else nullcontext():
                yield
        except StoreError:
            raise
        except Exception as error:
            raise StoreError(
                f"Qdrant at {place} did not do as told: {type(error).__name__}: {error}; see whether the address, the "
                "key and the server are right"
            ) from error
