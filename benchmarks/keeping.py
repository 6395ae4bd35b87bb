"""What keeping an index costs an app: files on the disk brought up to date, opened, asked and gone back with.

It does not embed, and does not know whether what is found is right. Everything runs as in an app, through `Knowledge`
over 5,000 Markdown files; the embedder gives vectors that were drawn before. A refresh is that of a new process, which
knows of the files only what the last one noted. Times are of the processor in one computing thread, but for opening and
going back, which are by the clock.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import spread
from vouch.contracts.index import Scope
from vouch.knowledge.building import Builder
from vouch.knowledge.cutting import small
from vouch.knowledge.exact.engine import ExactEngine
from vouch.knowledge.knowledge import Knowledge
from vouch.knowledge.question import Library, Question
from vouch.knowledge.searches import hybrid
from vouch.knowledge.source import Given
from vouch.values.document import Block, Document

GOALS: Final = {
    "refresh_1pct_share": "<= 0.03",
    "open_s": "<= 0.2",
    "rollback_ms": "<= 50",
    "bm25_cpu_ms": "<= 0.3",
    "hybrid_cpu_ms": "<= 1",
}
DIMENSIONS: Final = 384
ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_OWNER: Final = Scope(access=None)
_WORDS: Final = 30_000
_SETTLED: Final = 2.5
"""Seconds after which the dates of files are relied on: before, they might be written again at the same date."""


class Drawn:
    """Gives vectors that were drawn before, so that nothing is embedded while time is taken."""

    name = fingerprint = "test/drawn"
    dimensions = DIMENSIONS

    def __init__(self) -> None:
        rows = np.random.default_rng(3).standard_normal((1000, DIMENSIONS)).astype(np.float32)
        self._rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        self._next = 0

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Any vectors."""
        self._next += 1
        return self._rows[[(self._next + each) % len(self._rows) for each in range(len(texts))]]


def text_of(words: int, seed: int) -> str:
    """Words by Zipf's law."""
    weights = 1 / np.arange(1, _WORDS + 1)
    drawn = np.random.default_rng(seed).choice(_WORDS, size=words, p=weights / weights.sum())
    return " ".join(f"w{word:x}q" for word in drawn)


def knowledge(folder: Path, embedder: Drawn) -> Knowledge:
    """The files, as an app declares them."""
    return Knowledge("files/*.md", root=folder, embedder=embedder)


def write(folder: Path, numbers: Sequence[int], seed: int) -> None:
    """Write these files: 200 words each, written an hour ago."""
    (folder / "files").mkdir(exist_ok=True)
    for number in numbers:
        path = folder / "files" / f"{number}.md"
        path.write_text(f"# Number {number}\n\n{text_of(200, seed + number)}\n")
        os.utime(path, (time.time() - 3600, time.time() - 3600 + seed / 1e6))


async def in_hand(folder: Path, *, size: int, rounds: int) -> dict[str, list[float]]:
    """The same of documents that the app holds, so without looking at files: seconds of processor time."""
    texts = [text_of(200, number) for number in range(size)]

    async def taken() -> float:
        documents = [
            Document(str(number), text, blocks=(Block("text", (0, len(text))),)) for number, text in enumerate(texts)
        ]
        builder = Builder(Given(documents), engine, cut=small, cutting="", embedder=Drawn(), remembered=None)
        started = time.process_time()
        await builder.refresh()
        return time.process_time() - started

    engine = ExactEngine(folder)
    build = await taken()
    refresh: list[float] = []
    for number in range(rounds):
        for changed in range(number, size, 100):
            texts[changed] += " more"
        refresh.append(await taken())
    return {"refresh_1pct_s": refresh, "refresh_1pct_share": [each / build for each in refresh]}


async def refreshed(folder: Path, embedder: Drawn) -> float:
    """Seconds of processor time of a refresh by somebody who just began."""
    known = knowledge(folder, embedder)
    started = time.process_time()
    await known.refresh()
    return time.process_time() - started


async def asked(folder: Path, embedder: Drawn, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of processor time: of an app's whole question, of both searches fused, and of words alone."""
    known = knowledge(folder, embedder)
    queries = [text_of(12, 10_000_000 + number) for number in range(rounds)]
    index = await known.following.index()
    assert index is not None
    library, search = Library(index, embedder), hybrid()
    found: dict[str, list[float]] = {"question_cpu_ms": [], "hybrid_cpu_ms": [], "bm25_cpu_ms": []}
    ways: dict[str, Callable[[str], Awaitable[object]]] = {
        "question_cpu_ms": known.search,
        "hybrid_cpu_ms": lambda query: search.find(Question(query, 5, _OWNER), library),
        "bm25_cpu_ms": lambda query: index.keyword(query, 10, scope=_OWNER),
    }
    for query in queries * 2:
        for name, way in ways.items():
            started = time.process_time()
            await way(query)
            found[name].append((time.process_time() - started) * 1_000)
    # The first time words are met is not the common one.
    return {name: values[rounds:] for name, values in found.items()}


def opened(folder: Path) -> float:
    """Seconds by the clock that a new process takes from opening the index to the first answer by both searches."""
    command = [sys.executable, "-m", "benchmarks.keeping", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **ONE_THREAD})
    return float(done.stdout.split()[-1])


async def open_once(folder: Path) -> float:
    embedder = Drawn()
    known = Knowledge("files/*.md", root=folder, embedder=embedder, refresh=False)
    started = time.perf_counter()
    assert await known.search("w1q w2q w3q")
    return time.perf_counter() - started


async def kept(folder: Path, *, size: int, rounds: int) -> dict[str, list[float]]:
    """All figures, each as often as it was measured."""
    embedder = Drawn()
    write(folder, range(size), 0)
    build = [await refreshed(folder, embedder)]
    await asyncio.sleep(_SETTLED)
    await refreshed(folder, embedder)
    chance = random.Random(1)
    figures: dict[str, list[float]] = {"build_cpu_s": build, "files_refresh_1pct_s": [], "rollback_ms": []}
    for number in range(1, rounds + 1):
        write(folder, chance.sample(range(size), max(1, size // 100)), number * 100_000)
        await asyncio.sleep(_SETTLED)
        figures["files_refresh_1pct_s"].append(await refreshed(folder, embedder))
        engine = knowledge(folder, embedder).engine
        started = time.perf_counter()
        await engine.rollback()
        figures["rollback_ms"].append((time.perf_counter() - started) * 1_000)
        await refreshed(folder, embedder)
    figures["files_refresh_1pct_share"] = [each / build[0] for each in figures["files_refresh_1pct_s"]]
    figures |= await in_hand(folder / "in hand", size=size, rounds=rounds)
    figures["open_s"] = [opened(folder) for _ in range(3)]
    return figures | await asked(folder, embedder, 20 * rounds)


def keeping(folder: Path, *, quick: bool) -> dict[str, float]:
    """Measured, printed and given as medians."""
    size, rounds = (1_000, 2) if quick else (5_000, 5)
    found = asyncio.run(kept(folder, size=size, rounds=rounds))
    print(f"\n{size:,} Markdown files of 200 words, brought up to date and asked as by an app, without embedding")
    for name, values in found.items():
        print(f"{name}: {spread(values)}")
    return {name: statistics.median(values) for name, values in found.items()}


if __name__ == "__main__":
    print(asyncio.run(open_once(Path(sys.argv[1]))))
