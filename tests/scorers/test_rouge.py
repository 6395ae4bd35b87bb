"""ROUGE, equal to rouge-score."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch import scorers
from vouch.errors import AppError
from vouch.scorers.rouge import Unit, best_overlap, longest_common, overlap, words

from .given import scored

SENTENCES = st.lists(
    st.sampled_from(["The", "cats", "cat", "sat,", "running", "runs", "on-line", "3.5", "É", "mats!"]),
    max_size=12,
).map(" ".join)


@pytest.mark.parametrize(
    ("unit", "precision", "recall"), [("1", 4 / 5, 4 / 6), ("2", 2 / 4, 2 / 5), ("L", 4 / 5, 4 / 6)]
)
def test_values_counted_by_hand(unit: Unit, precision: float, recall: float) -> None:
    found = overlap(words("the cat sat on the mat"), words("the cat lay on the"), unit)
    assert (found.precision, found.recall) == (precision, recall)
    assert found.f == pytest.approx(2 * precision * recall / (precision + recall))


async def test_the_measure_and_the_stems_can_be_chosen() -> None:
    assert (await scored(scorers.rouge("1", measure="recall"), "cats sat", "a cat")).value == 0.0
    assert (await scored(scorers.rouge("1", measure="recall", stemmed=True), "cats sat", "a cats")).value == 0.5
    assert (await scored(scorers.rouge("1", measure="precision", stemmed=True), "trees", "tree")).value == 1.0
    assert scorers.rouge("2", measure="recall", stemmed=True).name == "rouge(unit='2', measure='recall', stemmed=True)"
    score = await scored(scorers.rouge(), "the cat sat", "the cat")
    assert (score.value, score.why) == (pytest.approx(0.8), "precision 1.000, recall 0.667, F 0.800")


async def test_the_best_reference_counts() -> None:
    assert (await scored(scorers.rouge("1"), ["a dog", "the cat"], "the cat")).right
    assert (await scored(scorers.rouge("1"), "the cat", "")).value == 0.0


@pytest.mark.parametrize("settings", [{"unit": "3"}, {"measure": "g"}])
def test_other_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(AppError, match="are wanted"):
        scorers.rouge(**settings)


@given(st.lists(st.sampled_from("abc"), max_size=70), st.lists(st.sampled_from("abcd"), max_size=70))
def test_the_longest_common_subsequence_is_that_of_the_table(first: list[str], second: list[str]) -> None:
    table = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i, one in enumerate(first):
        for j, other in enumerate(second):
            table[i + 1][j + 1] = table[i][j] + 1 if one == other else max(table[i][j + 1], table[i + 1][j])
    assert longest_common(first, second) == table[-1][-1]


@given(st.lists(SENTENCES, min_size=1, max_size=3), SENTENCES, st.booleans())
def test_values_are_those_of_rouge_score(references: list[str], output: str, stemmed: bool) -> None:
    library = pytest.importorskip("rouge_score.rouge_scorer")
    wanted = library.RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=stemmed).score_multi(references, output)
    for unit in ("1", "2", "L"):
        found = best_overlap(references, output, unit, stemmed=stemmed)  # type: ignore[arg-type]
        assert found.f == pytest.approx(wanted[f"rouge{unit}"].fmeasure, abs=1e-12)
        assert found.precision == pytest.approx(wanted[f"rouge{unit}"].precision, abs=1e-12)
