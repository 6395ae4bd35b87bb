"""Looking after every case: the promise holds although somebody does, and catastrophes are seen soon."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from vouch.errors import UsageError
from vouch.stats import peeking


def _decisions(change: float, margin: float, runs: int = 800, n: int = 500) -> tuple[float, float, float]:
    """How often runs of n cases are ever held and ever shipped while peeking after each, and the mean length."""
    random = np.random.default_rng(2)
    lost, won = 0.03 - min(change, 0.0), 0.03 + max(change, 0.0)
    drawn = random.choice([-1, 0, 1], p=[lost, 1 - lost - won, won], size=(runs, n))
    fell, rose = (drawn < 0).cumsum(axis=1), (drawn > 0).cumsum(axis=1)
    limit = math.log(20)
    held = peeking.worse_capital(fell, rose) >= limit
    shipped = peeking.not_worse_capital(fell, rose, np.arange(1, n + 1), margin) >= limit
    stopped = held | shipped
    length = np.where(stopped.any(axis=1), stopped.argmax(axis=1) + 1, n)
    return float(held.any(axis=1).mean()), float(shipped.any(axis=1).mean()), float(length.mean())


def test_an_unchanged_version_is_hardly_ever_held_at_any_moment() -> None:
    assert _decisions(0.0, 0.03)[0] <= 0.05


@pytest.mark.parametrize("margin", [0.03, 0.05])
def test_a_change_worse_by_the_margin_hardly_ever_ships_at_any_moment(margin: float) -> None:
    assert _decisions(-margin, margin)[1] <= 0.05


def test_a_catastrophe_is_seen_soon_and_no_change_passes_in_the_end() -> None:
    held, _, length = _decisions(-0.1, 0.03, runs=200)
    assert held >= 0.99
    assert length <= 150
    assert _decisions(0.0, 0.05, runs=100, n=1500)[1] >= 0.9


def test_capital_is_the_mean_of_products() -> None:
    by_hand = sum((1 + g) ** 5 * (1 - g) ** 2 for g in peeking.STAKES) / len(peeking.STAKES)
    assert math.exp(float(peeking.worse_capital(5, 2))) == pytest.approx(by_hand)
    m = 0.1
    rows = [(1 + g * (m - 1) / (1 - m)) ** 1 * (1 + g * m / (1 - m)) ** 7 * (1 + g * (1 + m) / (1 - m)) ** 2
            for g in peeking.STAKES]  # fmt: skip
    assert math.exp(float(peeking.not_worse_capital(1, 2, 10, m))) == pytest.approx(sum(rows) / len(rows))


def test_a_watch_is_the_first_peek_that_decides() -> None:
    random = np.random.default_rng(6)
    before = (random.random(400) < 0.9).tolist()
    after = [was and random.random() > 0.2 for was in before]
    found = peeking.watch(before, after, margin=0.03)
    assert found.verdict == "hold"
    assert found == peeking.peek(found.lost, found.won, found.n, margin=0.03)
    shorter = peeking.watch(before[: found.n - 1], after[: found.n - 1], margin=0.03)
    assert (shorter.verdict, shorter.n) == ("undecided", found.n - 1)
    assert peeking.watch([True] * 400, [True] * 400, margin=0.03).verdict == "ship"
    assert peeking.watch([], [], margin=0.03).n == 0


def test_a_capital_beyond_all_numbers_is_the_largest_one() -> None:
    assert 1e300 < peeking.peek(100_000, 0, 100_000, margin=0.03).e_worse < math.inf


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: peeking.peek(2, 2, 3, margin=0.03), "lost = 2, won = 2 of n = 3"),
        (lambda: peeking.peek(0, 0, 3, margin=3), "margin = 3: a share"),
        (lambda: peeking.peek(0, 0, 3, margin=0.03, confidence=95), "confidence = 95: a share"),
        (lambda: peeking.watch([True], [], margin=0.03), "1 outcomes before and 0 after"),
    ],
)
def test_impossible_questions_are_answered_in_words(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()
