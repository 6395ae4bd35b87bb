"""How fast the index engines on one machine are, and what they take: by meaning, by words, by both; building, opening.

It does not measure whether what is found is right; `retrieval_quality` does.

`python -m benchmarks.vectors [--quick]`. Times are of the processor, in one computing thread, without embedding. The
vectors are those of real sentences, 384 numbers each (see `real_vectors`), or where there are no data drawn around
random centres; the texts are 200 words drawn by Zipf's law from 30,000, the queries twelve. Recall is against the dot
products in float64. Peak memory is of a process of its own that opens the index and searches it. The filter leaves 1 %
of the chunks. `default` is the engine for many chunks, `exact` compares all; beside them stand the bare libraries that
could have been built on, where they are installed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.embedded_peers import candidates, nearest_of
from benchmarks.real_vectors import real_vectors
from benchmarks.report import emit, spread
from vouch.contracts.index import Change, Compare, Entry, Scope
from vouch.knowledge.building import Builder
from vouch.knowledge.cutting import small
from vouch.knowledge.engines.edge.engine import EdgeEngine
from vouch.knowledge.exact.engine import ExactEngine
from vouch.knowledge.question import Library, Question
from vouch.knowledge.searches import hybrid
from vouch.knowledge.source import Given
from vouch.values.document import Block, Chunk, Document

GOALS = {
    "default_recall": ">= 0.95",
    "default_cpu_ms": "<= 0.6",
    "default_filter_recall": ">= 0.99",
    "default_filter_cpu_ms": "<= 1",
    "default_build_cpu_s": "<= 150",
    "default_rss_mb": "<= 350",
    "bm25_cpu_ms": "<= 0.3",
    "hybrid_cpu_ms": "<= 1",
    "open_s": "<= 0.2",
    "rollback_ms": "<= 50",
    "docs_per_cpu_s": ">= 3000",
    "refresh_1pct_share": "<= 0.03",
}
DIMENSIONS = 384
Floats = NDArray[np.float32]
TRUTHS = 100
"""Queries that recall is measured with, at most."""

WORDS = 30_000
OWNER = Scope(access=None)
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def vectors_of(number: int, seed: int) -> Floats:
    """Unit vectors around random centres, the same for every seed."""
    centres = np.random.default_rng(0).standard_normal((200, DIMENSIONS)).astype(np.float32)
    random = np.random.default_rng(seed)
    found = centres[random.integers(200, size=number)]
    found += random.standard_normal(found.shape, np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def texts_of(number: int, length: int, seed: int) -> Iterator[str]:
    """Texts of words by Zipf's law."""
    weights = 1 / np.arange(1, WORDS + 1)
    drawn = np.random.default_rng(seed).choice(WORDS, size=(number, length), p=weights / weights.sum())
    for row in drawn:
        yield " ".join(f"w{word:x}q" for word in row)


def entries_of(texts: Sequence[str], rows: Floats) -> list[Entry]:
    """One chunk a document, of which each hundredth is of kind 0."""
    found: list[Entry] = []
    for number, (text, row) in enumerate(zip(texts, rows, strict=True)):
        chunk = Chunk(f"c{number}", str(number), text, (0, len(text)), metadata={"kind": number % 100})
        found.append(Entry(str(number), "1", [chunk], row[None]))
    return found


async def times(repeat: Callable[[int], Awaitable[object]], number: int) -> list[float]:
    """Milliseconds of processor time, each of one call."""
    for each in range(5):
        await repeat(each)
    found: list[float] = []
    for each in range(number):
        started = time.process_time()
        await repeat(each)
        found.append((time.process_time() - started) * 1_000)
    return found


def peak_mb() -> float:
    """Of this process alone: what `getrusage` says may be the peak of the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return float(re.findall(r"VmHWM:\s*(\d+)", status.read_text())[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


ENGINES: dict[str, Callable[[Path], ExactEngine]] = {"default": EdgeEngine, "exact": ExactEngine}


def rows_of(size: int, queries: int) -> tuple[Floats, Floats]:
    """The vectors that are searched, and those that are asked."""
    real = real_vectors(size + queries)
    if real is None:
        print("  without data: drawn vectors")
        return vectors_of(size, 1), vectors_of(queries, 2)
    return real[:size], real[size:]


async def large(name: str, folder: Path, rows: Floats, asked: Floats) -> dict[str, float]:
    """An engine over vectors alone."""
    size, queries = len(rows), len(asked)
    entries = entries_of([""] * size, rows)
    engine = ENGINES[name](folder)
    started = time.process_time()
    await engine.write(Change(entries, embedder="e"))
    build = time.process_time() - started
    index = await engine.snapshot()
    assert index is not None
    filtered = Scope(Compare("kind", "==", 0), None)
    figures: dict[str, float] = {"build_cpu_s": build}
    for kind, scope, among in (("", OWNER, np.arange(size)), ("filter_", filtered, np.arange(0, size, 100))):
        milliseconds = await times(lambda each, scope=scope: index.nearest(asked[each], 10, scope=scope), queries)
        print(f"  {name}, {size:,} vectors, {kind or 'all '}CPU per query {spread(milliseconds, ' ms')}")
        right = 0
        truths = nearest_of(rows[among], asked[:TRUTHS])
        for vector, best in zip(asked, among[truths], strict=False):
            found = await index.nearest(vector, 10, scope=scope)
            right += len({f"c{each}" for each in best} & {each.id for each in found})
        figures[f"{kind}recall"] = right / (10 * len(truths))
        figures[f"{kind}cpu_ms"] = statistics.median(milliseconds)
    return figures


async def opened(name: str, folder: Path) -> dict[str, float]:
    """What a process of its own takes to open the index and search it once, and its memory after a hundred more."""
    before = peak_mb()
    asked = vectors_of(100, 2)
    started = time.perf_counter()
    index = await ENGINES[name](folder).snapshot()
    assert index is not None
    await index.nearest(asked[0], 10, scope=OWNER)
    await index.keyword("w1q w2q w3q", 10, scope=OWNER)
    seconds = time.perf_counter() - started
    for vector in asked:
        await index.nearest(vector, 10, scope=OWNER)
    return {"open_s": seconds, "rss_mb": peak_mb(), "before_mb": before}


def alone(name: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.vectors", "--opened", name, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


class Drawn:
    """Gives vectors that were drawn before, so that nothing is embedded while time is taken."""

    name, fingerprint, dimensions = "drawn", "e", DIMENSIONS

    def __init__(self) -> None:
        self._rows = vectors_of(1000, 3)
        self._next = 0

    async def embed(self, texts: Sequence[str]) -> Floats:
        """Any vectors."""
        self._next += 1
        return self._rows[[(self._next + each) % len(self._rows) for each in range(len(texts))]]


async def texts(folder: Path, size: int, queries: int) -> dict[str, float]:
    """Words and hybrid over `size` documents, and what it takes to build, refresh, open and roll back."""
    figures: dict[str, float] = {}
    documents = [
        Document(str(number), text, blocks=(Block("text", (0, len(text))),))
        for number, text in enumerate(texts_of(size, 200, 1))
    ]
    engine = ExactEngine(folder)

    async def refresh(given: Sequence[Document]) -> float:
        builder = Builder(Given(given), engine, cut=small, cutting="", embedder=Drawn(), remembered=None)
        started = time.process_time()
        await builder.refresh()
        return time.process_time() - started

    build = await refresh(documents)
    changed = [
        Document(each.id, each.text + " more", blocks=each.blocks) if number % 100 == 0 else each
        for number, each in enumerate(documents)
    ]
    again = await refresh(changed)
    figures["build_cpu_s"], figures["refresh_1pct_cpu_s"] = build, again
    figures["refresh_1pct_share"] = again / build
    started = time.perf_counter()
    await engine.rollback()
    figures["rollback_ms"] = (time.perf_counter() - started) * 1_000
    index = await engine.snapshot()
    assert index is not None
    asked = list(texts_of(queries + 5, 12, 2))
    library, search = Library(index, Drawn()), hybrid()
    ways: dict[str, Callable[[int], Awaitable[object]]] = {
        "bm25": lambda each: index.keyword(asked[each], 10, scope=OWNER),
        "hybrid": lambda each: search.find(Question(asked[each], 10, OWNER), library),
    }
    for name, way in ways.items():
        milliseconds = await times(way, queries)
        print(f"  {size:,} documents of 200 words, {name}: CPU per query {spread(milliseconds, ' ms')}")
        figures[f"{name}_cpu_ms"] = statistics.median(milliseconds)
    return figures


async def short(folder: Path, size: int) -> float:
    """Documents of 40 words a second of processor time, cut and indexed."""
    documents = [Document(str(number), text) for number, text in enumerate(texts_of(size, 40, 4))]
    builder = Builder(Given(documents), ExactEngine(folder), cut=small, cutting="", embedder=Drawn(), remembered=None)
    started = time.process_time()
    await builder.refresh()
    return size / (time.process_time() - started)


async def measure(place: Path, *, quick: bool) -> dict[str, float]:
    size, queries = (20_000, 30) if quick else (100_000, 300)
    print(f"{queries} queries each")
    rows, asked = rows_of(size, queries)
    figures: dict[str, float] = {}
    for name in ENGINES:
        found = await large(name, place / name, rows, asked[: queries if name == "default" else 100])
        figures |= {f"{name}_{figure}": value for figure, value in found.items()}
        memory = alone(name, place / name)
        figures |= {f"{name}_rss_mb": memory["rss_mb"], f"{name}_open_s": memory["open_s"]}
        shutil.rmtree(place / name)
    figures |= candidates(rows, asked, place)
    medium = await large("exact", place / "medium", rows[:20_000], asked[:100])
    figures |= {f"exact_20000_{name}": value for name, value in medium.items()}
    figures |= await texts(place / "texts", 1_000 if quick else 5_000, min(queries, 100))
    figures["open_s"] = alone("exact", place / "texts")["open_s"]
    figures["docs_per_cpu_s"] = await short(place / "short", 2_000 if quick else 10_000)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="20,000 vectors and 1,000 texts instead of 100,000 and 5,000"
    )
    parser.add_argument("--opened", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.opened:
        print(json.dumps(asyncio.run(opened(options.opened[0], Path(options.opened[1])))))
        return
    if any(os.environ.get(name) != value for name, value in ONE_THREAD.items()):
        command = [sys.executable, "-m", "benchmarks.vectors", *(["--quick"] if options.quick else [])]
        sys.exit(subprocess.run(command, env={**os.environ, **ONE_THREAD}, check=False).returncode)
    with tempfile.TemporaryDirectory() as place:
        figures = asyncio.run(measure(Path(place), quick=options.quick))
    emit("vectors", figures, GOALS)


if __name__ == "__main__":
    main()
