"""Tests of taking JSON apart without losing anything."""

from __future__ import annotations

from typing import Any

import pytest

from vouch.models.wording import arguments_of, count, counts, data_of, grow, parsed, text_of


@pytest.mark.parametrize(
    ("text", "value"),
    [("", {}), ('{"a": 1}', {"a": 1}), ("{broken", {"arguments": "{broken"}), ("[1]", {"arguments": "[1]"})],
)
def test_arguments_become_an_object(text: str, value: Any) -> None:
    assert arguments_of(text) == value


def test_json_that_is_broken_is_what_was_said_instead() -> None:
    assert parsed("[" * 100_000, 7) == 7
    assert parsed("1") == 1


@pytest.mark.parametrize(
    ("url", "media", "words"),
    [
        ("data:text/plain;base64,aGk=", "text/plain", "hi"),
        ("data:,a%20b", "text/plain", "a b"),
        ("data:text/csv,1%2C2", "text/csv", "1,2"),
        ("data:text/plain;base64,é", "text/plain", ""),
        ("data:text/plain;base64,a", "text/plain", ""),
    ],
)
def test_data_urls(url: str, media: str, words: str) -> None:
    held = data_of(url)
    assert held is not None
    assert (held.media, text_of(held)) == (media, words)
    assert data_of("https://x/y") is None


def test_counts_are_never_below_nothing() -> None:
    assert [count(value) for value in (None, 3, 2.0, -1, True, "7")] == [0, 3, 2, 0, 0, 0]
    assert counts(a=1, b=0, c=None) == {"a": 1}
    assert counts(a=0) is None


def test_objects_grow_by_pieces() -> None:
    whole: dict[str, Any] = {}
    grow(whole, {"list": [{"index": 0, "type": "t", "text": "a"}], "deep": {"x": 1}, "word": "one", "none": None})
    grow(whole, {"list": [{"index": 0, "type": "t", "text": "b", "seal": "s"}, "plain"], "deep": {"y": 2}})
    grow(whole, {"list": [{"index": 1, "type": "t", "text": "c"}, {"text": "d"}], "word": "two", "deep": None})
    assert whole == {
        "list": [
            {"index": 0, "type": "t", "text": "ab", "seal": "s"},
            "plain",
            {"index": 1, "type": "t", "text": "c"},
            {"text": "d"},
        ],
        "deep": {"x": 1, "y": 2},
        "word": "two",
        "none": None,
    }
