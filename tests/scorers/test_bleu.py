"""BLEU, equal to sacrebleu."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch import scorers
from vouch.scorers.bleu import tokens
from vouch.scorers.corpus import total

from .given import pair, scored

SENTENCES = st.lists(
    st.sampled_from(
        [
            "the",
            "cat",
            "Sat.",
            "on",
            "a",
            "mat,",
            "3.5",
            "1,000",
            "-",
            "U.S.",
            "x-y",
            "5-6",
            "&quot;hi&quot;",
            "é",
            "(ok)",
        ]
    ),
    max_size=9,
).map(" ".join)


def test_words_are_cut_as_in_mteval_13a() -> None:
    assert tokens('He said: "5-6%, U.S. &amp; 1,000.5" end-\nless') == (
        ["He", "said", ":", '"', "5", "-", "6", "%", ",", "U", ".", "S", ".", "&", "1,000.5", '"', "endless"]
    )


async def test_a_case_has_its_own_value() -> None:
    assert (await scored(scorers.bleu(), "the cat sat on the mat", "the cat sat on the mat")).right
    # As sacrebleu 2.6.0 says: 40.93653765389909.
    score = await scored(scorers.bleu(), "the cat sat on the mat", "the cat on the mat")
    assert score.value == pytest.approx(0.4093653765389909, abs=1e-12)
    assert (await scored(scorers.bleu(), "the cat", "a dog")).value == 0.0
    assert (await scored(scorers.bleu(), ["a dog", "the cat"], "the cat")).right
    assert (await scored(scorers.bleu(), "the cat", "")).value == 0.0


def test_over_a_set_all_words_count_together() -> None:
    bleu = scorers.bleu()
    outcomes = [pair("the cat sat on the mat", "the cat sat on the mat"), pair("yes", "no")]
    tallies = [bleu.tally(*outcome) for outcome in outcomes]
    figure = bleu.figure(total(tally for tally in tallies if tally is not None))
    # (6 / 7 words, 5 / 5 pairs, 4 / 4, 3 / 3)
    assert figure == pytest.approx((6 / 7) ** 0.25)
    assert bleu.figure(total([bleu.tally(*pair("a b c", "a b c")) or {}])) == 0.0


def test_a_run_without_an_answer_counts_as_an_empty_one() -> None:
    tally = scorers.bleu().tally(*pair("the cat", "the cat", status="failed"))
    assert tally is not None
    assert (tally["output"], tally["reference"], tally["matched 1"]) == (0, 2, 0)
    assert scorers.bleu().tally(*pair(7, "the cat")) is None


@given(st.integers(1, 3).flatmap(lambda n: st.lists(st.tuples(SENTENCES, *[SENTENCES] * n), min_size=1, max_size=5)))
def test_values_are_those_of_sacrebleu(rows: list[tuple[str, ...]]) -> None:
    library = pytest.importorskip("sacrebleu.metrics")
    bleu = scorers.bleu()
    outputs, references = [row[0] for row in rows], [list(row[1:]) for row in rows]
    tallies = [bleu.tally(*pair(several, output)) for several, output in zip(references, outputs, strict=True)]
    wanted = library.BLEU().corpus_score(outputs, [list(column) for column in zip(*references, strict=True)]).score
    assert bleu.figure(total(tally for tally in tallies if tally)) == pytest.approx(wanted / 100, abs=1e-12)


@given(SENTENCES, st.lists(SENTENCES, min_size=1, max_size=3))
async def test_a_case_is_worth_what_sentence_bleu_says(output: str, references: list[str]) -> None:
    library = pytest.importorskip("sacrebleu.metrics")
    wanted = library.BLEU(effective_order=True).sentence_score(output, references).score
    assert (await scored(scorers.bleu(), references, output)).value == pytest.approx(wanted / 100, abs=1e-9)
