"""The cheapest engine that finds enough: candidates tried out one after the other, and one of them chosen.

It does not know where questions come from.

Recall is the share of what exact search finds; its unit is the question (`stats.clustered`). An engine holds the target
if the lower end of its interval does, where the intervals of all approximate candidates hold together at the confidence
(Bonferroni): else, of many engines that miss the target by little, one would seem to hold it by luck.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from vouch.contracts.embedder import Embedder
from vouch.contracts.index import Change, Entry, Scope
from vouch.errors import UsageError, VouchError
from vouch.knowledge.exact.engine import ExactEngine
from vouch.knowledge.tuning.trial import Built, Candidate, Searched, failure, tried, truth_of
from vouch.stats import clustered
from vouch.stats.percentile import percentile
from vouch.values.score import Interval

By = Literal["latency", "memory", "build"]
"""What is cheap: processor time of a search, memory, or processor time of a build."""

Told = Callable[[str, int, int], None]
"""Told which candidate is next, how many were tried, and of how many."""


class Trial(Struct, frozen=True, omit_defaults=True):
    """What trying out a candidate gave; `why` says why it could not be tried.

    `recall` is None for one that is exact by construction. `cpu_ms` is the median of a search, `p95_ms` what 95 % of
    searches do not exceed by the clock; `memory_mb` is what opening and searching added.
    """

    name: str
    code: str
    exact: bool = False
    recall: Interval | None = None
    cpu_ms: float = 0.0
    p95_ms: float = 0.0
    memory_mb: float = 0.0
    disk_mb: float = 0.0
    build_s: float = 0.0
    holds: bool = False
    why: str = ""


class Tuned(Struct, frozen=True):
    """All trials, and the name of the one chosen ("" if none holds)."""

    documents: int
    chunks: int
    questions: int
    k: int
    target: float
    confidence: float
    by: By
    trials: tuple[Trial, ...]
    chosen: str


async def tune(
    entries: Sequence[Entry],
    questions: Sequence[str],
    candidates: Sequence[Candidate],
    embedder: Embedder,
    *,
    k: int = 10,
    target: float = 0.95,
    confidence: float = 0.95,
    by: By = "latency",
    scope: Scope = Scope(),  # noqa: B008 - frozen
    told: Told | None = None,
) -> Tuned:
    """Try every candidate on these documents and questions. Raises `UsageError` for none of either."""
    if not entries or len(questions) < 2:
        raise UsageError(f"{len(entries)} documents and {len(questions)} questions: tuning needs some, and 2 questions")
    if not 0 < target <= 1 or k < 1:
        raise UsageError(f"target={target!r}, k={k!r}: a share above 0, up to 1, and 1 or more are wanted")
    approximate = sum(not each.exact for each in candidates)
    level = 1 - (1 - confidence) / max(1, approximate)
    asked = await embedder.embed(list(questions))
    trials: list[Trial] = []
    with tempfile.TemporaryDirectory(prefix="vouch-tune-") as folder:
        exact = ExactEngine(Path(folder) / "exact")
        await exact.write(Change(entries, embedder=embedder.fingerprint))
        truth = await truth_of(exact, asked, k=k, scope=scope)
        for number, candidate in enumerate(candidates):
            if told:
                told(candidate.name, number, len(candidates))
            try:
                built, searched = await tried(candidate, exact, truth, Path(folder) / f"try-{number}")
            except VouchError as error:
                trials.append(Trial(candidate.name, candidate.code, candidate.exact, why=failure(error)))
                continue
            sizes = [len(scores) for scores in truth.scores]
            trials.append(_trial(candidate, built, searched, sizes, target=target, confidence=level))
    chunks = sum(len(entry.chunks) for entry in entries)
    chosen = _cheapest(trials, by)
    return Tuned(len(entries), chunks, len(questions), k, target, confidence, by, tuple(trials), chosen)


def _trial(
    candidate: Candidate, built: Built, searched: Searched, sizes: Sequence[int], *, target: float, confidence: float
) -> Trial:
    outcomes = [
        float(place < found) for found, size in zip(searched.found, sizes, strict=True) for place in range(size)
    ]
    owners = [number for number, size in enumerate(sizes) for _ in range(size)]
    recall = None
    if not candidate.exact and outcomes:
        recall = clustered.mean(outcomes, owners, confidence=confidence).interval
    return Trial(
        candidate.name,
        candidate.code,
        candidate.exact,
        recall,
        percentile(searched.cpu_ms, 0.5) or 0.0,
        percentile(searched.wall_ms, 0.95) or 0.0,
        searched.memory_mb,
        built.bytes / 1e6,
        built.cpu_s,
        holds=candidate.exact or (recall is not None and recall.low >= target),
    )


def _cheapest(trials: Sequence[Trial], by: By) -> str:
    costs = {
        each.name: {"latency": each.cpu_ms, "memory": each.memory_mb, "build": each.build_s}[by] for each in trials
    }
    return min((each.name for each in trials if each.holds), key=costs.__getitem__, default="")
