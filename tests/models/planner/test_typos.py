from __future__ import annotations

import pytest

from vouch.models.planner.typos import mended

WORDS = frozenset({"order", "return", "refund", "umbrella", "chair", "exchange"})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ordre", "order"),
        ("oredr", "order"),
        ("returrn", "return"),
        ("refnd it", "refund it"),
        ("umbrlla!", "umbrella!"),
    ],
)
def test_one_slip_is_mended(typed: str, meant: str) -> None:
    assert mended(typed, WORDS) == meant


@pytest.mark.parametrize(
    "text", ["border", "order", "refinds", "chart of a hair", "two slips: oredre", "", "12345", "back"]
)
def test_other_words_are_left_alone(text: str) -> None:
    assert mended(text, WORDS) == text


def test_a_slip_that_may_mean_two_words_is_left_alone() -> None:
    assert mended("chairt", frozenset({"chairs", "chaire"})) == "chairt"
