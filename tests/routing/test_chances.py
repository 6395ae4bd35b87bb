from __future__ import annotations

import numpy as np
import pytest
from tests.routing.traffic import CHEAP, MIDDLE, STRONG, learned, outcomes, question

from vouch.contracts.router import Query
from vouch.errors import UsageError
from vouch.routing.chances import FEWEST, learn
from vouch.routing.outcome import Outcome


def test_it_learns_which_questions_need_the_strong_model() -> None:
    chances = learned()
    easy, hard = chances.read(Query(question(False, 5001))), chances.read(Query(question(True, 5002)))
    assert chances.strongest == STRONG
    assert easy.familiar
    assert hard.familiar
    assert hard.gain(cheap=CHEAP) > easy.gain(cheap=CHEAP) + 0.4
    assert hard.gain(cheap=CHEAP) > hard.gain(cheap=MIDDLE) > 0.1
    assert easy.chances[CHEAP] > 0.75 > 0.4 > hard.chances[CHEAP]


def test_chances_come_true_on_new_questions() -> None:
    chances, new = learned(400), outcomes(400, seed=9)
    for model in (CHEAP, MIDDLE, STRONG):
        promised = np.mean([chances.of(outcome.query)[model] for outcome in new])
        assert promised == pytest.approx(np.mean([outcome.scores[model] for outcome in new]), abs=0.06)


def test_learning_twice_gives_the_same() -> None:
    assert np.array_equal(learned().weights, learned().weights)


def test_gains_are_the_same_one_by_one() -> None:
    chances, queries = learned(), [outcome.query for outcome in outcomes(5, seed=3)]
    together = chances.gains(queries, cheap=CHEAP)
    assert together == pytest.approx([chances.gain(query, cheap=CHEAP) for query in queries], abs=1e-5)


def test_a_model_missing_from_the_outcomes_is_told() -> None:
    with pytest.raises(UsageError, match="'p/new' has no outcomes; learned were p/cheap"):
        learned().gain(Query("x"), cheap="p/new")
    with pytest.raises(UsageError, match="'p/new' has no outcomes"):
        learned().gains([Query("x")], cheap="p/new")


def test_a_model_missing_from_some_outcomes_is_learned_from_the_others() -> None:
    rows = outcomes(300)
    rows = [Outcome(row.query, row.scores if n % 2 else {CHEAP: row.scores[CHEAP]}) for n, row in enumerate(rows)]
    chances = learn(rows)
    assert dict(zip(chances.models, chances.counts, strict=True)) == {CHEAP: 300, MIDDLE: 150, STRONG: 150}
    assert chances.gain(Query(question(True, 1)), cheap=CHEAP) > chances.gain(Query(question(False, 1)), cheap=CHEAP)


def test_few_outcomes_give_one_chance_near_that_of_the_others() -> None:
    rows = [*outcomes(200), *(Outcome(Query(f"new {n}"), {"p/new": 0.0}) for n in range(5))]
    chances = learn(rows)
    easy, hard = chances.of(Query(question(False, 1))), chances.of(Query(question(True, 1)))
    assert easy["p/new"] == hard["p/new"]
    assert 0.3 < easy["p/new"] < 0.8
    assert FEWEST > 5


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_one_class_only(score: float) -> None:
    chances = learn([Outcome(Query(question(n % 2 == 0, n)), {"a": score, "b": score}) for n in range(60)])
    found = chances.read(Query(question(True, 99)))
    assert abs(found.chances["a"] - score) < 0.1
    assert found.gain(cheap="a", strong="b") == pytest.approx(0, abs=1e-6)
    assert chances.strongest == "a"


def test_contradictory_labels_are_a_chance_between() -> None:
    rows = [Outcome(Query("Where is my parcel?"), {"a": float(n % 2), "b": 1.0}) for n in range(200)]
    found = learn(rows).of(Query("Where is my parcel?"))
    assert found["a"] == pytest.approx(0.5, abs=0.05)
    assert found["b"] > 0.9


@pytest.mark.parametrize("text", ["", " ", "x" * 100_000, "why? " * 20_000, "\x00", "\ud800", "我的退款在哪里"])
def test_strange_prompts_are_read(text: str) -> None:
    found = learned(100).read(Query(text))
    assert all(0 < chance < 1 for chance in found.chances.values())
    assert np.isfinite(list(found.expected.values())).all()


def test_another_language_than_learned_from_is_not_familiar() -> None:
    chances = learned()
    assert chances.knows(Query(question(True, 1)))
    assert not chances.knows(Query("Warum widersprechen sich die beiden Klauseln des Vertrags"))


@pytest.mark.parametrize("rows", [[], [Outcome(Query("a"), {})]])
def test_without_any_score_nothing_is_learned(rows: list[Outcome]) -> None:
    with pytest.raises(UsageError, match="no outcome holds a score"):
        learn(rows)


def test_a_single_outcome_is_enough_to_answer() -> None:
    assert 0 < learn([Outcome(Query("a"), {"x": 1.0})]).of(Query("b"))["x"] <= 1
