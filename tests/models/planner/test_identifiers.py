from __future__ import annotations

from typing import Any

import pytest

from vouch.models.planner.identifiers import by_noun, by_pattern, fits
from vouch.models.planner.schema import shape

ORDER = (r"^W\d{7}$",)


def found(text: str, patterns: tuple[str, ...] = ORDER, **options: Any) -> list[Any]:
    return [mention.value for mention in by_pattern(text, patterns, **{"bare": False, **options})]


@pytest.mark.parametrize(
    "text", ["W1234567", "order w1234567, please", "#W1234567", "W 1234567", "W-1234567.", "(W1234567)"]
)
def test_ids_are_found_in_the_patterns_own_spelling(text: str) -> None:
    assert found(text) == ["W1234567"]


@pytest.mark.parametrize("text", ["W123", "XW1234567", "W12345678", "w1234567@example.com", "1234567"])
def test_other_words_are_no_ids(text: str) -> None:
    assert found(text) == []


def test_digits_may_lack_their_letters_where_nothing_else_can_be_meant() -> None:
    assert found("1234567", bare=True) == ["W1234567"]
    assert found("order number 1234567", nouns=frozenset({"order"})) == ["W1234567"]
    assert found("W1111111 or 1234567", bare=True) == ["W1111111"]
    assert found("12345", bare=True) == []


def test_a_sign_that_people_leave_out_is_put_back() -> None:
    assert found("W1234567", (r"^#W\d{7}$",)) == ["#W1234567"]


def test_the_look_of_samples_is_a_pattern() -> None:
    assert found("from gift_card_1234567", (shape("gift_card_0000000"),)) == ["gift_card_1234567"]
    assert found("i am sara_doe_496", (shape("john_smith_12"),)) == ["sara_doe_496"]
    assert found("AB-12-x", (shape("CD-9-y"),)) == []


def test_a_broken_pattern_finds_nothing_and_refuses_nothing() -> None:
    assert found("W1234567", ("(",)) == []
    assert fits("anything", ("(",))


def test_values_fit_patterns() -> None:
    assert fits("W1234567", ORDER)
    assert not fits("W1", ORDER)
    assert not fits(1234567, ORDER)


def test_ids_without_a_look_stand_next_to_their_noun() -> None:
    nouns = frozenset({"loan"})
    assert [mention.value for mention in by_noun("loan A-17", nouns, asked=False)] == ["A-17"]
    assert [mention.value for mention in by_noun("my loan is #77x", nouns, asked=False)] == ["77x"]
    assert by_noun("room 12", nouns, asked=False) == []
    assert [mention.value for mention in by_noun("A17", nouns, asked=True)] == ["A17"]
