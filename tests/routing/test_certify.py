from __future__ import annotations

import math

import numpy as np
import pytest
from msgspec import structs

from vouch.errors import UsageError
from vouch.routing import certify as certifying
from vouch.routing.certify import Case, Method, certify, naive_threshold
from vouch.stats.binomial import lower_bound


def population(random: np.random.Generator, n: int, *, help_share: float = 0.25) -> np.ndarray:
    """Gains that come true as often as they say: the strong model is right on 90 %, the cheap one loses by the gain."""
    gain = np.clip(random.beta(0.6, 0.6 / help_share - 0.6, n), 0, 1)
    strong = (random.random(n) < 0.9).astype(float)
    lost = random.random(n) < gain
    return np.stack([gain, np.where(lost, 0.0, strong), strong], axis=1)


def cases(rows: np.ndarray) -> list[Case]:
    return [Case(*row) for row in rows.tolist()]


def score(rows: np.ndarray, threshold: float) -> float:
    return float(np.where(rows[:, 0] >= threshold, rows[:, 2], rows[:, 1]).mean())


@pytest.mark.parametrize("method", ["sign", "betting"])
def test_the_bar_is_broken_no_more_often_than_promised(method: Method) -> None:
    random = np.random.default_rng(3)
    everybody = population(random, 4000)
    wanted = 0.95 * everybody[:, 2].mean()
    broken = naive = 0
    shares: list[float] = []
    runs = 200 if method == "sign" else 60
    for run in range(runs):
        drawn = cases(everybody[random.integers(0, 4000, 600)])
        route = certify(drawn, bar=0.95, method=method, seed=run, look_ahead=False)
        broken += route.certified and score(everybody, route.threshold) < wanted
        naive += score(everybody, naive_threshold(drawn, bar=0.95)) < wanted
        shares.append(route.strong_share)
    # Chance alone may lift what is seen above what is promised; what is proven about it may not be.
    assert lower_bound(broken, runs, 0.99) <= 0.05
    assert naive / runs >= 0.2
    assert np.mean(shares) < 0.9


@pytest.mark.parametrize("method", ["tail", "betting"])
def test_an_absolute_bar_is_kept_too(method: Method) -> None:
    random = np.random.default_rng(4)
    everybody = population(random, 4000)
    broken = found = 0
    for run in range(60):
        drawn = cases(everybody[random.integers(0, 4000, 800)])
        route = certify(drawn, bar=0.85, relative=False, method=method, seed=run, look_ahead=False)
        found += route.certified
        broken += route.certified and score(everybody, route.threshold) < 0.85
    assert lower_bound(broken, 60, 0.99) <= 0.05
    assert found / 60 > 0.8


def test_the_method_follows_from_bar_and_scores() -> None:
    rows = cases(population(np.random.default_rng(0), 300))
    fractions = [Case(each.gain, each.cheap / 2, each.strong / 2) for each in rows]
    assert "sign test" in certify(rows, bar=0.95, look_ahead=False).method
    assert "betting" in certify(rows, bar=0.7, look_ahead=False).method
    assert "binomial tail" in certify(rows, bar=0.7, relative=False, look_ahead=False).method
    assert "betting" in certify(fractions, bar=0.4, relative=False, look_ahead=False).method
    with pytest.raises(UsageError, match="method = 'tail'"):
        certify(fractions, bar=0.4, relative=False, method="tail")
    with pytest.raises(UsageError, match="method = 'tail'"):
        certify(rows, bar=0.4, method="tail")


def test_few_cases_cannot_certify_and_then_everything_goes_up() -> None:
    route = certify(cases(population(np.random.default_rng(0), 30)), bar=0.98)
    assert not route.certified
    assert route.threshold == -math.inf
    assert route.strong_share == 1
    assert route.saving == 0
    assert route.goes_up(-9.0)
    assert str(route).startswith("cannot certify at least 98.0% of the strong model's score with 30 cases: everything")


@pytest.mark.parametrize("relative", [True, False])
def test_no_cases_certify_nothing(relative: bool) -> None:
    route = certify([], bar=0.9, relative=relative)
    assert not route.certified
    assert (route.strong_share, route.n, route.more) == (1.0, 0, None)
    assert naive_threshold([], bar=0.9) == -math.inf


def test_a_cheap_model_that_is_as_good_takes_everything() -> None:
    rows = [Case(0.0, 1.0, 1.0)] * 400
    route = certify(rows, bar=0.95)
    assert route.threshold == math.inf
    assert (route.strong_share, route.saving) == (0.0, 1.0)
    assert not route.goes_up(5.0)
    assert route.goes_up(math.inf)


def test_questions_that_must_go_up_always_do() -> None:
    rows = [Case(math.inf if n % 4 == 0 else 0.0, float(n % 4 != 0), 1.0) for n in range(800)]
    route = certify(rows, bar=0.95)
    assert route.certified
    assert route.strong_share == 0.25
    assert route.goes_up(math.inf)


def test_more_cases_save_more_and_that_is_told() -> None:
    route = certify(cases(population(np.random.default_rng(1), 300)), bar=0.95)
    assert route.more is not None
    assert route.more.cases in (600, 1200, 2400)
    assert route.more.strong_share < route.strong_share
    assert f"with {route.more.cases:,} cases about" in str(route)


def test_the_money_that_is_saved() -> None:
    route = certify([Case(float(n % 2), 1.0, 1.0) for n in range(400)], bar=0.95)
    half = structs.replace(route, strong_share=0.5)
    assert half.saved(cheap_cost=0.1, strong_cost=1.0) == pytest.approx(0.45)
    assert half.saved(cheap_cost=0.1, strong_cost=1.0, cascade=True) == pytest.approx(0.4)
    with pytest.raises(UsageError, match="strong_cost = 0"):
        half.saved(cheap_cost=0.1, strong_cost=0)


def test_the_same_seed_gives_the_same_route() -> None:
    rows = cases(population(np.random.default_rng(2), 500))
    assert certify(rows, bar=0.95, seed=7, look_ahead=False) == certify(rows, bar=0.95, seed=7, look_ahead=False)


def test_an_absolute_bar_is_told_as_a_score() -> None:
    route = certify(cases(population(np.random.default_rng(1), 900)), bar=0.8, relative=False, look_ahead=False)
    assert str(route).startswith("certified at least 80.0% right at 95% confidence with 900 cases: ")


@pytest.mark.parametrize("case", [Case(math.nan, 1, 1), Case(0, -0.1, 1), Case(0, 1, 1.1), Case(0, math.nan, 1)])
def test_cases_without_numbers_are_refused(case: Case) -> None:
    with pytest.raises(UsageError, match="a case without a gain"):
        certify([case], bar=0.9)


@pytest.mark.parametrize(("bar", "confidence"), [(0, 0.95), (1, 0.95), (0.9, 1), (0.9, 0)])
def test_shares_are_between_0_and_1(bar: float, confidence: float) -> None:
    with pytest.raises(UsageError, match="strictly between 0 and 1"):
        certify([Case(0, 1, 1)], bar=bar, confidence=confidence)


def test_coins_keep_the_mean() -> None:
    surplus = np.array([0.05, -0.95, 0.5, 0.0])
    coins = np.random.default_rng(0).random((20_000, 4))
    drawn = np.where(coins < np.abs(surplus), np.sign(surplus), 0.0)
    assert drawn.mean(axis=0) == pytest.approx(surplus, abs=0.02)
    wanted = certifying._Bar(0.95, True, 0.95, "sign")
    assert certifying._p_value(np.array([1.0] * 5), np.zeros(5), wanted) == pytest.approx(0.5**5)
    assert certifying._p_value(np.array([1.0] * 4 + [-1.0]), np.zeros(5), wanted) == pytest.approx(6 / 32)
    assert certifying._p_value(np.zeros(5), np.zeros(5), wanted) == 1
