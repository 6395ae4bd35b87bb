from __future__ import annotations

import pytest

from vouch.models.reader import asking
from vouch.models.reader.fitting import fits
from vouch.models.reader.words import words


@pytest.mark.parametrize(
    ("question", "can", "cannot"),
    [
        ("How many lamps are there?", ["14", "two lamps"], ["lamps"]),
        ("How long does it take?", ["14 weeks"], ["weeks", "Tuesday"]),
        ("When does it end?", ["2028", "8 May", "07:30"], ["the end", "14 weeks"]),
        ("At what time does it end?", ["07:30"], ["2028"]),
        ("In what year did it end?", ["2028"], ["07:30", "14"]),
        ("On which weekday is it?", ["Tuesday"], ["14 weeks", "lamps"]),
        ("Who leads it?", ["Mira Lund", "the director"], ["2028", "14 weeks"]),
        ("Where is it?", ["Lisbon"], ["2028"]),
        ("Which form is it?", ["HR-417", "form HR-417"], ["made", "417"]),
        ("What is it?", ["a lamp", "14"], []),
    ],
)
def test_what_can_be_an_answer(question: str, can: list[str], cannot: list[str]) -> None:
    asked = asking.read(question)
    assert [text for text in can if not fits(asked, words(text))] == []
    assert [text for text in cannot if fits(asked, words(text))] == []
