from __future__ import annotations

from typing import Any

import pytest

from vouch.models.planner.numbers import lists, numbers


def found(text: str) -> list[tuple[Any, str]]:
    return [(mention.value, mention.sign) for mention in numbers(text)]


@pytest.mark.parametrize(
    ("text", "value", "sign"),
    [
        ("5 apples", 5, "apples"),
        ("$1,200.50", 1200.5, "money"),
        ("12,50 €", 12.5, "money"),
        ("20 euros", 20, "money"),
        ("8%", 8, "share"),
        ("8 percent", 8, "share"),
        ("10m long", 10, "m"),
        ("5k euros", 5000, "money"),
        ("2 million people", 2_000_000, "million"),
        ("300K", 300, "k"),
        ("-3 degrees", -3, "degrees"),
        ("twenty five books", 25, "books"),
        ("two hundred dollars", 200, "money"),
        ("a dozen eggs", 12, "eggs"),
        ("a couple of days", 2, "days"),
    ],
)
def test_one_number(text: str, value: float, sign: str) -> None:
    assert found(text) == [(value, sign)]
    assert isinstance(found(text)[0][0], type(value))


@pytest.mark.parametrize(
    "text", ["W1234567", "the 3rd one", "at 5pm", "2025-05-03", "1.2.3", "one of them", "a book", "#12-34"]
)
def test_what_is_no_number(text: str) -> None:
    assert found(text) == []


def test_lists_in_brackets() -> None:
    assert [mention.value for mention in lists("A [3, 4.5, -5] and B (1, 2)")] == [[3, 4.5, -5], [1, 2]]
    assert lists("(see 3) [x]") == []
