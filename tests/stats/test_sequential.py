"""Stopping early: levels as published, decisions as they would be made by hand, errors as rare as promised."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vouch.errors import UsageError
from vouch.stats import paired, sequential
from vouch.stats.special import normal_quantile


def test_ten_looks_have_the_levels_of_a_simulation() -> None:
    simulated = [0, 0.00001, 0.00034, 0.0018, 0.00489, 0.00962, 0.01526, 0.02186, 0.02907, 0.03635]
    assert sequential.schedule(500).levels == pytest.approx(simulated, abs=1.5e-4)


def test_five_looks_have_the_published_limits() -> None:
    """Lan and DeMets' limits of the O'Brien-Fleming type at a one-sided 0.025, as in every textbook."""
    limits = [-normal_quantile(level) for level in sequential.schedule(100, 5, confidence=0.975).levels]
    assert limits == pytest.approx([4.8769, 3.3569, 2.6803, 2.2898, 2.0310], abs=2e-4)


def test_one_look_spends_everything() -> None:
    assert sequential.schedule(77, 1).levels == pytest.approx([0.05])


@pytest.mark.parametrize("looks", [(30, 90, 100, 400), (5, 400), tuple(range(8, 401, 8))])
def test_levels_keep_the_promise_on_a_random_walk(looks: tuple[int, ...]) -> None:
    plan = sequential.schedule_at(looks)
    random = np.random.default_rng(3)
    steps = np.diff(np.array((0, *looks)))
    walk = (random.standard_normal((40_000, len(looks))) * np.sqrt(steps)).cumsum(axis=1) / np.sqrt(looks)
    limits = [-normal_quantile(level) if level > 0 else np.inf for level in plan.levels]
    assert (walk >= limits).any(axis=1).mean() == pytest.approx(0.05, abs=0.004)
    assert sum(plan.levels) >= 0.05 >= max(plan.levels) - 1e-9


def test_few_cases_have_fewer_looks() -> None:
    assert sequential.schedule(3).looks == (1, 2, 3)
    assert sequential.schedule(500).looks == tuple(range(50, 501, 50))
    assert sequential.schedule(500).n == 500


@pytest.mark.parametrize(
    ("churn", "change", "margin", "ship", "hold", "cases"),
    [
        (0.02, 0.0, 0.03, 0.980, 0.018, 302),
        (0.06, 0.0, 0.05, 0.981, 0.019, 269),
        (0.06, -0.02, 0.03, 0.17, 0.38, 439),
        (0.06, -0.05, 0.05, 0.05, 0.94, 315),
        (0.10, 0.0, 0.03, 0.647, 0.035, 410),
        (0.10, -0.10, 0.05, 0.0, 1.0, 224),
        (0.06, 0.01, 0.03, 0.94, 0.003, 326),
    ],
)
def test_the_published_rates(churn: float, change: float, margin: float, ship: float, hold: float, cases: int) -> None:
    found = sequential.forecast(sequential.schedule(500), churn=churn, change=change, margin=margin, runs=4000)
    assert (found.ship, found.hold) == pytest.approx((ship, hold), abs=0.02)
    assert found.mean_cases == pytest.approx(cases, abs=5)
    assert found.saved == pytest.approx(500 - found.mean_cases)
    assert found.ship + found.hold + found.undecided == pytest.approx(1)


@pytest.mark.parametrize(("churn", "margin"), [(0.02, 0.03), (0.06, 0.05), (0.1, 0.05)])
def test_errors_are_as_rare_as_promised(churn: float, margin: float) -> None:
    plan = sequential.schedule(500)
    assert sequential.forecast(plan, churn=churn, margin=margin, runs=6000).hold <= 0.05
    assert sequential.forecast(plan, churn=churn, change=-margin, margin=margin, runs=6000).ship <= 0.058


def test_a_walk_stops_where_a_single_look_would() -> None:
    random = np.random.default_rng(8)
    plan = sequential.schedule(400, 8)
    for change in (0.0, 0.05, 0.2):
        before = random.random(400) < 0.9
        after = np.where(random.random(400) < change, False, before)
        found = sequential.follow(before.tolist(), after.tolist(), schedule=plan, margin=0.03)
        for n in plan.looks:
            lost, won = int((before & ~after)[:n].sum()), int((~before & after)[:n].sum())
            by_hand = sequential.decide(lost, won, n, schedule=plan, margin=0.03)
            if by_hand.verdict != "undecided" or n == 400:
                break
        assert found == by_hand
        assert (found.saved, found.level) == (400 - found.n, plan.levels[found.look - 1])


def test_a_decision_shows_its_figures() -> None:
    plan = sequential.schedule(500)
    held = sequential.decide(40, 5, 250, schedule=plan, margin=0.05)
    assert (held.verdict, held.look, held.saved, held.cases_more) == ("hold", 5, 250, 0)
    assert held.difference.high < 0
    assert held.difference.confidence == pytest.approx(0.9)
    open_ = sequential.decide(6, 4, 100, schedule=plan, margin=0.05)
    assert (open_.verdict, open_.p_worse) == ("undecided", paired.p_worse(6, 4))
    assert open_.cases_more == paired.cases_to_decide(6, 4, 100, margin=0.05)
    assert open_.achievable_margin == paired.achievable_margin(0.1, 100)
    first = sequential.decide(0, 0, 20, schedule=sequential.schedule_at([20, 1000]), margin=0.05)
    assert (first.difference.low, first.difference.high) == (-1.0, 1.0)


def test_an_interval_at_every_look_holds_the_truth_at_all_of_them() -> None:
    random = np.random.default_rng(4)
    plan = sequential.schedule(300, 4)
    missed = 0
    for _ in range(150):
        drawn = random.choice([-1, 0, 1], p=[0.06, 0.9, 0.04], size=300)
        spans = [
            sequential.decide(int((drawn[:n] < 0).sum()), int((drawn[:n] > 0).sum()), n, schedule=plan, margin=0.1)
            for n in plan.looks
        ]
        missed += any(not span.difference.low <= -0.02 <= span.difference.high for span in spans)
    assert missed / 150 <= 0.12


def test_the_order_is_random_and_repeatable() -> None:
    order = sequential.random_order(200, seed=5)
    assert sorted(order) == list(range(200))
    assert order == sequential.random_order(200, seed=5)
    assert order != sequential.random_order(200, seed=6)
    assert order != tuple(range(200))


def test_the_margin_follows_the_churn() -> None:
    assert (sequential.suggested_margin(0.02), sequential.suggested_margin(0.06)) == (0.03, 0.05)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sequential.schedule(0), "n = 0, looks = 10: at least one case"),
        (lambda: sequential.schedule(100, 51), "looks = 51: at least one case and 1 to 50 looks"),
        (lambda: sequential.schedule_at([]), "rising numbers"),
        (lambda: sequential.schedule_at([10, 10]), r"looks = \[10, 10\]: 1 to 50 rising"),
        (lambda: sequential.schedule_at([0, 10]), "rising numbers"),
        (lambda: sequential.schedule(100, confidence=95), "confidence = 95: a share"),
        (lambda: sequential.decide(1, 1, 60, schedule=sequential.schedule(500), margin=0.03), "n = 60: looks are"),
        (
            lambda: sequential.follow([True], [], schedule=sequential.schedule(1), margin=0.03),
            "1 outcomes before and 0",
        ),
        (lambda: sequential.follow([True], [True], schedule=sequential.schedule(2), margin=0.03), "2 pairs"),
        (lambda: sequential.forecast(sequential.schedule(9), churn=1.5, margin=0.03), "churn = 1.5"),
        (lambda: sequential.forecast(sequential.schedule(9), churn=0.1, margin=3), "margin = 3: a share"),
        (lambda: sequential.suggested_margin(2), "churn = 2: the share"),
    ],
)
def test_impossible_questions_are_answered_in_words(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()
