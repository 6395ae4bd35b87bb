"""What holds for every policy."""

from __future__ import annotations

import pytest
from tests.routing.traffic import CHEAP, MIDDLE, STRONG, candidates, learned, question

from vouch.contracts.router import Candidate, Query, Router
from vouch.errors import UsageError
from vouch.routing.certify import Case, certify
from vouch.routing.policies.bandit import Bandit
from vouch.routing.policies.cascade import Cascade
from vouch.routing.policies.certified import Certified
from vouch.routing.policies.cheapest_over import CheapestOver
from vouch.routing.policies.fallback import Fallback
from vouch.routing.policies.fastest import Fastest
from vouch.routing.policies.fixed import Fixed
from vouch.routing.policies.gated import Gated
from vouch.routing.policies.least_loaded import LeastLoaded
from vouch.routing.policies.rules import Rule, Rules
from vouch.routing.policies.sticky import Sticky
from vouch.routing.policies.watched import Watched
from vouch.routing.policies.weighted import Weighted

CHANCES = learned(200)
ROUTE = certify([Case(n % 10 / 10, float(n % 10 < 7), 1.0) for n in range(600)], bar=0.9, look_ahead=False)
POLICIES: list[Router] = [
    Fixed(CHEAP),
    Fallback(),
    Fastest(),
    LeastLoaded(),
    Weighted({CHEAP: 3.0, STRONG: 1.0}),
    CheapestOver(CHANCES, 0.7),
    Certified(CHANCES, (CHEAP, MIDDLE), STRONG, ROUTE),
    Cascade(CHEAP, STRONG),
    Bandit(CheapestOver(CHANCES, 0.7), CHANCES, floor=0.5),
    Rules((Rule({"task": "tax"}, Fixed(STRONG)),), Fallback()),
    Gated(Fallback()),
    Sticky(Fallback()),
    Watched(Fallback(), STRONG),
]
each = pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: type(policy).__name__)
QUERIES = [Query(question(n % 2 == 0, n), user=f"u{n}", tokens=200, output_tokens=50) for n in range(30)]


@each
def test_a_plan_names_candidates_once_each_and_is_the_same_every_time(policy: Router) -> None:
    assert isinstance(policy, Router)
    for query in QUERIES:
        found = policy.choose(query, candidates())
        assert found.attempts
        assert len(set(found.attempts)) == len(found.attempts)
        assert set(found.attempts) <= {CHEAP, MIDDLE, STRONG}
        assert 0 < found.propensity <= 1
        assert found.price is not None
        assert found == policy.choose(query, candidates())


@each
def test_without_candidates_it_is_told_what_to_do(policy: Router) -> None:
    with pytest.raises(UsageError):
        policy.choose(QUERIES[0], [])


@each
@pytest.mark.parametrize("text", ["", "x" * 100_000, "我的退款在哪里", "\ud800"])
def test_strange_prompts_get_a_plan(policy: Router, text: str) -> None:
    assert policy.choose(Query(text), candidates()).attempts


@each
def test_a_model_without_outcomes_and_without_a_price_may_be_there(policy: Router) -> None:
    plan = policy.choose(QUERIES[1], [*candidates(), Candidate("p/new")])
    assert plan.attempts[0] != "p/new" or isinstance(policy, (Fixed, LeastLoaded))
