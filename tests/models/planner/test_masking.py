from __future__ import annotations

import pytest

from vouch.models.planner.masking import masked


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Where is my order W1234567?", "Where is my order?"),
        ("My e-mail is ann@example.com", "My e-mail is"),
        ("Refund me 20.50 euros", "Refund me money"),
        ("I want the €129.00 back", "I want the money back"),
        ("cancel #W123-4 (12) now", "cancel now"),
        ("no facts at all", "no facts at all"),
    ],
)
def test_facts_are_gone(text: str, bare: str) -> None:
    assert masked(text) == bare


def test_what_an_id_belongs_to_goes_with_it() -> None:
    nouns = frozenset({"order", "booking"})
    assert masked("return the vase, order LH-12345", nouns) == "return the vase,"
    assert masked("swap the vase of my order for a red one", nouns) == "swap the vase for a red one"
    assert masked("cancel my order", nouns) == "cancel my order"
    assert masked("cancel LH-12345", nouns) == "cancel"
