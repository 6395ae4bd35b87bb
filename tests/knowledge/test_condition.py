"""Conditions are read without ever being run, and hold as their words say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.contracts.index import Compare, Every, Has, Negation, Some
from vouch.errors import UsageError
from vouch.knowledge.condition import holds, read_condition

FACTS: dict[str, Any] = {"topic": "cards", "year": 2024, "rate": 1.5, "draft": False, "tags": ["a", 7], "empty": ""}


@pytest.mark.parametrize(
    "text",
    [
        'topic == "cards"',
        "topic == 'cards' and year >= 2024",
        "year > 2023 and year < 2025 and year <= 2024 and rate < 2 and rate == 1.5",
        "topic in ['x', \"cards\"]",
        "year in [1, 2024]",
        "tags contains 'a'",
        "tags contains 7",
        "topic contains 'ard'",
        "not draft",
        "topic",
        "not missing",
        "missing != 'x'",
        "not (topic == 'x' or year == 1)",
        "topic == 'x' or topic == 'y' or year == 2024",
        "draft == false",
        "topic > 'car'",
        "topic <= 'cards'",
    ],
)
def test_what_holds(text: str) -> None:
    assert holds(read_condition(text), FACTS)


@pytest.mark.parametrize(
    "text",
    [
        "topic == 'Cards'",
        "topic > 5",
        "year > '2023'",
        "draft < 1",
        "missing == 'x'",
        "missing < 1",
        "missing contains 'x'",
        "year contains 2",
        "tags contains 'b'",
        "year == true",
        "draft == 0",
        "draft in [0, 1]",
        "empty",
        "topic == 'cards' and draft",
        "year < -3",
    ],
)
def test_what_does_not_hold(text: str) -> None:
    assert not holds(read_condition(text), FACTS)


def test_and_binds_closer_than_or() -> None:
    assert read_condition("a or b and not c") == Some((Has("a"), Every((Has("b"), Negation(Has("c"))))))
    assert read_condition("(a or b) and c") == Every((Some((Has("a"), Has("b"))), Has("c")))


def test_quotes_and_numbers() -> None:
    assert read_condition(r"""say == "a \"b\" \\ 'c'" """) == Compare("say", "==", "a \"b\" \\ 'c'")
    assert read_condition("x-y.z_1 >= -2.50") == Compare("x-y.z_1", ">=", -2.5)
    assert read_condition("größe == 3") == Compare("größe", "==", 3)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "character 1 the name of a field is wanted, but it ends"),
        ("topic ==", "a value"),
        ("topic == cards", "found 'cards'"),
        ("topic = 'x'", "`and`, `or`, or the end"),
        ("topic == 'x", "a value"),
        ("topic in 'x'", "`[` is wanted"),
        ("topic in ['x'", "`]` is wanted"),
        ("(topic", "`)` is wanted"),
        ("a and and b", "the name of a field"),
        ("a b", "found 'b'"),
        ("in == 3", "the name of a field"),
        ("__import__('os')", "found '('"),
        ("x == 3abc", "a value"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(text: str, wanted: str) -> None:
    with pytest.raises(UsageError) as error:
        read_condition(text)
    assert wanted in str(error.value)


def test_size_and_depth_have_limits() -> None:
    with pytest.raises(UsageError, match="flatter"):
        read_condition("not " * 60 + "a")
    with pytest.raises(UsageError, match="10000 characters"):
        read_condition("a" * 10_001)
    with pytest.raises(UsageError, match="give text"):
        read_condition(7)  # type: ignore[arg-type]


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["a", "and", "or", "not", "(", ")", "==", "'x'", "3", "in", "[", "]"])).map(" ".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        condition = read_condition(text)
    except UsageError:
        return
    assert holds(condition, {}) in (True, False)
