"""What a search found, measured: means with their intervals, and differences resampled in pairs.

It does not know how it was found. Intervals are percentile bootstraps over the questions, or over whatever several
questions share.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.finding.collections import Asked
from vouch.contracts.index import Scope
from vouch.knowledge.question import Library, Question, Retriever
from vouch.scorers.retrieval import Measure, rank_measure

RESAMPLES: Final = 2000
DEEPER: Final = 6
"""So many chunks are asked for where one document is wanted: several may be of the same one."""

Floats = NDArray[np.float64]


class Ranked(NamedTuple):
    """The documents found for each question, best first, each once; and the CPU milliseconds of a question."""

    documents: Sequence[Sequence[str]]
    cpu_ms: float = float("nan")


async def rank(library: Library, retriever: Retriever, asked: Sequence[Asked], depth: int) -> Ranked:
    """As the retriever finds them; the time is without embedding, which is done before."""
    if library.embedder is not None:
        await library.embedder.embed([each.text for each in asked])
    found: list[list[str]] = []
    spent: list[float] = []
    for each in asked:
        started = time.process_time()
        hits = await retriever.find(Question(each.text, depth, Scope(access=None)), library)
        spent.append((time.process_time() - started) * 1e3)
        found.append(list(dict.fromkeys(hit.chunk.document for hit in hits)))
    return Ranked(found, float(np.median(spent)))


def measured(measure: Measure, k: int, found: Sequence[Sequence[str]], asked: Sequence[Asked]) -> Floats:
    return np.array([rank_measure(measure, one, each.grades, k) for one, each in zip(found, asked, strict=True)])


def resampled(values: Floats, groups: Sequence[str]) -> tuple[float, float]:
    """The middle 95 % of the means of resampled groups."""
    _, numbers = np.unique(np.asarray(groups), return_inverse=True)
    sums, sizes = np.bincount(numbers, values), np.bincount(numbers)
    draws = np.random.default_rng(0).integers(len(sizes), size=(RESAMPLES, len(sizes)))
    means = sums[draws].sum(1) / sizes[draws].sum(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def tell(name: str, values: Floats, groups: Sequence[str], than: Floats | None = None, *, other: str = "bm25") -> float:
    """Print a mean with its interval, and how much more it is than another's."""
    low, high = resampled(values, groups)
    text = f"  {name:34} {values.mean():.4f}  [{low:.4f}, {high:.4f}]  n = {len(values)}"
    if than is not None:
        least, most = resampled(values - than, groups)
        text += f"   against {other} {(values - than).mean():+.4f} [{least:+.4f}, {most:+.4f}]"
    print(text)
    return float(values.mean())
