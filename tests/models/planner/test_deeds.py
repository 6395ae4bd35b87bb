from __future__ import annotations

import pytest

from vouch.models.planner.deeds import asks_for_deed, commanded, deed, deed_as_thing, first_word, wished


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("I want to cancel it", "cancel"),
        ("could you please return it", "return"),
        ("Book a table", "book"),
        ("want to return it", "return"),
        ("", ""),
    ],
)
def test_the_verb_of_a_wish(text: str, verb: str) -> None:
    assert wished(text) == verb


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I want to give the lamp back", "giv back"),
        ("please put me through to somebody", "put through"),
        ("Track my parcel", "track"),
        ("I would like to swap it for a red one", "swap for"),
        ("I would like to swap it", "swap"),
        ("this one goes back to you", "go back"),
        ("I want the 20 euros back", "want back"),
        ("I would send the old one back", "i"),
        ("Give it back", "giv back"),
    ],
)
def test_the_deed_is_a_verb_with_its_little_word(text: str, wanted: str) -> None:
    assert deed(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Track my parcel", "track"),
        ("I want to return it", "return"),
        ("Nothing has come so far", ""),
        ("lamp in green, in stock?", ""),
        ("Is the lamp in stock?", ""),
    ],
)
def test_only_what_is_put_as_a_wish_is_commanded(text: str, wanted: str) -> None:
    assert commanded(text) == wanted


def test_a_deed_may_be_wanted_as_a_thing() -> None:
    assert deed_as_thing("Please arrange a return for the lamp") == "return"
    assert deed_as_thing("I'm asking for a full refund") == "refund"
    assert deed_as_thing("please arange a return") == "return"
    assert deed_as_thing("return it") == ""


def test_the_first_word_is_no_courtesy() -> None:
    assert first_word("Hello, please refund it") == "refund"
    assert first_word("order W12345: swap it") == "swap"
    assert first_word("") == ""


def test_requests_ask_to_have_something_done() -> None:
    assert asks_for_deed("I want to return it")
    assert not asks_for_deed("Can I pay by card?")
