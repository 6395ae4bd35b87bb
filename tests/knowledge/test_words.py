"""Which words are compared."""

from __future__ import annotations

import pytest

from vouch.knowledge.stemming import stem
from vouch.knowledge.words import COMMON, words_of


def test_case_form_and_common_words() -> None:
    assert words_of("The CUSTOMER's straße, ﬁne_print 4.5", "none") == [
        "customer",
        "strasse",
        "fine",
        "print",
        "4",
        "5",
    ]
    assert words_of("Ünïcode Ελλάδα привет") == ["ünïcode", "ελλάδα", "привет"]
    assert words_of("to be or not to be") == []
    assert "s" in COMMON


def test_scripts_without_spaces_give_pairs() -> None:
    assert words_of("退款政策 OK") == ["退款", "款政", "政策", "ok"]
    assert words_of("xy退b") == ["xy", "退", "b"]
    assert words_of("返金ポリシー2024")[-1] == "2024"


@pytest.mark.parametrize(
    ("word", "of"),
    [
        ("policies", "policy"),
        ("returns", "returned"),
        ("returning", "return"),
        ("stopped", "stop"),
        ("makes", "making"),
        ("classes", "class"),
        ("applied", "apply"),
        ("charges", "charging"),
        ("inhibits", "inhibition"),
        ("mutated", "mutations"),
    ],
)
def test_forms_of_one_word_are_one(word: str, of: str) -> None:
    assert stem(word) == stem(of)


@pytest.mark.parametrize(
    "word", ["bus", "gas", "red", "king", "sing", "größen", "is", "class", "status", "station", "mission"]
)
def test_what_only_looks_inflected_stays(word: str) -> None:
    assert stem(word) == word


def test_different_words_stay_different() -> None:
    assert stem("general") != stem("generate")
    assert words_of("returns", "none") == ["returns"]
