"""Policies that use what was learned: cheapest over a bar, certified, cascade, bandit."""

from __future__ import annotations

from collections import Counter

import pytest
from msgspec import structs
from tests.routing.traffic import CHEAP, MIDDLE, STRONG, candidates, learned, outcomes, price, question

from vouch.contracts.router import Candidate, Query
from vouch.errors import UsageError
from vouch.routing.certify import Case, Route, certify
from vouch.routing.chances import learn
from vouch.routing.outcome import Outcome
from vouch.routing.policies.bandit import Bandit
from vouch.routing.policies.cascade import Cascade
from vouch.routing.policies.certified import Certified, cases
from vouch.routing.policies.cheapest_over import CheapestOver
from vouch.routing.policies.fixed import Fixed
from vouch.routing.reply import Form, Reply
from vouch.routing.signals import with_reply

CHANCES = learned(400)
EASY = Query(question(False, 31), tokens=1000, output_tokens=100)
HARD = Query(question(True, 32), tokens=1000, output_tokens=100)
FOREIGN = Query("Warum widersprechen sich die beiden Klauseln des Vertrags")
NOTHING = certify([], bar=0.9)
ROUTE = certify(
    cases(CHANCES, outcomes(800, seed=5, noise=0.0), cheap=(CHEAP,), strong=STRONG), bar=0.95, look_ahead=False
)


def test_cheapest_over_asks_the_cheap_model_what_it_can() -> None:
    policy = CheapestOver(CHANCES, 0.75)
    easy, hard = policy.choose(EASY, candidates()), policy.choose(HARD, candidates())
    assert easy.attempts[:2] == (CHEAP, STRONG) or easy.attempts[0] == CHEAP
    assert hard.attempts[0] == STRONG
    assert easy.price is not None
    assert hard.price == easy.strongest_price
    assert easy.strongest_price is not None
    assert easy.price < easy.strongest_price
    assert set(easy.chances) == {CHEAP, MIDDLE, STRONG}
    assert "the cheapest with a chance of 0.75 or more" in easy.reasons[0]


def test_cheapest_over_sends_up_what_it_does_not_know_and_what_nothing_holds() -> None:
    assert CheapestOver(CHANCES, 0.1).choose(FOREIGN, candidates()).attempts[0] == STRONG
    plan = CheapestOver(CHANCES, 0.999).choose(EASY, candidates())
    assert plan.attempts[0] == STRONG
    assert "no model holds the bar" in plan.reasons[0]


def test_without_the_strongest_the_most_able_one_is_asked() -> None:
    plan = CheapestOver(CHANCES, 0.999).choose(HARD, candidates()[1:])
    assert plan.attempts == (MIDDLE, CHEAP)


def test_a_price_that_changes_over_night_changes_the_choice() -> None:
    policy = CheapestOver(CHANCES, 0.6)
    dearer = [structs.replace(each, price=price("99")) if each.name == CHEAP else each for each in candidates()]
    assert policy.choose(EASY, candidates()).attempts[0] == CHEAP
    assert policy.choose(EASY, dearer).attempts[0] == MIDDLE


def test_a_model_that_is_down_is_not_chosen() -> None:
    down = [structs.replace(each, healthy=each.name != CHEAP) for each in candidates()]
    plan = CheapestOver(CHANCES, 0.6).choose(EASY, down)
    assert plan.attempts[0] == MIDDLE
    assert plan.attempts[-1] == CHEAP


@pytest.mark.parametrize("bar", [0.0, 1.0, 95.0])
def test_a_bar_is_a_chance(bar: float) -> None:
    with pytest.raises(UsageError, match="bar = "):
        CheapestOver(CHANCES, bar)


def test_certified_follows_its_threshold_whatever_the_prices() -> None:
    assert ROUTE.certified
    assert 0.3 < ROUTE.strong_share < 0.8
    policy = Certified(CHANCES, (CHEAP,), STRONG, ROUTE)
    unpriced = [structs.replace(each, price=None) for each in candidates()]
    for several in (candidates(), unpriced):
        assert policy.choose(EASY, several).attempts == (CHEAP, STRONG, MIDDLE)
        assert policy.choose(HARD, several).attempts[0] == STRONG
    assert "reaches the threshold" in policy.choose(HARD, candidates()).reasons[0]
    assert "below the certified threshold" in policy.choose(EASY, candidates()).reasons[0]


def test_certified_takes_the_best_of_several_cheap_models() -> None:
    everything = structs.replace(ROUTE, threshold=float("inf"))
    policy = Certified(CHANCES, (CHEAP, MIDDLE), STRONG, everything)
    assert policy.choose(HARD, candidates()).attempts[0] == MIDDLE


@pytest.mark.parametrize(
    ("query", "route", "several", "told"),
    [
        (EASY, NOTHING, candidates(), "cannot be certified"),
        (FOREIGN, ROUTE, candidates(), "unlike the questions"),
        (EASY, ROUTE, candidates()[:2], "p/cheap cannot be asked"),
    ],
)
def test_certified_goes_up_when_in_doubt(query: Query, route: Route, several: list[Candidate], told: str) -> None:
    plan = Certified(CHANCES, (CHEAP,), STRONG, route).choose(query, several)
    assert plan.attempts[0] == STRONG
    assert told in plan.reasons[0]


def test_certified_wants_models_with_outcomes() -> None:
    with pytest.raises(UsageError, match="models with outcomes"):
        Certified(CHANCES, ("p/new",), STRONG, ROUTE)
    with pytest.raises(UsageError, match="models with outcomes"):
        Certified(CHANCES, (), STRONG, ROUTE)


def test_cases_leave_out_what_was_not_scored_and_send_up_the_unfamiliar() -> None:
    rows = [
        Outcome(EASY, {CHEAP: 1.0, STRONG: 1.0}),
        Outcome(EASY, {STRONG: 1.0}),
        Outcome(FOREIGN, {CHEAP: 1.0, STRONG: 0.0}),
    ]
    found = cases(CHANCES, rows, cheap=(CHEAP,), strong=STRONG)
    assert len(found) == 2
    assert found[1] == Case(float("inf"), 1.0, 0.0)


FORM = Form(final=r"Answer:\s*(.+)", numeric=True)


def replied(n: int) -> tuple[Query, Reply, bool]:
    sure = n % 2 == 0
    text = f"Answer: {n}" if sure else f"However, this is not enough to know; I assume so. Answer: {n}"
    return Query(question(True, n)), Reply(text), sure


def test_a_cascade_by_rules_alone() -> None:
    policy = Cascade(CHEAP, STRONG, form=FORM)
    assert policy.choose(HARD, candidates()).attempts == (CHEAP, STRONG)
    kept, sent = policy.judge(HARD, Reply("Answer: 4")), policy.judge(HARD, Reply("2 + 2 = 5. Answer: 5"))
    assert kept.keeps
    assert not sent.keeps
    assert "an equation is wrong" in sent.reasons[0]


def test_a_cascade_learns_from_few_labels_which_answers_to_keep() -> None:
    rows = [
        Outcome(with_reply(query, reply, form=FORM), {CHEAP: float(sure), STRONG: 1.0})
        for query, reply, sure in map(replied, range(100))
    ]
    chances = learn(rows)
    route = certify([Case(float(n % 2), float(n % 2 == 0), 1.0) for n in range(400)], bar=0.95, look_ahead=False)
    route = structs.replace(route, threshold=0.5)
    policy = Cascade(CHEAP, STRONG, form=FORM, chances=chances, route=route)
    for n in (200, 201, 202, 203):
        query, reply, sure = replied(n)
        verdict = policy.judge(query, reply)
        assert verdict.keeps == sure
        assert verdict.gain is not None
    assert policy.choose(Query(question(True, 1)), candidates()).attempts == (CHEAP, STRONG)
    assert policy.choose(FOREIGN, candidates()).attempts == (STRONG, CHEAP)
    assert Cascade(CHEAP, STRONG, chances=chances, route=NOTHING).choose(EASY, candidates()).attempts[0] == STRONG


def test_a_cascade_wants_both_or_neither() -> None:
    with pytest.raises(UsageError, match="or neither"):
        Cascade(CHEAP, STRONG, chances=CHANCES)
    with pytest.raises(UsageError, match="wants 'p/cheap'"):
        Cascade(CHEAP, STRONG).choose(EASY, [Candidate(STRONG)])


def test_a_bandit_explores_as_often_as_it_says_and_only_above_the_floor() -> None:
    policy = Bandit(Fixed(STRONG), CHANCES, floor=0.6, explore=0.2)
    easy = [policy.choose(structs.replace(EASY, user=f"u{n}"), candidates()) for n in range(2000)]
    counts = Counter(plan.attempts[0] for plan in easy)
    for plan in easy[:200]:
        assert counts[plan.attempts[0]] / 2000 == pytest.approx(plan.propensity, abs=0.04)
    assert counts[CHEAP] > 50
    hard = [policy.choose(structs.replace(HARD, user=f"u{n}"), candidates()) for n in range(500)]
    assert CHEAP not in {plan.attempts[0] for plan in hard}


def test_a_bandit_does_not_explore_the_unknown() -> None:
    policy = Bandit(Fixed(STRONG), CHANCES, floor=0.0, explore=0.99)
    assert policy.choose(FOREIGN, candidates()).propensity == 1
    assert policy.choose(FOREIGN, candidates()).attempts == (STRONG,)


@pytest.mark.parametrize(("explore", "floor"), [(0.0, 0.5), (1.0, 0.5), (0.1, 1.0), (0.1, -0.1)])
def test_a_bandits_shares(explore: float, floor: float) -> None:
    with pytest.raises(UsageError, match="explore = "):
        Bandit(Fixed(STRONG), CHANCES, floor=floor, explore=explore)
