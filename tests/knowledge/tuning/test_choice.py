"""Engines tried out: what misses too much is not chosen, and what cannot be tried is told."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.knowledge.made import WordVectors, document, entry

from vouch.contracts.index import Change, Entry, Found, Scope
from vouch.errors import ConfigError, StoreError, UsageError
from vouch.knowledge.exact.engine import ExactEngine
from vouch.knowledge.exact.snapshot import ExactIndex
from vouch.knowledge.tuning import trial
from vouch.knowledge.tuning.candidates import candidates
from vouch.knowledge.tuning.choice import Trial, tune
from vouch.knowledge.tuning.sample import made_questions
from vouch.knowledge.tuning.trial import Candidate

VECTORS = WordVectors(256)


class Lossy:
    """An index that does not find the first `skipped` of what it should."""

    def __init__(self, index: ExactIndex, skipped: int) -> None:
        self._index, self._skipped = index, skipped

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    async def nearest(self, vector: Any, limit: int, *, scope: Scope) -> Sequence[Found]:
        return (await self._index.nearest(vector, self._skipped + limit, scope=scope))[self._skipped :]


class LossyEngine(ExactEngine):
    def __init__(self, skipped: int, folder: Path) -> None:
        super().__init__(folder)
        self._skipped = skipped

    async def snapshot(self) -> Any:
        index = await super().snapshot()
        return None if index is None else Lossy(index, self._skipped)


class Empty(ExactEngine):
    async def snapshot(self) -> None:
        return None


def missing(folder: Path) -> ExactEngine:
    raise ConfigError("the engine needs a package;\ninstall it")


def broken(folder: Path) -> ExactEngine:
    raise RuntimeError("no such thing")


def deadly(folder: Path) -> ExactEngine:
    os._exit(9)


CHANCE = random.Random(3)
TEXTS = [" ".join(f"word{CHANCE.randrange(300)}" for _ in range(8)) for _ in range(80)]
QUESTIONS = [" ".join(CHANCE.sample(text.split(), 5)) for text in TEXTS[:40]]


def entries(n: int = 40) -> list[Entry]:
    """Two chunks a document, of words that are drawn."""
    pairs = zip(TEXTS[:n], TEXTS[n:], strict=True)
    return [entry(document(f"{number}.md", f"{one}.", f"{two}."), VECTORS) for number, (one, two) in enumerate(pairs)]


async def tried(*more: Candidate, questions: Sequence[str] = QUESTIONS, **settings: Any) -> Mapping[str, Trial]:
    tuned = await tune(entries(), questions, [*candidates(80), *more], VECTORS, scope=Scope(access=None), **settings)
    return {each.name: each for each in tuned.trials} | {
        "chosen": next((each for each in tuned.trials if each.name == tuned.chosen), Trial("", ""))
    }


async def test_what_misses_too_much_is_not_chosen() -> None:
    found = await tried(
        Candidate("all", "All()", partial(LossyEngine, 0)),
        Candidate("lossy", "Lossy()", partial(LossyEngine, 1)),
        target=0.8,
        k=1,
    )
    assert found["exact"].recall is None
    assert found["exact"].holds
    everything, lossy = found["all"].recall, found["lossy"].recall
    assert everything is not None
    assert lossy is not None
    assert (everything.estimate, found["all"].holds) == (1.0, True)
    assert (lossy.estimate < 0.9, found["lossy"].holds) == (True, False)
    assert lossy.confidence == pytest.approx(0.975)
    assert found["chosen"].name in ("exact", "all")
    assert all(
        found[name].cpu_ms > 0 and found[name].disk_mb > 0 and found[name].build_s > 0 for name in ("exact", "all")
    )


async def test_what_cannot_be_tried_is_told() -> None:
    found = await tried(
        Candidate("missing", "", missing),
        Candidate("broken", "", broken),
        Candidate("empty", "", Empty),
        Candidate("deadly", "", deadly),
        by="memory",
    )
    assert found["missing"].why == "the engine needs a package; install it"
    assert found["broken"].why == "RuntimeError: no such thing"
    assert "holds nothing after it was built" in found["empty"].why
    assert "ended by itself" in found["deadly"].why
    assert found["chosen"].name == "exact"


async def test_none_may_hold() -> None:
    told: list[tuple[str, int, int]] = []
    tuned = await tune(
        entries(),
        QUESTIONS,
        [Candidate("lossy", "", partial(LossyEngine, 1))],
        VECTORS,
        k=1,
        scope=Scope(access=None),
        told=lambda *each: told.append(each),
    )
    assert tuned.chosen == ""
    assert told == [("lossy", 0, 1)]
    assert (tuned.documents, tuned.chunks, tuned.questions) == (40, 80, 40)


@pytest.mark.parametrize(
    ("given", "settings", "wanted"),
    [
        ([], {}, "0 questions"),
        (["a"], {}, "1 questions"),
        (QUESTIONS, {"target": 0.0}, "target=0"),
        (QUESTIONS, {"k": 0}, "k=0"),
    ],
)
async def test_what_cannot_be_tuned(given: list[str], settings: dict[str, Any], wanted: str) -> None:
    with pytest.raises(UsageError, match=wanted):
        await tried(questions=given, **settings)


def test_questions_made_of_documents() -> None:
    found = made_questions(entries(), 10)
    assert len(found) == len(set(found)) == 10
    assert found == made_questions(entries(), 10) != made_questions(entries(), 10, seed=1)
    assert all(len(each.split()) >= 4 for each in found)
    assert made_questions([entry(document("a.md", "Too short."))], 5) == []


def test_in_the_processes_of_an_engine(tmp_path: Path) -> None:
    exact = ExactEngine(tmp_path / "exact")
    asyncio.run(exact.write(Change(entries(), embedder=VECTORS.fingerprint)))
    truth = asyncio.run(trial.truth_of(exact, VECTORS.encode(QUESTIONS), k=3, scope=Scope(access=None)))
    candidate = candidates(80)[0]
    built = trial._build(candidate, exact.folder, tmp_path / "tried")
    assert built.bytes > 10_000
    searched = trial._search(candidate, exact.folder, tmp_path / "tried", truth)
    assert list(searched.found) == [3] * len(QUESTIONS)
    assert searched.memory_mb >= 0
    lossy = Candidate("lossy", "", partial(LossyEngine, 1))
    assert sum(trial._search(lossy, exact.folder, tmp_path / "tried", truth).found) < 3 * len(QUESTIONS)
    with pytest.raises(StoreError, match="holds nothing"):
        trial._search(Candidate("empty", "", Empty), exact.folder, tmp_path / "tried", truth)
