"""The stems of English words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.scorers.porter import stem

ENDINGS = re.findall(
    r"\w+",
    """
    ational tional enci anci izer bli alli entli eli ousli ization ation ator alism iveness fulness ousness aliti iviti
    biliti fulli logi icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement ment ent ion sion
    tion ou ism ate iti ous ive ize e ll s ss sses ed eed ing ied ies y at bl iz""",
)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("caresses", "caress"),
        ("ponies", "poni"),
        ("dies", "die"),
        ("spied", "spi"),
        ("tied", "tie"),
        ("feed", "feed"),
        ("agreed", "agre"),
        ("conflated", "conflat"),
        ("hopping", "hop"),
        ("falling", "fall"),
        ("filing", "file"),
        ("happy", "happi"),
        ("enjoy", "enjoy"),
        ("relational", "relat"),
        ("archaeology", "archaeolog"),
        ("radically", "radic"),
        ("adoption", "adopt"),
        ("controlling", "control"),
        ("rate", "rate"),
        ("skies", "sky"),
        ("by", "by"),
        ("2024s", "2024"),
    ],
)
def test_words_have_these_stems(word: str, expected: str) -> None:
    assert stem(word) == expected


@given(st.text("aeiouybcdlstz9", max_size=6), st.sampled_from(ENDINGS), st.sampled_from(["", *ENDINGS]))
def test_stems_are_those_of_nltk(beginning: str, ending: str, last: str) -> None:
    porter = pytest.importorskip("nltk.stem.porter")
    word = beginning + ending + last
    assert stem(word) == porter.PorterStemmer().stem(word)
