"""Answers that vary from run to run: known formulas, published rates, and a margin that holds."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from vouch.errors import UsageError
from vouch.stats import repeats

Runs = list[list[float]]


def _drawn(random: np.random.Generator, n: int, before: int, after: int, *, change: float) -> tuple[Runs, Runs]:
    """Runs of n questions, 90 % right, 4 % churn; a share of questions is lost for good."""
    total = 0.09 / 0.02 - 1
    rates = random.beta(0.9 / total, 0.1 / total, n)
    fallen = np.where(random.random(n) < -change / 0.9, 0.0, rates)
    old, new = random.random((n, before)) < rates[:, None], random.random((n, after)) < fallen[:, None]
    return old.astype(float).tolist(), new.astype(float).tolist()


def _rates(before: int, after: int, change: float, margin: float, runs: int = 200) -> tuple[float, float]:
    random = np.random.default_rng(11)
    found = [
        repeats.compare(*_drawn(random, 500, before, after, change=change), margin=margin, seed=run)
        for run in range(runs)
    ]
    return (
        sum(each.p_worse <= 0.05 for each in found) / runs,
        sum(each.p_not_worse <= 0.05 for each in found) / runs,
    )


@pytest.mark.parametrize(("after", "before", "held"), [(1, 1, 0.56), (3, 3, 0.83), (3, 10, 0.88)])
def test_the_published_rates_of_finding_two_points(after: int, before: int, held: float) -> None:
    assert _rates(before, after, -0.02, 0.02)[0] == pytest.approx(held, abs=0.06)


def test_nothing_changed_is_rarely_held_and_mostly_passed() -> None:
    held, passed = _rates(10, 3, 0.0, 0.02)
    assert held <= 0.08
    assert passed >= 0.95


@pytest.mark.parametrize("margin", [0.02, 0.03])
def test_a_change_by_the_margin_rarely_passes(margin: float) -> None:
    assert _rates(10, 3, -margin, margin, runs=300)[1] <= 0.065


def test_the_t_test_is_that_of_scipy() -> None:
    random = np.random.default_rng(2)
    before, after = _drawn(random, 80, 4, 3, change=-0.05)
    found = repeats.compare(before, after)
    old, new = np.mean(before, axis=1), np.mean(after, axis=1)
    theirs = scipy_stats.ttest_rel(new, old, alternative="less")
    assert found.p_worse == pytest.approx(float(theirs.pvalue), rel=1e-9)
    # One question more is lost and one is won.
    span = scipy_stats.ttest_rel([*new, 0.0, 1.0], [*old, 1.0, 0.0]).confidence_interval(0.95)
    assert (found.difference.low, found.difference.high) == pytest.approx((span.low, span.high), rel=1e-9)
    assert (found.runs_before, found.runs_after, found.n) == (4.0, 3.0, 80)


def test_verdicts_and_what_is_missing() -> None:
    random = np.random.default_rng(3)
    assert repeats.compare(*_drawn(random, 500, 10, 5, change=-0.1)).verdict == "hold"
    assert repeats.compare(*_drawn(random, 500, 10, 5, change=0.0), margin=0.03).verdict == "ship"
    open_ = repeats.compare(*_drawn(random, 60, 2, 2, change=0.0), margin=0.02)
    assert (open_.verdict, open_.cases_more > 0) == ("undecided", True)
    assert open_.achievable_margin > 0.02
    same = repeats.compare([[1.0]] * 400, [[1.0]] * 400, margin=0.03)
    assert (same.verdict, same.p_worse, same.churn, same.difference.estimate) == ("ship", 1.0, 0.0, 0.0)
    assert -0.01 < same.difference.low < 0 < same.difference.high < 0.01
    few = repeats.compare([[1.0]] * 5, [[1.0]] * 5)
    assert (few.verdict, few.cases_more) == ("undecided", 160)
    assert repeats.compare([[1.0]] * 165, [[1.0]] * 165).verdict == "ship"
    assert repeats.compare([[1.0]] * 164, [[1.0]] * 164).verdict == "undecided"
    assert repeats.compare([[1.0]] * 50, [[0.0]] * 50).p_worse < 1e-12


def test_the_same_seed_gives_the_same_result() -> None:
    random = np.random.default_rng(4)
    before, after = _drawn(random, 100, 3, 3, change=0.0)
    assert repeats.compare(before, after, seed=1) == repeats.compare(before, after, seed=1)
    assert repeats.compare(before, after, seed=1) != repeats.compare(before, after, seed=2)


@settings(max_examples=30)
@given(st.lists(st.lists(st.booleans(), min_size=3, max_size=6), min_size=2, max_size=6), st.integers(1, 3))
def test_pass_at_k_and_pass_all_k_count_all_choices_of_runs(runs: list[list[bool]], k: int) -> None:
    every = [np.mean([all(chosen) for chosen in itertools.combinations(row, k)]) for row in runs]
    some = [np.mean([any(chosen) for chosen in itertools.combinations(row, k)]) for row in runs]
    assert repeats.pass_all(runs, k).interval.estimate == pytest.approx(np.mean(every))
    assert repeats.pass_at(runs, k).interval.estimate == pytest.approx(np.mean(some))


@settings(max_examples=30)
@given(st.lists(st.lists(st.booleans(), min_size=2, max_size=6), min_size=2, max_size=6))
def test_churn_counts_all_pairs_of_runs(runs: list[list[bool]]) -> None:
    pairs = [np.mean([a != b for a, b in itertools.combinations(row, 2)]) for row in runs]
    found = repeats.churn(runs)
    assert found is not None
    assert found.estimate == pytest.approx(np.mean(pairs))


def test_one_run_each_shows_no_churn_of_its_own() -> None:
    assert repeats.churn([[1.0], [0.0]]) is None
    assert repeats.compare([[1.0], [0.0]], [[0.0], [0.0]]).churn == 0.5


def test_intervals_of_pass_all_cover_with_questions_as_the_unit() -> None:
    random = np.random.default_rng(5)
    rates = np.array([0.2, 0.9, 1.0])
    covered = 0
    for _ in range(200):
        drawn = random.choice(rates, size=60)
        runs = (random.random((60, 4)) < drawn[:, None]).tolist()
        found = repeats.pass_all(runs, 2).interval
        covered += found.low <= float((rates**2).mean()) <= found.high
    assert covered / 200 >= 0.93


def test_variance_is_split_as_it_was_made() -> None:
    random = np.random.default_rng(6)
    rates = random.beta(2, 1, 4000)
    found = repeats.spread((random.random((4000, 5)) < rates[:, None]).tolist())
    assert found.between == pytest.approx(1 / 18, rel=0.06)
    assert found.within == pytest.approx(1 / 6, rel=0.03)
    assert found.share_between == pytest.approx(0.25, rel=0.06)
    assert (found.questions, found.runs) == (4000, 20000)
    assert found.churn is not None
    assert found.churn.low <= 2 * found.within <= found.churn.high


def test_variance_split_is_the_analysis_of_variance() -> None:
    runs = [[1.0, 0.0, 0.5], [1.0, 1.0], [0.0, 0.25, 0.0, 0.0]]
    theirs = scipy_stats.f_oneway(*runs)
    found = repeats.spread(runs)
    size = (9 - (9 + 4 + 16) / 9) / 2
    assert (found.between * size + found.within) / found.within == pytest.approx(float(theirs.statistic))
    assert repeats.spread([[1.0, 1.0], [1.0, 1.0]]).share_between == 0.0


def test_flaky_questions_are_those_whose_runs_differ() -> None:
    runs = [[1.0] * 10, [0.0] * 10, [1.0] * 9 + [0.0], [1.0, 0.0] * 5, [1.0]]
    found = repeats.flaky(runs)
    assert [(each.question, each.right, each.runs, each.proven) for each in found] == [
        (3, 5, 10, True),
        (2, 9, 10, False),
    ]
    theirs = [float(scipy_stats.binomtest(m, 10, 0.01, alternative="greater").pvalue) for m in (5, 1)]
    assert [each.p for each in found] == pytest.approx(theirs)


def test_stray_mistakes_are_rarely_called_flaky() -> None:
    random = np.random.default_rng(7)
    called = [any(each.proven for each in repeats.flaky((random.random((50, 10)) < 0.99).tolist())) for _ in range(200)]
    assert np.mean(called) <= 0.05


@given(st.integers(0, 6), st.integers(0, 9))
def test_fisher_is_that_of_scipy(before: int, after: int) -> None:
    theirs = scipy_stats.fisher_exact([[before, 6 - before], [after, 9 - after]]).pvalue
    assert repeats.fisher(before, 6, after, 9) == pytest.approx(float(theirs))


def test_changed_questions_are_listed_by_how_sure_it_is() -> None:
    before, after = [[1.0] * 8, [1.0, 0.0] * 4, [1.0] * 8], [[0.0] * 8, [1.0] * 4, [1.0] * 3]
    found = repeats.changed(before, after)
    assert [each.question for each in found] == [0, 1]
    assert (found[0].right_before, found[0].runs_before, found[0].right_after, found[0].runs_after) == (8, 8, 0, 8)
    assert found[0].p_adjusted == pytest.approx(3 * found[0].p)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: repeats.compare([[1.0]], [[1.0]]), "1 questions before and 1 after: pair at least two"),
        (lambda: repeats.compare([[1.0]] * 2, [[1.0]] * 3), "2 questions before and 3 after"),
        (lambda: repeats.compare([[1.0]] * 2, [[1.0], []]), "2 questions: at least one, each with at least one run"),
        (lambda: repeats.compare([[1.0]] * 2, [[2.0]] * 2), "a score outside 0 to 1"),
        (lambda: repeats.compare([[1.0]] * 2, [[1.0]] * 2, margin=2), "margin = 2: a share"),
        (lambda: repeats.pass_at([[1.0, 0.0], [1.0]], 2), "k = 2: every question ran at least 1 times"),
        (lambda: repeats.pass_all([[1.0]], 0), "k = 0: every question"),
        (lambda: repeats.spread([[1.0], [1.0]]), "2 questions in 2 runs"),
        (lambda: repeats.flaky([[1.0]], stray=0), "stray = 0: a share"),
        (lambda: repeats.flaky([]), "0 questions: at least one"),
        (lambda: repeats.changed([[1.0]], []), "0 questions: at least one"),
        (lambda: repeats.changed([[1.0]], [[1.0]] * 2), "1 questions before and 2 after"),
    ],
)
def test_impossible_questions_are_answered_in_words(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()


def test_few_questions_that_all_fell_prove_nothing() -> None:
    # Without spread t would be infinitely sure.
    for n in (2, 3, 4):
        fallen = repeats.compare([[1.0] * 3] * n, [[0.0] * 3] * n)
        assert (fallen.p_worse, fallen.verdict) == (0.5**n, "undecided")
    assert repeats.compare([[1.0] * 3] * 6, [[0.0] * 3] * 6).verdict == "hold"


@pytest.mark.parametrize(("n", "lost"), [(30, 0.02), (100, 0.01), (200, 0.01), (500, 0.02)])
def test_the_interval_covers_a_rare_loss(n: int, lost: float) -> None:
    random = np.random.default_rng(n)
    old = [[1.0] * 5] * n
    spans = [
        repeats.compare(old, [[0.0 if fell else 1.0] * 3 for fell in random.random(n) < lost]).difference
        for _ in range(200)
    ]
    assert sum(span.low <= -lost <= span.high for span in spans) >= 0.94 * 200
