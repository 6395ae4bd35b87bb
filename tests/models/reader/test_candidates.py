from __future__ import annotations

from vouch.models.reader.candidates import LONGEST, candidates
from vouch.models.reader.words import words


def texts(sentence: str) -> list[str]:
    found = words(sentence)
    return [sentence[found[first].start : found[last].end] for first, last in candidates(found)]


def test_short_rows_of_words_that_say_something() -> None:
    found = texts("The office (opened in 2019) has $5 for 20 % of us.")
    assert {"office", "opened in 2019", "2019", "$5", "20 %"} <= set(found)
    assert not [each for each in found if each.startswith(("The", "has", "(")) or "(" in each or each.endswith("of")]


def test_clauses_up_to_the_end_of_their_part() -> None:
    found = texts("He left because it rained, and the lamp was cold.")
    assert "because it rained" in found
    assert "because it rained, and the lamp was cold" in found
    assert "because it rained; so" not in texts("He left because it rained; so he did.")
    assert "to go" not in texts("to go")


def test_no_row_is_longer_than_it_may_be() -> None:
    long = " ".join(f"word{number}" for number in range(40))
    assert max(len(each.split()) for each in texts(long)) == LONGEST
    assert texts("") == []
