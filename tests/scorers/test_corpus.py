"""A figure over all cases, with its interval."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from vouch import scorers
from vouch.contracts.scorer import CorpusScorer
from vouch.errors import AppError, CaseError
from vouch.scorers.corpus import over
from vouch.values.case import Case
from vouch.values.result import Result

from .given import pair


def outcomes(n: int, right: float, seed: int, sources: int = 0) -> list[tuple[Case, Result]]:
    generator = np.random.default_rng(seed)
    found: list[tuple[Case, Result]] = []
    for number in range(n):
        gold = "ab"[generator.integers(2)]
        given = gold if generator.random() < right else "ba"["ab".index(gold)]
        source = f"s{number % sources}" if sources else ""
        found.append((Case(f"c{number}", "?", gold, source=source), Result("r", "answered", output=given)))
    return found


def test_corpus_scorers_satisfy_the_contract() -> None:
    for scorer in (scorers.label_f1(), scorers.span_f1(), scorers.bleu(), scorers.chrf()):
        assert isinstance(scorer, CorpusScorer)
    assert not isinstance(scorers.label(), CorpusScorer)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    # With both labels alike and errors that do not depend on them, macro F1 of the population is the accuracy.
    held = 0
    for seed in range(60):
        found = over(scorers.label_f1(), outcomes(100, 0.8, seed), resamples=200)
        held += found.low <= 0.8 <= found.high
        assert found.low < found.estimate < found.high
    assert held >= 50


def test_a_seed_gives_the_same_interval_and_says_how_it_was_made() -> None:
    rows = outcomes(40, 0.7, 1)
    first, second = over(scorers.label_f1(), rows, resamples=50), over(scorers.label_f1(), rows, resamples=50)
    assert first == second
    assert (first.n, first.confidence) == (40, 0.95)
    assert first.method == "percentile bootstrap, 50 resamples of 40 clusters"
    assert over(scorers.label_f1(), rows, resamples=50, seed=1) != first


def test_cases_of_one_source_are_drawn_together() -> None:
    one = outcomes(20, 0.7, 2)
    copied = [
        (msgspec.structs.replace(case, source=f"s{place}"), result) for place, (case, result) in enumerate(one * 1)
    ] * 10
    assert over(scorers.label_f1(), copied).method.endswith("20 clusters")
    clustered = over(scorers.label_f1(), copied)
    alone = over(
        scorers.label_f1(),
        [
            (msgspec.structs.replace(case, source="", id=f"{case.id} {place}"), result)
            for place, (case, result) in enumerate(copied)
        ],
    )
    assert clustered.high - clustered.low > 2 * (alone.high - alone.low)


def test_all_right_does_not_prove_that_everything_is() -> None:
    found = over(scorers.label_f1(), outcomes(50, 1.0, 3))
    assert (found.estimate, found.high) == (1.0, 1.0)
    assert 0.90 < found.low < 0.95
    none = over(scorers.label_f1(), outcomes(50, 0.0, 3))
    assert (none.estimate, none.low) == (0.0, 0.0)
    assert none.high > 0.05


def test_what_cannot_be_judged_is_left_out_and_all_of_it_is_an_error() -> None:
    assert over(scorers.label_f1(), [*outcomes(10, 0.5, 4), pair(None, "a")], resamples=20).n == 10
    with pytest.raises(CaseError, match=r"none of 1 cases can be judged by 'f1\(macro\)'"):
        over(scorers.label_f1(), [pair(None, "a")])
    with pytest.raises(AppError, match="confidence="):
        over(scorers.label_f1(), outcomes(3, 0.5, 4), confidence=1.5)
    with pytest.raises(AppError, match="resamples=0"):
        over(scorers.label_f1(), outcomes(3, 0.5, 4), resamples=0)
