"""Tests of the gate: pairs that mean nearly the same and must not share an answer, and pairs that may."""

from __future__ import annotations

import pytest

from vouch.serve.cache.gate import agree, marks_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I enable two-factor login?", "How do I disable two-factor login?"),
        ("How do I turn it on?", "How do I turn it off?"),
        ("Is the fee charged?", "Is the fee not charged?"),
        ("I can pay by card", "I can't pay by card"),
        ("Can I pay with a card?", "can i pay without a card?"),
        ("What is the limit for 50 EUR?", "What is the limit for 500 EUR?"),
        ("two tickets to the show", "three tickets to the show"),
        ("How far is it to Paris?", "How far is it to Rome?"),
        ("why was I charged", "when was I charged"),
        ("can I call you later", "can you call me later"),
        ("What happens on monday", "What happens on tuesday"),
        ('the word "ship" in French', 'the word "sheep" in French'),
        ("a plan for 20%", "a plan for 20$"),
        ("is version 3.11 supported", "is version 3.12 supported"),
    ],
)
def test_what_differs_in_a_word_on_which_the_answer_hangs(one: str, other: str) -> None:
    assert not agree(marks_of(one), marks_of(other))
    assert not agree(marks_of(other), marks_of(one))
    assert agree(marks_of(one), marks_of(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Where is my card?", "where is my card"),
        ("How do I reset my PIN", "How can I reset my PIN?"),
        ("I don't know where it is", "I do not know where it is"),
        ("give me two of them", "give me 2 of them"),
        ("WHERE IS MY CARD", "where is my card"),
        ("Where's my card? It's late.", "where is my card? it is late"),
        ("turn the volume up", "turn up the volume"),
    ],
)
def test_what_is_only_said_in_other_words(one: str, other: str) -> None:
    assert agree(marks_of(one), marks_of(other))
