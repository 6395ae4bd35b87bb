from __future__ import annotations

import pytest

from vouch.models.planner.tokens import in_words, shortened, singular, stem, stems, tokens


@pytest.mark.parametrize(
    "words",
    [
        "order orders ordered ordering",
        "cancel cancelled cancelling",
        "address addresses",
        "price prices",
        "delivery deliveries",
    ],
)
def test_forms_of_a_word_have_one_stem(words: str) -> None:
    assert len({stem(word) for word in words.split()}) == 1


def test_different_words_keep_different_stems() -> None:
    assert len({stem(word) for word in ["order", "return", "refund", "exchange", "status", "glass", "less"]}) == 7


def test_words_have_their_spans() -> None:
    text = "Don't cancel, John's order_12!"
    assert [text[token.start : token.end].lower() for token in tokens(text)] == [token.word for token in tokens(text)]
    assert [token.word for token in tokens(text)][:3] == ["don't", "cancel", "john's"]


def test_names_become_words() -> None:
    assert {in_words("order_id"), in_words("orderId"), in_words("order.id"), in_words("Order-ID")} == {"order id"}
    assert in_words("triangle_properties.get") == "triangle properties get"


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("orders", "order"),
        ("addresses", "address"),
        ("entries", "entry"),
        ("boxes", "box"),
        ("status", "status"),
        ("class", "class"),
    ],
)
def test_singular(many: str, one: str) -> None:
    assert singular(many) == one


def test_words_without_meaning_have_no_stems() -> None:
    assert stems("I would like to have it, please") == frozenset()
    assert stems("Where are my orders?") == {"order"}


def test_long_texts_are_cut_to_one_line() -> None:
    assert shortened("a  b\nc", 10) == "a b c"
    assert shortened("abcdefghij", 5) == "abcd…"
