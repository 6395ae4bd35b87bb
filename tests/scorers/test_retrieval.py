"""Ranked documents, equal to ir-measures."""

from __future__ import annotations

from math import log2
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch import scorers
from vouch.errors import AppError
from vouch.scorers.retrieval import Measure, rank_measure
from vouch.values.result import Found

from .given import scored

RANKED = ["d3", "d1", "d9", "d2"]


@pytest.mark.parametrize(
    ("measure", "k", "value"),
    [
        ("recall", 3, 1 / 3),
        ("recall", 4, 2 / 3),
        ("precision", 2, 1 / 2),
        ("precision", 10, 2 / 10),
        ("reciprocal rank", 10, 1 / 2),
        ("reciprocal rank", 1, 0.0),
        ("hit", 2, 1.0),
        ("hit", 1, 0.0),
        ("average precision", 10, (1 / 2 + 2 / 4) / 3),
        ("ndcg", 10, (2 / log2(3) + 1 / log2(5)) / (2 + 1 / log2(3) + 1 / log2(4))),
    ],
)
async def test_values_counted_by_hand(measure: Measure, k: int, value: float) -> None:
    found = tuple(Found(document, "text") for document in ["d3", "d1", "d1", "d9", "d2"])
    score = await scored(scorers.retrieval(measure, k), {"d1": 2, "d2": 1, "d5": 1, "d3": 0}, found=found)
    assert score.value == pytest.approx(value)
    assert score.scorer == f"{measure}@{k}"


async def test_relevant_documents_may_be_a_list_or_one() -> None:
    found = (Found("d1", ""),)
    assert (await scored(scorers.retrieval("recall", 1), ["d1"], found=found)).right
    assert (await scored(scorers.retrieval("recall", 1), "d1", found=found, status="abstained")).right
    missed = await scored(scorers.retrieval("recall", 1), "d2")
    assert (missed.value, missed.why) == (0.0, "found []")


@pytest.mark.parametrize("expected", [None, [], {}, {"d1": 0}, {"d1": "high"}, {1: 1}, [1]])
async def test_without_relevant_documents_there_is_no_judgement(expected: object) -> None:
    assert (await scored(scorers.retrieval("recall"), expected)).unscored


@pytest.mark.parametrize("settings", [{"measure": "mrr"}, {"measure": "recall", "k": 0}])
def test_other_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(AppError, match="are wanted"):
        scorers.retrieval(**settings)


@given(
    st.permutations([f"d{n}" for n in range(8)]),
    st.integers(0, 8),
    st.dictionaries(st.sampled_from([f"d{n}" for n in range(10)]), st.integers(0, 3), min_size=1),
    st.integers(1, 10),
)
def test_values_are_those_of_ir_measures(ranked: list[str], n: int, grades: dict[str, int], k: int) -> None:
    library = pytest.importorskip("ir_measures")
    if not any(grades.values()):
        return
    ranked = ranked[:n]
    theirs: dict[Measure, Any] = {
        "recall": library.R @ k,
        "precision": library.P @ k,
        "reciprocal rank": library.RR @ k,
        "ndcg": library.nDCG @ k,
        "average precision": library.AP @ k,
        "hit": library.Success @ k,
    }
    run = {"q": {document: float(-place) for place, document in enumerate(ranked)}}
    wanted = library.calc_aggregate(list(theirs.values()), {"q": grades}, run) if ranked else {}
    for measure, name in theirs.items():
        found = rank_measure(measure, ranked, {document: float(grade) for document, grade in grades.items()}, k)
        assert found == pytest.approx(wanted.get(name, 0.0)), measure
