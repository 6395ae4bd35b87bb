from __future__ import annotations

import pytest

from vouch.models.reader.asking import read


@pytest.mark.parametrize(
    ("question", "kinds", "focus"),
    [
        ("In what country is Normandy?", ("what", "what-place"), "country"),
        ("Who leads the team?", ("who", "who"), "lead"),
        ("Whose cat is it?", ("who", "who"), "cat"),
        ("Where is the cat?", ("where", "where"), "cat"),
        ("Why is it so?", ("why", "why"), ""),
        ("When did it end?", ("when", "when"), "end"),
        ("In which year was it opened?", ("when", "when"), "year"),
        ("How many people are there?", ("many", "many"), "peopl"),
        ("What does a lamp cost?", ("many", "many"), "cost"),
        ("How many days may I keep it?", ("long", "long"), "day"),
        ("How long is it?", ("long", "long"), "long"),
        ("How does it work?", ("how", "how"), "work"),
        ("What is the yearly limit for a gym?", ("what", "what-number-is"), "limit"),
        ("What did Rollo say?", ("what", "what-does"), "rollo"),
        ("Which paint is used?", ("what", "what-thing"), "paint"),
        ("What is it?", ("what", "what-is"), ""),
        ("Tell me about lamps", ("none", "none"), "tell"),
        ("", ("none", "none"), ""),
    ],
)
def test_what_is_asked_for(question: str, kinds: tuple[str, str], focus: str) -> None:
    found = read(question)
    assert (found.kinds, found.focus) == (kinds, focus)


def test_the_words_a_question_says() -> None:
    found = read("In 1995, how many lamps did Mira Lund sell?")
    assert found.stems == {"1995", "lamp", "mira", "lund", "sell"}
    assert found.names == {"mira", "lund"}
    assert found.numbers == {"1995"}
