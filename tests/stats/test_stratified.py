"""Cases drawn by kind: weighted to the traffic, and covering."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vouch.errors import UsageError
from vouch.stats import paired, stratified

TRAFFIC = {"common": 0.9, "rare": 0.1}
KINDS = ["common"] * 200 + ["rare"] * 200


def test_shares_are_weighted_to_the_traffic() -> None:
    found = stratified.mean([1.0] * 190 + [0.0] * 10 + [1.0] * 100 + [0.0] * 100, KINDS, TRAFFIC)
    assert found.estimate == pytest.approx(0.9 * 0.95 + 0.1 * 0.5)
    error = (0.9**2 * 0.95 * 0.05 / 199 + 0.1**2 * 0.25 / 199) ** 0.5
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.1)
    assert found.n == 400


def test_a_stratum_without_errors_still_has_a_doubt() -> None:
    found = stratified.mean([1.0] * 400, KINDS, TRAFFIC)
    assert found.low < 0.99
    assert found.high == 1.0


def test_the_interval_covers() -> None:
    random = np.random.default_rng(1)
    covered = 0
    for _ in range(250):
        values = np.concatenate([random.random(200) < 0.97, random.random(200) < 0.6]).astype(float)
        found = stratified.mean(values.tolist(), KINDS, TRAFFIC)
        covered += found.low <= 0.9 * 0.97 + 0.1 * 0.6 <= found.high
    assert covered / 250 >= 0.94


def test_one_stratum_compares_as_pairs_do() -> None:
    before = [True] * 480 + [False] * 20
    after = [False] * 3 + [True] * 485 + [False] * 12
    ours, pairs = stratified.compare(before, after, ["all"] * 500), paired.compare(before, after)
    assert ours.p_not_worse == pytest.approx(pairs.p_not_worse)
    assert (ours.difference.low, ours.difference.high) == pytest.approx(
        (pairs.difference.low, pairs.difference.high), abs=1e-9
    )
    assert ours.p_worse == pytest.approx(pairs.p_worse)
    assert ours.verdict == pairs.verdict == "ship"


def test_where_the_traffic_is_counts() -> None:
    before = [True] * 400
    after = [True] * 200 + [False] * 20 + [True] * 180
    plain, weighted = stratified.compare(before, after, KINDS), stratified.compare(before, after, KINDS, TRAFFIC)
    assert plain.difference.estimate == pytest.approx(-0.05)
    assert weighted.difference.estimate == pytest.approx(-0.01)
    assert (plain.verdict, weighted.strata) == ("hold", 2)
    assert stratified.compare(before, before, KINDS, TRAFFIC).p_worse == 0.5
    nothing = stratified.compare(before, before, KINDS, margin=0.05)
    assert (nothing.verdict, nothing.p_worse) == ("ship", 1.0)


def test_comparisons_keep_the_promise() -> None:
    random = np.random.default_rng(2)
    held = shipped = 0
    for _ in range(300):
        rates = np.concatenate([np.full(200, 0.02), np.full(200, 0.2)])
        moved = random.random(400) < rates
        after = np.where(moved, random.random(400) < 0.5, True)
        before = np.where(moved, ~after, True)
        held += stratified.compare(before.tolist(), after.tolist(), KINDS, TRAFFIC).p_worse <= 0.05
        worse = after & ~(before & after & (random.random(400) < 0.04))
        shipped += stratified.compare(before.tolist(), worse.tolist(), KINDS, TRAFFIC, margin=0.038).p_not_worse <= 0.05
    assert held / 300 <= 0.08
    assert shipped / 300 <= 0.09


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: stratified.mean([1.0], ["a"], {"b": 1.0}), r"traffic = \{'b': 1.0\}: one share for each of \['a'\]"),
        (lambda: stratified.mean([1.0], ["a"], {"a": 0.5}), "together 1, is wanted"),
        (lambda: stratified.mean([1.0, 1.0], ["a"], {"a": 1.0}), "1 strata for 2 values"),
        (lambda: stratified.mean([], [], {}), "0 strata for 0 values"),
        (lambda: stratified.mean([2.0], ["a"], {"a": 1.0}), "a value outside 0 to 1"),
        (lambda: stratified.compare([True], [], ["a"]), "1 outcomes before and 0 after"),
        (lambda: stratified.compare([True], [True], ["a"], margin=3), "margin = 3: a share"),
    ],
)
def test_impossible_questions_are_answered_in_words(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()
