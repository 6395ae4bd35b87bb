"""A graph of neighbours over one segment's vectors, in a folder beside it: built once, then only read.

It does not know versions, or which rows still count. All it holds follows from its segment, so one that is damaged or
missing costs time and nothing else.

Vectors are found by a byte a number; whoever asks scores them anew with the whole ones. The engine writes its settings
down again whenever it opens a folder, so processes open one after the other.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from vouch.knowledge.engines.edge.filters import built
from vouch.knowledge.engines.needed import needed
from vouch.knowledge.engines.tuning import Tuning
from vouch.knowledge.engines.wanted import facts_of
from vouch.knowledge.exact.segment import Segment

_BATCH: Final = 1_000
_LOOKED_THROUGH: Final = 4_000
"""Kilobytes of vectors up to which a filtered search looks through all that fit, rather than at the graph."""

_DENSE: Final = 0.8
_SPARSE: Final = 0.1
"""Shares of rows that fit a filter."""

_DONE: Final = "whole"


def package() -> Any:
    """The package; raises `ConfigError` that says what to install."""
    return needed("qdrant_edge", extra="edge")


def is_there(folder: Path) -> bool:
    """Whether a whole shard lies in the folder."""
    return (folder / _DONE).exists()


def give_up(folder: Path) -> None:
    """Say that what lies in the folder is no whole shard."""
    (folder / _DONE).unlink(missing_ok=True)


class Shard:
    """An open shard; `breadth` is how many candidates a search keeps."""

    def __init__(self, folder: Path, *, breadth: int) -> None:
        self._package = package()
        self._breadth = breadth
        with _alone(folder.parent):
            self._shard: Any = self._package.EdgeShard.load(str(folder))

    def filter(self, written: dict[str, Any]) -> Any:
        """A filter that `search` takes, of one that `qdrant.filters` wrote."""
        return built(self._package, written)

    def search(
        self, vector: Sequence[float], limit: int, *, chosen: Any = None, share: float = 1.0
    ) -> NDArray[np.int64]:
        """The rows of the segment that seem nearest; the filter, which that share of rows fits, is part of the search.

        A graph falls apart where most of its nodes do not fit: then neighbours of neighbours are looked at as well
        (Patel and others 2024, ACORN), and where very few fit more candidates are kept.
        """
        edge = self._package
        breadth = self._breadth * (2 if share < _SPARSE else 1)
        far = edge.AcornSearchParams(enable=True, max_selectivity=1.0) if share < _DENSE else None
        found = self._shard.search(
            edge.SearchRequest(
                query=edge.Query.Nearest(vector),
                limit=limit,
                filter=chosen,
                params=edge.SearchParams(
                    hnsw_ef=max(breadth, limit),
                    acorn=far,
                    quantization=edge.QuantizationSearchParams(rescore=False),
                ),
            )
        )
        return np.fromiter((point.id for point in found), np.int64, len(found))


def build(segment: Segment, folder: Path, tuning: Tuning) -> None:
    """Build the shard of a segment in `folder`: beside it first, so that what is there is always whole."""
    edge = package()
    beside = folder.with_name(f"{folder.name}.{uuid4().hex}.new")
    beside.mkdir(parents=True)
    shard = edge.EdgeShard.create(str(beside), _config(edge, segment.vectors.shape[1], tuning))
    shard.update(edge.UpdateOperation.create_field_index("tokens", edge.KeywordIndexParams(memory=edge.Memory.Cold)))
    payloads, numbers = _payloads(segment)
    for name in sorted(numbers):
        shard.update(
            edge.UpdateOperation.create_field_index(f"numbers.{name}", edge.FloatIndexParams(memory=edge.Memory.Cold))
        )
    rows: list[int] = np.flatnonzero(segment.searched).tolist()
    for start in range(0, len(rows), _BATCH):
        points = [
            edge.Point(row, segment.vectors[row].tolist(), payloads[int(segment.shared_of[row])])
            for row in rows[start : start + _BATCH]
        ]
        shard.update(edge.UpdateOperation.upsert_points(points))
    shard.optimize()
    shard.flush()
    shard.close()
    (beside / _DONE).touch()
    with _alone(folder.parent):
        shutil.rmtree(folder, ignore_errors=True)
        beside.rename(folder)


def _payloads(segment: Segment) -> tuple[Sequence[Mapping[str, Any]], set[str]]:
    """What filters look at for each label of the segment, and the names of its numbers."""
    payloads: list[Mapping[str, Any]] = []
    numbers: set[str] = set()
    for label in segment.shared:
        own = {"document": label.document, "trusted": label.trusted}
        facts = facts_of({**label.metadata, **own}, label.access)
        payloads.append({"tokens": list(facts.tokens), "numbers": facts.numbers, "texts": facts.texts})
        numbers |= facts.numbers.keys()
    return payloads, numbers


def _config(edge: Any, dimensions: int, tuning: Tuning) -> Any:
    bytes_of = edge.ScalarQuantizationConfig(type=edge.ScalarType.Int8, quantile=0.99, memory=edge.Memory.Pinned)
    return edge.EdgeConfig(
        vectors=edge.EdgeVectorParams(
            size=dimensions,
            distance=edge.Distance.Dot,
            memory=edge.Memory.Cold,
            quantization_config=bytes_of,
        ),
        hnsw_config=edge.HnswIndexConfig(
            m=tuning.links or 16,
            ef_construct=tuning.effort or 100,
            full_scan_threshold=_LOOKED_THROUGH,
            max_indexing_threads=1,
            payload_m=0,
            memory=edge.Memory.Pinned,
        ),
        optimizers=edge.EdgeOptimizersConfig(
            default_segment_number=1, indexing_threshold=100, max_segment_size=1_000_000_000
        ),
        max_search_threads=1,
        payload_memory=edge.Memory.Cold,
        # A shard that was not finished is thrown away as a whole.
        wal_enabled=False,
    )


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """One process at a time, for as long as it takes to open or to rename."""
    file = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)
