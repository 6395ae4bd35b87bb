"""chrF and chrF++, equal to sacrebleu."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch import scorers
from vouch.scorers.corpus import total

from .given import pair, scored

SENTENCES = st.lists(st.sampled_from(["cat", "Cats", "(sat", "on!", "-", '"x"', "日本", "a", "é"]), max_size=7).map(
    " ".join
)


async def test_values_counted_by_hand() -> None:
    assert (await scored(scorers.chrf(), "ab", "ab")).right
    # One character of two, none of the pair: P = R = (1/2 + 0) / 2.
    assert (await scored(scorers.chrf(), "ab", "ax")).value == pytest.approx(0.25)
    assert (await scored(scorers.chrf(), ["xy", "ab"], "ab")).right
    assert (await scored(scorers.chrf(), "ab", "")).value == 0.0
    # As sacrebleu 2.6.0 says: 74.15760517158203 and 74.20957264047794.
    pair_ = ("the cat sat on the mat", "the cat on the mat")
    assert (await scored(scorers.chrf(), *pair_)).value == pytest.approx(0.7415760517158203, abs=1e-12)
    assert (await scored(scorers.chrf(words=True), *pair_)).value == pytest.approx(0.7420957264047794, abs=1e-12)
    assert (scorers.chrf().name, scorers.chrf(words=True).name) == ("chrf", "chrf++")


def test_a_run_without_an_answer_counts_as_an_empty_one() -> None:
    tally = scorers.chrf().tally(*pair("ab", "ab", status="stopped"))
    assert tally is not None
    assert (tally["output 0"], tally["reference 0"]) == (0, 2)
    assert scorers.chrf().tally(*pair(None, "ab")) is None


@given(
    st.integers(1, 3).flatmap(lambda n: st.lists(st.tuples(SENTENCES, *[SENTENCES] * n), min_size=1, max_size=4)),
    st.booleans(),
)
def test_values_are_those_of_sacrebleu(rows: list[tuple[str, ...]], words: bool) -> None:
    library = pytest.importorskip("sacrebleu.metrics")
    chrf, theirs = scorers.chrf(words=words), library.CHRF(word_order=2 if words else 0)
    outputs, references = [row[0] for row in rows], [list(row[1:]) for row in rows]
    tallies = [chrf.tally(*pair(several, output)) for several, output in zip(references, outputs, strict=True)]
    wanted = theirs.corpus_score(outputs, [list(column) for column in zip(*references, strict=True)]).score
    assert chrf.figure(total(tally for tally in tallies if tally)) == pytest.approx(wanted / 100, abs=1e-12)
