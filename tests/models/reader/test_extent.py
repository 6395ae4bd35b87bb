from __future__ import annotations

import pytest

from vouch.models.reader import asking
from vouch.models.reader.extent import whole
from vouch.models.reader.words import words


@pytest.mark.parametrize(
    ("question", "sentence", "chosen", "wanted"),
    [
        ("What does it cost?", "It costs 32 euros a month.", "32", "32 euros"),
        ("How many euros is it?", "It costs 32 euros a month.", "32", "32"),
        ("How long is it?", "It takes 14 weeks in all.", "14", "14 weeks"),
        ("How many came?", "There came 14 people.", "14", "14"),
        ("When does it end?", "It ends on 8 May 2028.", "2028", "8 May 2028"),
        ("In what year does it end?", "It ends on 8 May 2028.", "2028", "2028"),
        ("When does it end?", "2028 is the end", "2028", "2028"),
        ("What is it called?", "It is called Rollo, 14", "14", "14"),
    ],
)
def test_a_number_keeps_its_unit_and_a_date_its_day(question: str, sentence: str, chosen: str, wanted: str) -> None:
    found = words(sentence)
    at = [word.text for word in found].index(chosen)
    first, last = whole(asking.read(question), found, at, at)
    assert sentence[found[first].start : found[last].end] == wanted
