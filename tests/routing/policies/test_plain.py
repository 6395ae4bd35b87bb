"""Policies that do not look at the question: fixed, fallback, fastest, least loaded, weighted."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.routing.traffic import CHEAP, MIDDLE, STRONG, candidates

from vouch.contracts.router import Candidate, Query
from vouch.errors import UsageError
from vouch.routing.policies.fallback import Fallback
from vouch.routing.policies.fastest import Fastest
from vouch.routing.policies.fixed import Fixed
from vouch.routing.policies.least_loaded import LeastLoaded
from vouch.routing.policies.weighted import Weighted

QUERY = Query("Where is my parcel?")


def test_fixed_wants_its_model() -> None:
    assert Fixed(MIDDLE).choose(QUERY, candidates()).attempts == (MIDDLE,)
    with pytest.raises(UsageError, match="wants 'p/gone', which is not among the candidates: p/strong, p/middle"):
        Fixed("p/gone").choose(QUERY, candidates())


def test_fallback_keeps_the_order_and_puts_those_that_are_down_last() -> None:
    down = [Candidate("a", healthy=False), Candidate("b"), Candidate("c")]
    assert Fallback().choose(QUERY, down).attempts == ("b", "c", "a")


def test_fastest_and_least_loaded() -> None:
    unknown = [Candidate("p/new"), *candidates()]
    assert Fastest().choose(QUERY, unknown).attempts == (MIDDLE, CHEAP, STRONG, "p/new")
    assert LeastLoaded().choose(QUERY, candidates()).attempts == (STRONG, MIDDLE, CHEAP)


def test_weighted_is_stable_by_user_and_near_its_weights() -> None:
    policy = Weighted({CHEAP: 3.0, STRONG: 1.0})
    first = [policy.choose(Query("x", user=f"u{n}"), candidates()) for n in range(2000)]
    again = [policy.choose(Query("another question", user=f"u{n}"), candidates()) for n in range(2000)]
    assert [plan.attempts for plan in first] == [plan.attempts for plan in again]
    counts = Counter(plan.attempts[0] for plan in first)
    assert counts[CHEAP] / 2000 == pytest.approx(0.75, abs=0.04)
    assert counts[MIDDLE] == 0
    assert {plan.attempts[0]: plan.propensity for plan in first} == {CHEAP: 0.75, STRONG: 0.25}
    assert first[0].attempts[-1] == MIDDLE


def test_another_salt_draws_anew() -> None:
    users = [Query("x", user=f"u{n}") for n in range(200)]
    one, two = Weighted({CHEAP: 1.0, STRONG: 1.0}), Weighted({CHEAP: 1.0, STRONG: 1.0}, salt="b")
    same = sum(one.choose(each, candidates()).attempts == two.choose(each, candidates()).attempts for each in users)
    assert 60 < same < 140


@pytest.mark.parametrize("weights", [{}, {"a": 0.0}, {"a": -1.0, "b": 2.0}, {"a": float("nan")}])
def test_weights_are_above_0(weights: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="weights = "):
        Weighted(weights)


def test_a_weight_for_none_of_the_candidates_is_told() -> None:
    with pytest.raises(UsageError, match="none of the candidates has a weight"):
        Weighted({"p/gone": 1.0}).choose(QUERY, candidates())
