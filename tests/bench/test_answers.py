from __future__ import annotations

import pytest

from vouch.bench.answers import CorpusMeant, after, first_line, label_reader, meant
from vouch.scorers.label import label
from vouch.scorers.label_f1 import label_f1
from vouch.scorers.squad import squad
from vouch.values.case import Case
from vouch.values.result import Result

LABELS = ("card_arrival", "not_entailment", "entailment", "oos")


@pytest.mark.parametrize(
    ("output", "answer"),
    [
        ("card_arrival", "card_arrival"),
        ("  Label: **Card arrival**.\nBecause it asks for a card.", "card_arrival"),
        ("It speaks of a card.\nlabel: card-arrival", "card_arrival"),
        ('"OOS"', "oos"),
        ("not entailment", "not_entailment"),
        ("entailment", "entailment"),
        ("It is card_arrival", "It is card_arrival"),
        ("", ""),
    ],
)
def test_a_label_is_read_whatever_stands_around_it(output: str, answer: str) -> None:
    assert label_reader("Label", LABELS)(output) == answer


def test_what_stands_behind_the_word_counts_and_of_that_the_first_line() -> None:
    assert after("Summary", "Summary: one\ntwo") == "one\ntwo"
    assert first_line("Answer", "\n\n “Paris”. \nin France") == "Paris"


async def test_a_scorer_judges_what_was_meant() -> None:
    scorer = meant(label(), label_reader("Label", LABELS))
    case = Case("c", "?", "card_arrival")
    assert (await scorer.score(case, Result("r", "answered", "Label: Card arrival"))).right
    assert (await scorer.score(case, Result("r", "answered", "oos"))).value == 0.0
    failed = await scorer.score(case, Result("r", "failed", "card_arrival", why="no model"))
    assert (failed.value, scorer.name) == (0.0, "label")


def test_a_corpus_scorer_stays_one() -> None:
    scorer = meant(label_f1(), label_reader("Label", LABELS))
    assert isinstance(scorer, CorpusMeant)
    tally = scorer.tally(Case("c", "?", "card_arrival"), Result("r", "answered", "Card arrival"))
    assert tally == {"hit card_arrival": 1.0}
    assert scorer.figure(tally) == 1.0
    assert not isinstance(meant(squad(), str.strip), CorpusMeant)
