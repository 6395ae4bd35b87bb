"""Texts as they are compared."""

from __future__ import annotations

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
