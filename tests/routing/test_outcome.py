from __future__ import annotations

import math

import pytest

from vouch.contracts.router import Query
from vouch.errors import UsageError
from vouch.routing.outcome import Outcome, mean_costs, means, strongest


def test_means_are_over_the_outcomes_that_hold_a_model() -> None:
    rows = [Outcome(Query("a"), {"x": 1.0, "y": 0.5}, {"x": 2.0}), Outcome(Query("b"), {"x": 0.0}, {"x": 4.0})]
    assert means(rows) == {"x": 0.5, "y": 0.5}
    assert mean_costs(rows) == {"x": 3.0}
    assert strongest(rows) == "x"


def test_no_score_at_all_is_told() -> None:
    with pytest.raises(UsageError, match="no outcome holds a score"):
        strongest([Outcome(Query("a"), {})])


@pytest.mark.parametrize("score", [-0.1, 1.1, math.nan])
def test_a_score_is_from_0_to_1(score: float) -> None:
    with pytest.raises(UsageError, match="score = "):
        Outcome(Query("a"), {"x": score})


@pytest.mark.parametrize("cost", [-1.0, math.inf, math.nan])
def test_a_cost_is_0_or_more(cost: float) -> None:
    with pytest.raises(UsageError, match="cost = "):
        Outcome(Query("a"), {"x": 1.0}, {"x": cost})
