"""One engine tried out: how much it finds of what exact search finds, how fast, in how much memory, built how long.

It does not know the other engines, or which is wanted. Building and searching have a process of their own each, so that
times and memory are those of the engine alone.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from vouch.contracts.index import Change, IndexEngine, Scope
from vouch.errors import StoreError, VouchError
from vouch.knowledge.exact.engine import ExactEngine

Floats = NDArray[np.float32]

_T = TypeVar("_T")

_NEAR: Final = 1e-5
"""By so much less than the last of the right ones a chunk may score and still be as good: equal texts are equal."""

_WARMING: Final = 5
"""Searches before time is taken."""


class Candidate(NamedTuple):
    """An engine with its parameters. `open` can be sent to another process; `code` is what makes it in an app.

    `exact` says that it compares a question with every chunk, so that it cannot miss any.
    """

    name: str
    code: str
    open: Callable[[Path], IndexEngine]
    exact: bool = False


class Truth(NamedTuple):
    """What is asked, shape (questions, dimensions), and for each the `k` best scores that there are, best first."""

    asked: Floats
    scores: Sequence[Sequence[float]]
    k: int
    scope: Scope


class Built(NamedTuple):
    """Seconds of processor time, and bytes on the disk."""

    cpu_s: float
    bytes: int


class Searched(NamedTuple):
    """For each question how many of the best were found; and milliseconds of each search, and the memory in MB."""

    found: Sequence[int]
    cpu_ms: Sequence[float]
    wall_ms: Sequence[float]
    memory_mb: float


async def truth_of(exact: ExactEngine, asked: Floats, *, k: int, scope: Scope) -> Truth:
    """What exact search finds."""
    index = await exact.snapshot()
    assert index is not None  # noqa: S101 - it was just written
    return Truth(asked, [[each.score for each in await index.nearest(row, k, scope=scope)] for row in asked], k, scope)


async def tried(candidate: Candidate, exact: ExactEngine, truth: Truth, place: Path) -> tuple[Built, Searched]:
    """Build the candidate in `place` from what the exact engine holds, and search it; raises a `VouchError`."""
    built = await _apart(partial(_build, candidate, exact.folder, place))
    return built, await _apart(partial(_search, candidate, exact.folder, place, truth))


async def _apart(work: Callable[[], _T]) -> _T:
    """The work's result, out of a fresh process."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        try:
            return await asyncio.wrap_future(pool.submit(work))
        except BrokenProcessPool as error:
            raise StoreError(
                "the process of the engine ended by itself; perhaps its memory was not enough, or its library crashed"
            ) from error
        except VouchError:
            raise
        except Exception as error:
            # Each engine has errors of its own, and one that fails must not keep the others from being tried.
            raise StoreError(f"{type(error).__name__}: {error}") from error


def _build(candidate: Candidate, exact: Path, place: Path) -> Built:
    index = ExactEngine(exact).open()
    assert index is not None  # noqa: S101 - it was written before
    change = Change(index.entries(), embedder=index.embedder)
    engine = candidate.open(place)
    started = time.process_time()
    asyncio.run(engine.write(change))
    return Built(time.process_time() - started, sum(path.stat().st_size for path in place.rglob("*") if path.is_file()))


def _search(candidate: Candidate, exact: Path, place: Path, truth: Truth) -> Searched:
    return asyncio.run(_searched(candidate, exact, place, truth))


async def _searched(candidate: Candidate, exact: Path, place: Path, truth: Truth) -> Searched:
    before = _peak_mb()
    index = await candidate.open(place).snapshot()
    if index is None:
        raise StoreError(f"{candidate.name} holds nothing after it was built")
    for row in truth.asked[:_WARMING]:
        await index.nearest(row, truth.k, scope=truth.scope)
    cpu_ms: list[float] = []
    wall_ms: list[float] = []
    ids: list[list[str]] = []
    for row in truth.asked:
        cpu, wall = time.process_time(), time.perf_counter()
        hits = await index.nearest(row, truth.k, scope=truth.scope)
        cpu_ms.append((time.process_time() - cpu) * 1_000)
        wall_ms.append((time.perf_counter() - wall) * 1_000)
        ids.append([hit.id for hit in hits])
    memory = _peak_mb() - before
    return Searched(await _right(exact, truth, ids), cpu_ms, wall_ms, memory)


async def _right(exact: Path, truth: Truth, ids: Sequence[Sequence[str]]) -> list[int]:
    """How many of those found are as good as the best, by their vectors."""
    index = ExactEngine(exact).open()
    assert index is not None  # noqa: S101 - it was written before
    found: list[int] = []
    for row, scores, each in zip(truth.asked, truth.scores, ids, strict=True):
        products = (await index.vectors(each)) @ row
        least = scores[-1] - _NEAR if scores else np.inf
        found.append(min(len(scores), int((products >= least).sum())))
    return found


def _peak_mb() -> float:
    """Of this process alone: what `getrusage` says may be the peak of the process that started it."""
    status = Path("/proc/self/status")
    try:
        return float(re.findall(r"VmHWM:\s*(\d+)", status.read_text())[0]) / 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def failure(error: VouchError) -> str:
    """Why an engine could not be tried, on one line."""
    return " ".join(str(error).split())
