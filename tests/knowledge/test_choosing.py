"""Choosing among ways to search by labelled questions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from msgspec import Struct
from tests.knowledge.test_retrievers import LAMPS, RETURNS, library

from vouch.errors import UsageError
from vouch.knowledge.choosing import Labelled, chosen, ndcg, tuned, ways
from vouch.knowledge.question import Library, Question
from vouch.knowledge.searches import dense, hybrid, keyword
from vouch.values.document import Hit

QUESTIONS = [
    Labelled("bulbs", {"lamps.md": 1.0}),
    Labelled("receipt", {"returns.md": 1.0}),
    Labelled("shoes", {"returns.md": 2.0, "lamps.md": 0.0}),
]


async def test_the_default_stays_where_nothing_is_better(tmp_path: Path) -> None:
    among = await library(tmp_path, RETURNS, LAMPS)
    found = await tuned(among, QUESTIONS)
    assert found.retriever == hybrid()
    assert (found.gain, found.error, found.questions) == (0.0, 0.0, 3)


class Nothing(Struct, frozen=True):
    name: str = "nothing()"

    async def find(self, question: Question, library: Library) -> Sequence[Hit]:
        return []


async def test_what_is_better_is_taken(tmp_path: Path) -> None:
    among = await library(tmp_path, RETURNS, LAMPS)
    found = await tuned(among, QUESTIONS * 3, retrievers=[Nothing(), keyword()])
    assert found.retriever == keyword()
    assert (found.gain, found.error, found.questions) == (1.0, 0.0, 9)
    few = await tuned(among, QUESTIONS, retrievers=[Nothing(), keyword()])
    assert few.retriever == Nothing()
    assert (await tuned(among, QUESTIONS[:1])).error == 0


def test_a_gain_must_be_larger_than_its_error() -> None:
    default = np.full(8, 0.5)
    unsure = default + np.array([0.4, -0.3, 0.1, -0.1, 0.4, -0.3, 0.1, -0.1])
    sure = default + np.array([0.05, 0.06] * 4)
    assert chosen(np.array([default, unsure])) == 0
    assert chosen(np.array([default, unsure, sure])) == 2
    assert chosen(np.array([default, default])) == 0
    assert chosen(np.array([default, sure])[:, :7]) == 0


@pytest.mark.parametrize(("questions", "most"), [(8, 30), (20, 12), (100, 1)])
def test_chance_seldom_moves_it(questions: int, most: int) -> None:
    """Ten ways that differ from the default by chance alone, a hundred times."""
    random = np.random.default_rng(0)
    moved = 0
    for _ in range(100):
        default = random.uniform(size=questions)
        others = default + random.normal(-0.02, 0.1, (10, questions))
        moved += chosen(np.vstack([default, others])) != 0
    assert moved <= most


def test_a_true_gain_is_found_with_enough_questions() -> None:
    random = np.random.default_rng(0)
    found = 0
    for _ in range(100):
        default = random.uniform(size=100)
        found += chosen(np.vstack([default, default + random.normal(0.03, 0.1, 100)]))
    assert found >= 85


def test_ndcg_by_hand() -> None:
    assert ndcg(["b", "a"], {"a": 1.0}, 10) == pytest.approx(1 / np.log2(3))
    assert ndcg(["a", "b"], {"a": 1.0, "b": 2.0}, 10) == pytest.approx((1 + 2 / np.log2(3)) / (2 + 1 / np.log2(3)))
    assert ndcg(["x", "a"], {"a": 1.0}, 1) == 0
    assert ndcg([], {"a": 1.0}, 1) == 0


async def test_what_cannot_be_tuned_is_told(tmp_path: Path) -> None:
    among = await library(tmp_path, LAMPS)
    with pytest.raises(UsageError, match="0 questions"):
        await tuned(among, [])
    with pytest.raises(UsageError, match="0 retrievers"):
        await tuned(among, QUESTIONS, retrievers=[])
    with pytest.raises(UsageError, match="bulbs"):
        await tuned(among, [Labelled("bulbs", {"lamps.md": 0.0})])


def test_the_first_way_is_the_default() -> None:
    assert ways()[0] == hybrid()
    assert len({each.name for each in ways()}) == len(ways())
    assert dense() not in ways()
