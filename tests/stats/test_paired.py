"""Paired comparison: against statsmodels, against a brute-force likelihood, and at its nominal error rates."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar

from vouch.errors import UsageError
from vouch.stats import paired

tables = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 400)).filter(lambda t: sum(t) > 0)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_that_of_statsmodels(lost: int, won: int) -> None:
    assume(lost + won > 0)
    theirs = mcnemar([[5, lost], [won, 5]], exact=True).pvalue
    assert paired.p_different(lost, won) == pytest.approx(theirs, rel=1e-9)


@given(st.integers(0, 30), st.integers(0, 30))
def test_one_sided_mcnemar_adds_up_the_coin(lost: int, won: int) -> None:
    n = lost + won
    assert paired.p_worse(lost, won) == pytest.approx(sum(math.comb(n, k) for k in range(lost, n + 1)) / 2**n)
    assert paired.p_better(lost, won) == paired.p_worse(won, lost)


def test_the_figure_of_the_front_page() -> None:
    assert round(paired.p_different(1, 3), 2) == 0.62
    assert paired.p_different(0, 0) == 1.0


@given(tables, st.sampled_from([-0.3, -0.05, -0.01, 0.0, 0.02, 0.2]))
def test_tango_is_the_score_test_under_the_likeliest_null(table: tuple[int, int, int], theta: float) -> None:
    lost, won, same = table
    n = lost + won + same
    low, high = max(0.0, -theta), (1 - theta) / 2
    q = np.linspace(low, high, 200_001)[1:-1]
    likelihood = lost * np.log(q) + won * np.log(q + theta) + same * np.log(1 - 2 * q - theta)
    best = float(q[np.argmax(likelihood)])
    spread = n * (2 * best + theta * (1 - theta))
    if spread > 1e-4 * n:
        expected = (won - lost - n * theta) / math.sqrt(spread)
        assert paired.tango_z(lost, won, n, theta) == pytest.approx(expected, rel=2e-3, abs=2e-3)


def test_tango_without_any_change() -> None:
    assert paired.tango_z(0, 0, 500, 0.0) == 0.0
    assert paired.tango_z(0, 0, 500, -0.02) == pytest.approx(math.sqrt(500 * 0.02 / 0.98))
    assert paired.tango_z(0, 0, 500, 0.02) == -paired.tango_z(0, 0, 500, -0.02)


@given(tables)
def test_the_interval_holds_exactly_the_differences_not_rejected(table: tuple[int, int, int]) -> None:
    lost, won, same = table
    n = lost + won + same
    span = paired.difference(lost, won, n, 0.9)
    assert -1 <= span.low <= span.estimate <= span.high <= 1
    assert (span.n, span.method, span.confidence) == (n, "Tango score", 0.9)
    mirrored = paired.difference(won, lost, n, 0.9)
    assert (mirrored.low, mirrored.high) == pytest.approx((-span.high, -span.low), abs=1e-9)
    for edge, z in ((span.low, 1.644854), (span.high, -1.644854)):
        if abs(edge) < 1 - 1e-6:
            assert paired.tango_z(lost, won, n, edge) == pytest.approx(z, abs=1e-4)


def _rates(churn: float, change: float, margin: float, runs: int = 1500) -> tuple[float, float, float]:
    """How often 500 cases are held, proved not worse, and have the true change in their interval."""
    random = np.random.default_rng(20)
    lost, won = churn / 2 - min(change, 0), churn / 2 + max(change, 0)
    fell, rose, _ = random.multinomial(500, [lost, won, 1 - lost - won], size=runs).T
    low, high = paired.difference_bounds(fell, rose, 500, z=1.959964)
    held = paired.worse_p_values(fell, rose) <= 0.05
    passed = paired.tango_statistics(fell, rose, 500, -margin) >= 1.644854
    return float(held.mean()), float(passed.mean()), float(((low <= change) & (change <= high)).mean())


@given(tables, st.sampled_from([0.01, 0.05]))
def test_many_at_once_are_the_same_as_one_by_one(table: tuple[int, int, int], margin: float) -> None:
    lost, won, same = table
    n = lost + won + same
    assert float(paired.worse_p_values([lost, 3], [won, 1])[0]) == pytest.approx(paired.p_worse(lost, won), rel=1e-12)
    assert float(paired.tango_statistics([lost], won, n, -margin)[0]) == paired.tango_z(lost, won, n, -margin)


@pytest.mark.parametrize(
    ("churn", "change", "margin", "held", "passed"),
    [
        (0.03, 0.0, 0.02, 0.027, 0.78),
        (0.03, -0.02, 0.03, 0.58, 0.25),
        (0.06, 0.0, 0.03, 0.030, 0.85),
        (0.06, -0.05, 0.05, 0.96, 0.05),
        (0.10, -0.02, 0.05, 0.33, 0.60),
        (0.10, 0.0, 0.02, 0.040, 0.39),
    ],
)
def test_the_published_rates_on_five_hundred_questions(
    churn: float, change: float, margin: float, held: float, passed: float
) -> None:
    rates = _rates(churn, change, margin)
    assert rates[0] == pytest.approx(held, abs=0.045)
    assert rates[1] == pytest.approx(passed, abs=0.045)


@pytest.mark.parametrize("churn", [0.03, 0.06, 0.1])
def test_error_rates_are_nominal(churn: float) -> None:
    assert _rates(churn, 0.0, 0.02)[0] <= 0.05
    assert _rates(churn, -0.02, 0.02)[1] <= 0.065
    assert _rates(churn, -0.01, 0.02)[2] >= 0.935


@pytest.mark.parametrize(("churn", "margin"), [(0.02, 0.016), (0.06, 0.027), (0.10, 0.035)])
def test_achievable_margin_of_five_hundred(churn: float, margin: float) -> None:
    assert paired.achievable_margin(churn, 500) == pytest.approx(margin, abs=6e-4)


def test_achievable_margin_falls_with_the_root_of_n() -> None:
    assert paired.achievable_margin(0.06, 930) == pytest.approx(0.02, abs=1e-4)
    assert paired.achievable_margin(0.06, 3710) == pytest.approx(0.01, abs=1e-4)
    assert paired.achievable_margin(1.0, 1) == 1.0


@pytest.mark.parametrize("n", [30, 87, 500])
def test_an_achievable_margin_is_one_that_cases_without_a_change_do_prove(n: int) -> None:
    margin = paired.achievable_margin(0.0, n)
    assert paired.achievable_margin(0.06, n, power=0.01) == margin
    assert paired.p_not_worse(0, 0, n, 1.001 * margin) <= 0.05 < paired.p_not_worse(0, 0, n, 0.999 * margin)


@pytest.mark.parametrize("counts", [(10, 5, 500), (3, 3, 100), (0, 0, 20), (40, 20, 400), (2, 8, 60)])
def test_the_cases_asked_for_would_decide_if_nothing_else_changed(counts: tuple[int, int, int]) -> None:
    lost, won, n = counts
    more = paired.cases_to_decide(lost, won, n, margin=0.02)
    grown = (n + more) / n
    b, c, total = round(lost * grown), round(won * grown), n + more
    assert min(paired.p_worse(b, c), paired.p_not_worse(b, c, total, 0.02)) <= 0.05
    assert more >= 1


def test_ship() -> None:
    before = [True] * 480 + [False] * 20
    found = paired.compare(before, [*before[:-5], *[True] * 5], margin=0.02)
    assert (found.lost, found.won, found.n, found.verdict, found.cases_more) == (0, 5, 500, "ship", 0)
    assert found.p_not_worse < 0.001
    assert found.p_better == pytest.approx(1 / 32)
    assert found.difference.estimate == 0.01


def test_hold() -> None:
    found = paired.compare([True] * 100, [False] * 8 + [True] * 92, margin=0.02)
    assert (found.lost, found.won, found.verdict, found.cases_more) == (8, 0, "hold", 0)
    assert found.p_worse == pytest.approx(1 / 256)


def test_undecided_says_how_many_more() -> None:
    before = [True] * 90 + [False] * 10
    after = [False] * 3 + [True] * 90 + [False] * 7
    found = paired.compare(before, after, margin=0.02)
    assert found.verdict == "undecided"
    assert found.cases_more == paired.cases_to_decide(3, 3, 100, margin=0.02)
    assert found.achievable_margin == pytest.approx(paired.achievable_margin(0.06, 100))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: paired.compare([True], []), "1 outcomes before and 0 after: pair the same cases"),
        (lambda: paired.compare([], []), "n = 0: counts within at least one case"),
        (lambda: paired.compare([True], [True], margin=2), "margin = 2: a share"),
        (lambda: paired.compare([True], [True], confidence=95), "confidence = 95: a share"),
        (lambda: paired.p_worse(-1, 3), "lost = -1, won = 3"),
        (lambda: paired.difference(3, 3, 5), "n = 5: counts within"),
        (lambda: paired.tango_z(1, 1, 5, 1.0), "difference = 1.0: a value between"),
        (lambda: paired.achievable_margin(0.1, 0), "n = 0 cases"),
        (lambda: paired.achievable_margin(1.1, 5), "churn = 1.1"),
        (lambda: paired.achievable_margin(0.1, 5, power=80), "power = 80: a share"),
    ],
)
def test_impossible_questions_are_answered_in_words(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()
