"""Bytes become text."""

from __future__ import annotations

import pytest

from vouch.knowledge.reading.decoding import decoded
from vouch.knowledge.reading.limits import LIMITS, Limits, Unreadable


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_text_is_read_in_the_encodings_people_use(encoding):
    assert decoded("Grüße\r\nan\ralle".encode(encoding), LIMITS) == "Grüße\nan\nalle"


def test_a_declared_encoding_comes_first_and_an_unknown_one_is_passed_over():
    data = "灯".encode("shift_jis")
    assert decoded(data, LIMITS, declared="shift_jis") == "灯"
    assert decoded("灯".encode(), LIMITS, declared="no-such") == "灯"


def test_binary_files_and_too_much_text_are_refused():
    with pytest.raises(Unreadable, match="it is no text: it holds control characters"):
        decoded(bytes(range(256)), LIMITS)
    with pytest.raises(Unreadable, match=r"it holds 11 characters, more than 10; raise Limits.characters"):
        decoded(b"01234567890", Limits(characters=10))
    assert decoded(b"a\0" + b"b" * 500, LIMITS) == "a�" + "b" * 500
