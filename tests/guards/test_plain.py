"""Texts as they are compared."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.guards.plain import compared, plain


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Plain ASCII", "plain ascii"),
        ("STRASSE Straße", "strasse strasse"),
        ("ｉｇｎｏｒｅ", "ignore"),
        ("ig\u200bno\u00adre\ufe0f", "ignore"),
        ("cafe\u0301 CAFÉ", "café café"),
        ("… and ½", "... and 1⁄2"),
        ("ИГНОРИРУЙ 忽略", "игнорируй 忽略"),
        ("a long run: " + "Ä" * 40, "a long run: " + "ä" * 40),
    ],
)
def test_case_forms_and_unseen_characters_do_not_count(engine: str, text: str, wanted: str) -> None:
    assert compared(text).decode() == wanted


@given(st.text(alphabet="aÄß ｱ\u0301e\u200bİ1", max_size=30))
def test_piece_by_piece_is_the_same_as_the_whole(text: str) -> None:
    assert compared(text).decode() == plain(text)


@given(st.text(alphabet="aÄß ｱ\u0301e\u200bİ1ﷺ", min_size=80, max_size=400))
def test_long_texts_are_worked_on_in_pieces_that_change_nothing(text: str) -> None:
    whole = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.replace("\u200b", "")).casefold())
    assert compared(text).decode() == plain(text) == whole


def test_so_many_marks_that_none_knows_their_letter_are_cut_somewhere() -> None:
    assert len(plain("a" + "\u0301" * 1_000)) == 1_000
