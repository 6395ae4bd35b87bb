"""Two rankings made one."""

from __future__ import annotations

import pytest

from vouch.contracts.index import Found
from vouch.knowledge.fusion import fuse, ranked

WORDS = [Found("a", 9.0), Found("b", 3.0), Found("c", 1.0)]
NEAR = [Found("b", 0.9), Found("d", 0.6), Found("a", 0.2)]


def order(*rankings: list[list[Found]], weight: float = 0.5, fusion: str = "convex") -> list[str]:
    return [each.id for each in fuse(*rankings, weight=weight, fusion=fusion)]  # type: ignore[arg-type]


def test_weight_decides_between_words_and_meaning() -> None:
    assert order([WORDS], [NEAR], weight=0.0)[:2] == ["a", "b"]
    assert order([WORDS], [NEAR], weight=1.0)[:2] == ["b", "d"]
    assert set(order([WORDS], [NEAR])) == {"a", "b", "c", "d"}


def test_convex_by_hand() -> None:
    # Words: mean 0.5 and deviation 0.5 of (1, 0); meaning: mean 0.6 and deviation 0.2 of (0.8, 0.4).
    fused = fuse([[Found("a", 1.0)]], [[Found("b", 0.8), Found("a", 0.4)]], weight=0.75, fusion="convex")
    assert [each.id for each in fused] == ["b", "a"]
    assert [each.score for each in fused] == pytest.approx([0.75 * (1 + 1), 0.25 * (1 + 1)])


def test_reciprocal_by_hand() -> None:
    fused = dict(fuse([WORDS], [NEAR], weight=0.5, fusion="reciprocal"))
    assert fused["b"] == pytest.approx(1 / 62 + 1 / 61)
    assert fused["c"] == pytest.approx(1 / 63)


def test_nothing_found_is_no_error() -> None:
    assert fuse([[]], [[]], weight=0.5, fusion="convex") == []
    assert order([[]], [NEAR]) == ["b", "d", "a"]
    assert order([[Found("a", 2.0)], []], [[], []])[:1] == ["a"]


def test_a_part_that_finds_nothing_much_does_not_speak_as_loudly() -> None:
    loud = [Found("a", 20.0), Found("z", 1.0)]
    faint = [Found("b", 2.0), Found("z", 1.0)]
    assert order([loud, faint], [[], []]) == ["a", "b", "z"]


def test_a_chunk_counts_by_the_three_parts_it_fits_best() -> None:
    often = [[Found("often", 5.0), Found("x", 1.0)] for _ in range(9)]
    best = [[Found("best", 9.0), Found("x", 1.0)] for _ in range(3)]
    assert order([*often, *best], [[]] * 12)[:2] == ["best", "often"]


def test_equal_scores_are_ordered_by_id() -> None:
    assert [each.id for each in ranked({"b": 1.0, "a": 1.0, "c": 2.0})] == ["c", "a", "b"]
