from __future__ import annotations

import pytest

from vouch.contracts.knowledge import Passage
from vouch.knowledge.marks import marks, without

PASSAGES = [
    Passage("policy/returns.md", "Returns are free.", 1.0),
    Passage("policy/gifts.md", "Gift cards last.", 0.9),
    Passage("policy/returns.md", "Shoes are kept.", 0.8),
]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Free [1].", [(0,)]),
        ("Free [1, 2].", [(0, 1)]),
        ("Free [1][3].", [(0,), (2,)]),
        ("Free [^2].", [(1,)]),
        ("Free [9].", [()]),
        ("Free [0].", [()]),
        ("Free [policy/gifts.md].", [(1,)]),
        ("Free [returns.md].", [(0, 2)]),
        ("Free [source: 2], [document policy/gifts.md].", [(1,), (1,)]),
        ("Free [sic], as [here](https://example.org).", []),
        ("Free [1](x).", []),
        ("Free [1, sic].", []),
        ("Nothing.", []),
    ],
)
def test_marks_point_at_passages(text: str, places: list[tuple[int, ...]]) -> None:
    assert [mark.passages for mark in marks(text, PASSAGES)] == places


def test_a_mark_is_taken_out_with_the_blanks_before_it() -> None:
    text = "Free  [1], and [sic] more [2]."
    assert without(text, marks(text, PASSAGES)) == "Free, and [sic] more."
