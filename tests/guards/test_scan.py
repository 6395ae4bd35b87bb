"""Patterns in long texts, with both engines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guards.engines import without
from vouch.errors import AppError, ConfigError
from vouch.guards.scan import (
    PlainScanner,
    PlainSignals,
    Re2Scanner,
    Re2Signals,
    all_of,
    has_re2,
    optional,
    scanner,
    users_scanner,
)

pytest.importorskip("re2")
PATTERN = r"[a-c]{2,3}[0-9]|[^\x00-\x7f]x"


@given(st.text(alphabet="abc19x é😀\ud800\n", max_size=60))
def test_both_engines_find_the_same_places(text: str) -> None:
    found = list(Re2Scanner(PATTERN).spans(text))
    if "\ud800" in text:  # half a pair is a character to `re` alone
        found = [span for span in found if text[span.start] != "\ud800"]
        assert found == [span for span in PlainScanner(PATTERN).spans(text) if text[span.start] != "\ud800"]
    else:
        assert found == list(PlainScanner(PATTERN).spans(text))


CLOSE = "[0-9]{2}x?"


@given(st.lists(st.sampled_from(["12x", "12 ", "é12", "1", "word ", "😀 ", "a" * 700, "12" * 400]), max_size=300))
def test_where_matches_stand_close_together_the_same_places_are_found(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert list(Re2Scanner(CLOSE, CLOSE).spans(text)) == list(PlainScanner(CLOSE).spans(text))


def test_a_long_match_in_a_crowd_is_found_whole() -> None:
    text = "ab " * 40 + "a" * 2_000 + "b " + "ab " * 40
    assert list(Re2Scanner("a+b", "a+b").spans(text)) == list(PlainScanner("a+b").spans(text))


@given(st.text(alphabet="abc 1", max_size=40))
def test_both_engines_find_the_same_patterns(text: str) -> None:
    patterns = [r"\ba", "b1", "c+ ", "[0-9]{3}"]
    assert Re2Signals(patterns).found(text.encode()) == PlainSignals(patterns).found(text.encode())


def test_places_are_characters_and_only_the_first_are_given_when_asked(engine: str) -> None:
    scan = scanner("[0-9]+")
    assert list(scan.spans("é1 😀22 ü333")) == [(1, 2), (4, 6), (8, 11)]
    assert list(scan.spans("é1 😀22 ü333", 1)) == [(1, 2)]
    assert has_re2() is (engine == "re2")


def test_many_patterns_at_once(engine: str) -> None:
    assert all_of(["a.c", "zz", "[0-9]"]).found(b"abc 1") == {0, 2}


def test_a_users_pattern_may_be_one_that_re2_cannot_read(engine: str) -> None:
    assert list(users_scanner("own", "a(?=b)").spans("ac ab")) == [(3, 4)]
    assert list(users_scanner("own", "EMP-[0-9]+").spans("is EMP-12")) == [(3, 9)]


@pytest.mark.parametrize("pattern", ["(", "a{99999999999999999999}"])
def test_an_unreadable_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(AppError, match=r"pattern 'own': .* cannot be read"):
        users_scanner("own", pattern)


def test_a_pattern_that_matches_nothing_is_refused() -> None:
    with pytest.raises(AppError, match="also matches nothing at all"):
        users_scanner("own", "a*")


def test_a_missing_package_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "phonenumbers")
    with pytest.raises(ConfigError, match=r"pip install 'vouch-llm\[guards\]', or do without"):
        optional("phonenumbers", package="phonenumberslite", guard="personal()", without="or do without")
