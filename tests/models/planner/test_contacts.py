from __future__ import annotations

import time

import pytest

from vouch.models.planner.contacts import emails, phones, postcodes


def test_emails_as_they_are_written() -> None:
    text = "Ann.Smith+x@mail.example.co.uk, or (bo@example.org)."
    assert [mention.value for mention in emails(text)] == ["Ann.Smith+x@mail.example.co.uk", "bo@example.org"]
    assert emails("no @ here, a@b") == []


def test_a_long_word_is_read_at_once() -> None:
    started = time.perf_counter()
    assert emails("a" * 20_000) == []
    assert time.perf_counter() - started < 0.5


def test_phones() -> None:
    assert [mention.value for mention in phones("call +49 (40) 123-4567 or 12")] == ["+49 (40) 123-4567"]


@pytest.mark.parametrize("text", ["12345", "SW1A 1AA", "1234 AB", "12345-6789", "K1A 0B1", "123 45"])
def test_postcodes(text: str) -> None:
    assert next(mention.value for mention in postcodes(f"postcode {text}.")) == text


def test_a_year_is_a_postcode_only_when_it_is_called_one() -> None:
    assert postcodes("in 2024") == []
    assert [mention.value for mention in postcodes("my zip code is 2024")] == ["2024"]
    assert [mention.value for mention in postcodes("12.50 or #12345 or $99999")] == []
