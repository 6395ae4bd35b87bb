"""F1 of labels over all cases."""

from __future__ import annotations

import pytest

from vouch import scorers
from vouch.errors import AppError
from vouch.scorers.corpus import total
from vouch.scorers.counting import Average

from .given import pair, scored

GOLD = ["a", "a", "a", "b", "b", "c", "a", "b"]
GIVEN = ["a", "b", "a", "b", "zzz", "a", "A ", "c"]


def figure(average: Average, gold: list[str], given: list[str]) -> float:
    scorer = scorers.label_f1(average)
    tallies = [scorer.tally(*pair(one, other)) for one, other in zip(gold, given, strict=True)]
    return scorer.figure(total(tally for tally in tallies if tally is not None))


def test_values_counted_by_hand() -> None:
    # a: 3 hits, 1 extra, 1 missed; b: 1, 1, 2; c: 0, 1, 1; "zzz" is no class, only a missed b.
    by_class = {"a": 6 / 8, "b": 2 / 5, "c": 0.0}
    assert figure("macro", GOLD, GIVEN) == pytest.approx(sum(by_class.values()) / 3)
    assert figure("weighted", GOLD, GIVEN) == pytest.approx((4 * by_class["a"] + 3 * by_class["b"]) / 8)
    assert figure("micro", GOLD, GIVEN) == pytest.approx(8 / (8 + 3 + 4))


@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
def test_values_are_those_of_scikit_learn(average: Average) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    given = [label.strip().lower() for label in GIVEN]
    wanted = metrics.f1_score(GOLD, given, labels=sorted(set(GOLD)), average=average, zero_division=0.0)
    assert figure(average, GOLD, GIVEN) == pytest.approx(wanted)


async def test_several_labels_at_once_are_a_list() -> None:
    scorer = scorers.label_f1("micro")
    assert (await scored(scorer, ["x", "y"], '["Y", "x"]')).right
    half = await scored(scorer, ["x", "y"], '["x", "z"]')
    assert (half.value, half.why) == (0.5, "'[\"x\", \"z\"]' is not ['x', 'y']")
    assert (await scored(scorer, "x", "[not json")).value == 0.0
    assert (await scored(scorer, "[x]", "[x]")).right
    assert (await scored(scorer, "x", "")).value == 0.0
    assert (await scored(scorer, ["x", " "], "x")).unscored


def test_a_run_without_an_answer_misses_its_labels() -> None:
    assert scorers.label_f1().tally(*pair("x", "x", status="failed")) == {"missed x": 1.0}
    assert scorers.label_f1().tally(*pair(7, "x")) is None


def test_nothing_counted_is_nought_and_another_average_is_refused() -> None:
    assert scorers.label_f1().figure({}) == scorers.label_f1("micro").figure({}) == 0.0
    with pytest.raises(AppError, match=r"label_f1\('mean'\)"):
        scorers.label_f1("mean")  # type: ignore[arg-type]
