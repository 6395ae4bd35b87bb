from __future__ import annotations

import pytest

from vouch.values.event import AnyBody, RunFinished, ScoreGiven, kind_of
from vouch.values.score import Score


@pytest.mark.parametrize(
    ("value", "right", "unscored"),
    [(1.0, True, False), (0.999, False, False), (0.0, False, False), (None, False, True), (float("nan"), False, False)],
)
def test_only_full_marks_are_right_and_a_failed_judgement_is_not(
    value: float | None, right: bool, unscored: bool
) -> None:
    score = Score("label", value)
    assert (score.right, score.unscored) == (right, unscored)


def test_every_kind_of_event_has_its_own_tag() -> None:
    kinds = [body.__struct_config__.tag for body in AnyBody.__args__]
    assert len(set(kinds)) == len(kinds) == 31
    assert all("." in kind for kind in kinds)
    assert kind_of(RunFinished(status="answered")) == "run.finished"
    assert kind_of(ScoreGiven(case="a", run="b", scorer="c", value=None)) == "score.given"
