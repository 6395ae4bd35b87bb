"""Tests of where a value stands: whole words, in text and in JSON, whatever the value is made of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec
import pydantic
import pytest

from vouch.contracts.policy import PastCall
from vouch.provenance.traces import stands_in, stands_in_any, take_note, whence


class Kind(Enum):
    CARD = "card"


class Address(pydantic.BaseModel):
    street: str


@pytest.mark.parametrize(
    ("value", "text", "found"),
    [
        ("Ann", "ask Ann today", True),
        ("Ann", "ask Annabel", False),
        ("DE89 3704", '{"iban": "DE89 3704"}', True),
        ('say "hi"', msgspec.json.encode(['say "hi"']).decode(), True),
        (17, "order 17.", True),
        (17, "order 170", False),
        (Decimal("4.20"), "pay 4.20 now", True),
        (date(2026, 1, 2), "due 2026-01-02", True),
        (Kind.CARD, "by card", True),
        (["Ann", "Bob"], "Ann and Bob", True),
        (["Ann", "Bob"], "Ann", False),
        ({"name": "Ann", "age": None}, "name: Ann, age: none", True),
        ({"name": "Ann"}, "name: Ann", True),
        ({"Mallory": 500}, "500", False),
        ([True, "Ann"], "Ann", False),
        ([True, "Ann"], "[true, Ann]", True),
        (Address(street="Main 1"), "at Main 1.", True),
        (5, "it is -5 EUR", False),
        (12, "12.50", False),
        (50, "12.50", False),
        (5, "pay 5.", True),
        ("example.org", "ann@example.org", False),
        ("000", "1,000", False),
        ("", "anything", False),
        (True, "True", False),
        ([], "anything", False),
    ],
)
def test_a_value_stands_in_a_text_as_whole_words(value: Any, text: str, *, found: bool) -> None:
    assert stands_in(value, text) == found


def test_whoever_is_asked_sees_which_argument_stands_where() -> None:
    calls = [
        PastCall("mail", "{}", "pay DE12 345 to the plumber", untrusted=True),
        PastCall("notes", "{}", "the plumber was here", untrusted=True),
        PastCall("book", "{}", "Ann", untrusted=False),
    ]
    arguments = {"account": "DE12 345", "to": ["plumber", "Ann"], "by": "Ann", "amount": 5, "of": "a"}
    assert whence(arguments, calls) == {"account": ("mail",), "to": ("mail", "notes")}


def test_of_many_texts_the_one_that_holds_a_value_is_found() -> None:
    texts = [f"{place} Long Street, {place} Short Street " * 50 for place in range(40)]
    assert stands_in_any("7 Long Street", texts)
    assert not stands_in_any("7 Wide Street", texts)
    assert not stands_in_any([], texts)


def test_so_much_is_searched_and_no_more_then_a_person_is_asked() -> None:
    # All words of the value are in every text, so that each has to be searched.
    near = [f"Street Long {place} " + "word " * 8_000 for place in range(4)]
    assert not stands_in_any("Long Street", [*near, "Long Street"])
    assert stands_in_any("Long Street", ["Long Street", *near])


def test_a_word_that_stands_too_often_within_others_is_not_sought_for_ever() -> None:
    assert stands_in(5, "15 " * 100 + "5")
    assert not stands_in(5, "15 " * 1_000 + "5")


def test_the_words_of_the_last_texts_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vouch.provenance.traces._KEPT", 3)
    take_note("one two")
    assert stands_in_any("two", ["one two", "three four", "five six seven eight"])
    assert stands_in_any("eight", ["one two", "three four", "five six seven eight"])


def test_a_tool_is_named_once_for_an_argument() -> None:
    calls = [PastCall("mail", "{}", f"Ann {place}", untrusted=True) for place in range(3)]
    assert whence({"to": "Ann"}, calls) == {"to": ("mail",)}
