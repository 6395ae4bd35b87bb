from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.values.sentences import sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It rains. It pours! Does it? Yes", ["It rains.", "It pours!", "Does it?", "Yes"]),
        ("It is free. [2] Or so [1].", ["It is free. [2]", "Or so [1]."]),
        ("One.[1][2] Two.", ["One.[1][2]", "Two."]),
        ("Ask Dr. Moss, e.g. at no. 5, or J. K. Lund.", ["Ask Dr. Moss, e.g. at no. 5, or J. K. Lund."]),
        ("It costs 12. Then 3.50 more.", ["It costs 12.", "Then 3.50 more."]),
        ("# A title\n\n- one\n* two. Three.\n1. four\n> five", ["A title", "one", "two.", "Three.", "four", "five"]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["a | b |", "1 | 2 |"]),
        ("“Well.” Then he left.", ["“Well.”", "Then he left."]),
        ("approx. half of it", ["approx. half of it"]),
        ("他来了。她走了！", ["他来了。", "她走了！"]),
        ("", []),
        (" \n-- \n", []),
    ],
)
def test_the_sentences_of_a_text(text: str, wanted: list[str]) -> None:
    assert cut(text) == wanted


@given(st.text(alphabet="ab .!?\n-#[]1()*", max_size=60))
def test_spans_are_in_order_and_hold_every_letter(text: str) -> None:
    spans = sentences(text)
    assert all(start < end for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert "".join(cut(text)).count("a") == text.count("a")
