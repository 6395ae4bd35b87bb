"""Embedded vector libraries as they are, over the same vectors: what an engine could have been built on.

It does not know our engines. Each keeps a graph with 16 links a node, built with 100 candidates; a search keeps 64. A
library that is not installed is left out, and said to be absent.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import spread

Floats = NDArray[np.float32]
Search = Callable[[Floats], Sequence[int]]

LISTS, AXES, PROBES, CANDIDATES = 1_024, 128, 64, 100


def nearest_of(rows: Floats, asked: Floats) -> NDArray[np.int64]:
    """The ten rows with the largest dot products in float64, best first, for each that is asked."""
    whole = rows.astype(np.float64)
    return np.array([np.argsort(-(whole @ each.astype(np.float64)), kind="stable")[:10] for each in asked])


def candidates(rows: Floats, asked: Floats, place: Path) -> dict[str, float]:
    """Figures by the name of each library."""
    figures: dict[str, float] = {}
    every = nearest_of(rows, asked[:100])
    among = np.arange(0, len(rows), 100)
    few = among[nearest_of(rows[among], asked[:100])]
    for name, module, build in (
        ("usearch", "usearch.index", usearch),
        ("zvec", "zvec", zvec),
        ("lists", "numpy", lists),
    ):
        try:
            package = import_module(module)
        except ImportError:
            print(f"  {name}: absent")
            continue
        started = time.process_time()
        search, filtered = build(package, rows, place)
        figures[f"{name}_build_cpu_s"] = time.process_time() - started
        for kind, way, truths in (("", search, every), ("filter_", filtered, few)):
            if way is not None:
                milliseconds, figures[f"{name}_{kind}recall"] = _measured(way, asked[: len(truths)], truths)
                figures[f"{name}_{kind}cpu_ms"] = statistics.median(milliseconds)
                print(f"  {name}, {kind or 'all '}CPU per query {spread(milliseconds, ' ms')}")
    return figures


def _measured(search: Search, asked: Floats, truths: NDArray[np.int64]) -> tuple[list[float], float]:
    search(asked[0])
    milliseconds: list[float] = []
    right = 0
    for vector, best in zip(asked, truths, strict=True):
        started = time.process_time()
        found = search(vector)
        milliseconds.append((time.process_time() - started) * 1_000)
        right += len(set(found) & set(best.tolist()))
    return milliseconds, right / truths.size


def usearch(package: Any, rows: Floats, place: Path) -> tuple[Search, Search | None]:
    """A byte a number, scored anew; it has no filters."""
    made = package.Index(
        ndim=rows.shape[1], metric="ip", dtype="i8", connectivity=16, expansion_add=100, expansion_search=64
    )
    made.add(np.arange(len(rows)), rows, threads=1)
    made.save(str(place / "usearch"))
    index = package.Index.restore(str(place / "usearch"), view=True)
    index.expansion_search = 64

    def search(vector: Floats) -> Sequence[int]:
        keys = index.search(vector, 30, threads=1).keys
        return keys[np.argsort(-(rows[keys] @ vector))[:10]].tolist()

    return search, None


def zvec(package: Any, rows: Floats, place: Path) -> tuple[Search, Search | None]:
    """Whole vectors; its filters are part of the search."""
    fields = [package.FieldSchema("kind", package.DataType.INT64, index_param=package.InvertIndexParam())]
    graph = package.HnswIndexParam(metric_type=package.MetricType.IP, m=16, ef_construction=100)
    vectors = package.VectorSchema("v", package.DataType.VECTOR_FP32, rows.shape[1], index_param=graph)
    schema = package.CollectionSchema(name="vectors", fields=fields, vectors=vectors)
    shelf = package.create_and_open(path=str(place / "zvec"), schema=schema)
    for start in range(0, len(rows), 500):
        shelf.insert(
            [
                package.Doc(id=str(each), vectors={"v": rows[each].tolist()}, fields={"kind": each % 100})
                for each in range(start, min(len(rows), start + 500))
            ]
        )
    shelf.optimize()

    def search(vector: Floats, chosen: str | None = None) -> Sequence[int]:
        param = package.HnswQueryParam(ef=64)
        asked = package.Query("v", vector=vector.tolist(), param=param)
        return [int(each.id) for each in shelf.query(asked, topk=10, filter=chosen)]

    return search, lambda vector: search(vector, "kind = 0")


def lists(_: Any, rows: Floats, __: Path) -> tuple[Search, Search | None]:
    """NumPy alone: lists around centres, looked through by the first principal axes, and scored anew."""
    drawn = np.random.default_rng(0)
    sample = rows[drawn.choice(len(rows), min(len(rows), 64 * LISTS), replace=False)]
    axes = np.linalg.eigh(sample.T @ sample)[1][:, ::-1][:, :AXES].astype(np.float32)
    centres = sample[:LISTS].copy()
    for _round in range(8):
        nearest = (sample @ centres.T).argmax(axis=1)
        for each in np.unique(nearest):
            centre = sample[nearest == each].sum(axis=0)
            centres[each] = centre / np.linalg.norm(centre)
    belongs = np.concatenate([(part @ centres.T).argmax(axis=1) for part in np.array_split(rows, 50)])
    order = np.argsort(belongs, kind="stable")
    counts = np.bincount(belongs, minlength=LISTS)
    starts = np.concatenate(([0], np.cumsum(counts)))
    short = np.ascontiguousarray((rows @ axes)[order])

    def search(vector: Floats) -> Sequence[int]:
        chosen = np.argpartition(-(centres @ vector), PROBES)[:PROBES]
        asked = vector @ axes
        scores = np.concatenate([short[starts[each] : starts[each + 1]] @ asked for each in chosen.tolist()])
        best = np.argpartition(-scores, min(CANDIDATES, len(scores) - 1))[:CANDIDATES]
        ends = np.cumsum(counts[chosen])
        which = np.searchsorted(ends, best, side="right")
        found = order[starts[chosen[which]] + best - (ends[which] - counts[chosen[which]])]
        return found[np.argsort(-(rows[found] @ vector))[:10]].tolist()

    return search, None
