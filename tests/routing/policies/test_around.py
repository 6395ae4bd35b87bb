"""Policies around another one: rules, gates, sessions, and the alarm."""

from __future__ import annotations

import pytest
from msgspec import structs
from tests.routing.traffic import CHEAP, MIDDLE, STRONG, candidates, learned, question

from vouch.contracts.router import Candidate, Query
from vouch.errors import UsageError
from vouch.routing.policies.cheapest_over import CheapestOver
from vouch.routing.policies.fallback import Fallback
from vouch.routing.policies.fixed import Fixed
from vouch.routing.policies.gated import Gated
from vouch.routing.policies.rules import Rule, Rules
from vouch.routing.policies.sticky import Sticky
from vouch.routing.policies.watched import Watched, audited
from vouch.stats.alarm import Alarm

CHANCES = learned(400)


def test_the_first_rule_that_fits_decides() -> None:
    policy = Rules(
        (Rule({"task": "tax", "plan": "gold"}, Fixed(STRONG)), Rule({"task": "tax"}, Fixed(MIDDLE))), Fixed(CHEAP)
    )
    gold = policy.choose(Query("x", tags={"task": "tax", "plan": "gold"}), candidates())
    assert gold.attempts == (STRONG,)
    assert gold.reasons == ("rule: task = tax, plan = gold",)
    assert policy.choose(Query("x", tags={"task": "tax"}), candidates()).attempts == (MIDDLE,)
    assert policy.choose(Query("x"), candidates()).attempts == (CHEAP,)
    always = Rules((Rule({}, Fixed(CHEAP)),), Fixed(STRONG)).choose(Query("x"), candidates())
    assert (always.attempts, always.reasons) == ((CHEAP,), ("rule: always",))


def test_gates_come_first_and_tell_why() -> None:
    small = [Candidate("a", context=10), Candidate("b")]
    plan = Gated(Fallback()).choose(Query("x", tokens=100), small)
    assert plan.attempts == ("b",)
    assert plan.refused == {"a": "100 tokens, and it takes 10"}
    with pytest.raises(UsageError, match=r"no model may answer this question .a: 100 tokens, and it takes 10"):
        Gated(Fallback()).choose(Query("x", tokens=100), small[:1])
    assert Gated(Fixed(CHEAP)).name == "fixed"


def test_a_session_stays_and_moves_up_only_on_evidence() -> None:
    policy = Sticky(CheapestOver(CHANCES, 0.75))
    easy, hard = Query(question(False, 3)), Query(question(True, 4))
    stays = policy.choose(structs.replace(easy, session_model=STRONG), candidates())
    assert stays.attempts[0] == STRONG
    assert stays.reasons[-1] == "the session stays on its model"
    moves = policy.choose(structs.replace(hard, session_model=CHEAP), candidates())
    assert moves.attempts[0] == STRONG
    assert moves.reasons[-1] == "the session moves up from p/cheap"
    same = policy.choose(structs.replace(easy, session_model=CHEAP), candidates())
    assert same == policy.inner.choose(structs.replace(easy, session_model=CHEAP), candidates())


def test_a_session_without_evidence_stays_and_one_whose_model_is_down_does_not() -> None:
    query = Query("x", session_model=CHEAP)
    assert Sticky(Fallback()).choose(query, candidates()).attempts == (CHEAP, STRONG, MIDDLE)
    down = [structs.replace(each, healthy=each.name != CHEAP) for each in candidates()]
    assert Sticky(Fallback()).choose(query, down).attempts[0] == STRONG
    assert Sticky(Fallback()).name == "fallback"


@pytest.mark.parametrize("margin", [-0.1, 1.0])
def test_a_margin_is_a_difference_of_chances(margin: float) -> None:
    with pytest.raises(UsageError, match="margin = "):
        Sticky(Fallback(), margin)


def test_a_model_that_gets_worse_silently_is_left_at_once() -> None:
    policy = Watched(Fixed(CHEAP), STRONG, Alarm(patience=500))
    assert policy.name == "fixed"
    for audit in range(200):
        policy = policy.hear(float(audit % 20 > 0), 0.95)
    assert policy.choose(Query("x"), candidates()).attempts == (CHEAP,)
    for _ in range(60):
        policy = policy.hear(0.0, 0.95)
    plan = policy.choose(Query("x"), candidates())
    assert plan.attempts == (STRONG, MIDDLE, CHEAP)
    assert "alarm after 260 audits" in plan.reasons[0]


def test_a_small_share_is_audited_always_the_same() -> None:
    queries = [Query("x", user=f"u{n}") for n in range(4000)]
    chosen = [audited(each, share=0.05) for each in queries]
    assert sum(chosen) / 4000 == pytest.approx(0.05, abs=0.012)
    assert chosen == [audited(each, share=0.05) for each in queries]
    assert chosen != [audited(each, share=0.05, salt="other") for each in queries]
