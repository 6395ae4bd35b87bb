"""Rankings as arrays are those that sequences of `Found` would be."""

from __future__ import annotations

import numpy as np
import pytest

from vouch.contracts.index import Found
from vouch.knowledge.fusion import fuse
from vouch.knowledge.ranking import Named, RowRanking

NAMED = Named(["d", "b", "a", "c", "e"])


def ranking(scores: dict[int, float]) -> RowRanking:
    return RowRanking(NAMED, np.array(list(scores), np.int64), np.array(list(scores.values()), np.float32))


def test_it_is_in_order_by_score_and_then_by_id() -> None:
    found = ranking({0: 1.0, 2: 2.0, 1: 1.0})
    assert found == [("a", 2.0), ("b", 1.0), ("d", 1.0)]
    assert (found[0], found[1:], len(found)) == (Found("a", 2.0), [("b", 1.0), ("d", 1.0)], 3)
    assert hash(found) == hash(ranking({2: 2.0, 0: 1.0, 1: 1.0}))
    assert repr(found) == repr(list(found))
    assert found != "other"


def test_of_equal_ones_the_first_ids_are_the_best() -> None:
    rows, scores = np.arange(5), np.array([1, 1, 1, 1, 2], np.float32)
    assert [each.id for each in RowRanking.best(NAMED, rows, scores, 3)] == ["e", "a", "b"]
    assert [each.id for each in RowRanking.best(NAMED, rows, scores, 9)] == ["e", "a", "b", "c", "d"]


@pytest.mark.parametrize("limit", [1, 3, 40, None])
@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_it_is_fused_as_sequences_are(limit: int | None, weight: float) -> None:
    chance = np.random.default_rng(7)
    named = Named([f"chunk{number}" for number in chance.permutation(200)])
    for words_found, near_found in ((60, 60), (3, 60), (0, 60), (0, 0)):
        rankings = [
            RowRanking(named, chance.permutation(200)[:n], chance.standard_normal(n).astype(np.float32).round(1))
            for n in (words_found, near_found)
        ]
        as_rows = fuse([rankings[0]], [rankings[1]], weight=weight, fusion="convex", limit=limit)
        as_found = fuse([list(rankings[0])], [list(rankings[1])], weight=weight, fusion="convex", limit=limit)
        assert list(as_rows) == list(as_found)
        assert isinstance(as_rows, RowRanking)
