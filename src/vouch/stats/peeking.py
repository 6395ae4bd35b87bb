"""Looking after every case: a comparison that may be stopped at any moment, for runs without a planned end.

It does not know when somebody looks, nor why; the promise holds for every rule of stopping.

Two bets are kept, one against "not worse" and one against "worse by the margin or more". Each starts with 1 and cannot
grow on average while what it bets against is true, so that it ever reaches 1 / (1 - confidence) with a chance of at
most 1 - confidence (Ville, 1939). Both depend on counts alone, not on the order of the cases. They find catastrophes
with fewer cases than planned looks do and need more cases for everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike

from vouch.errors import UsageError
from vouch.stats.binomial import check_share
from vouch.stats.special import Numbers
from vouch.values.score import Verdict

METHOD: Final = "e-process on counts"

STAKES: Final = (0.01, 0.02, 0.04, 0.08, 0.15, 0.25, 0.4, 0.6, 0.8, 0.95)
"""Shares of the capital that are staked; the capital is spread over all of them equally."""


class Peek(Struct, frozen=True):
    """What may be said after n cases: `e_worse` and `e_not_worse` are the capitals; 1 / (1 - confidence) decides."""

    verdict: Verdict
    n: int
    lost: int
    won: int
    e_worse: float
    e_not_worse: float
    margin: float
    confidence: float


def worse_capital(lost: ArrayLike, won: ArrayLike) -> Numbers:
    """The natural logarithm of the capital that bets on "worse", element by element.

    Mean over stakes g of (1 + g)^lost (1 - g)^won.
    """
    fell, rose = np.asarray(lost, dtype=np.float64)[..., None], np.asarray(won, dtype=np.float64)[..., None]
    stakes = np.array(STAKES)
    return _log_mean(fell * np.log1p(stakes) + rose * np.log1p(-stakes))


def not_worse_capital(lost: ArrayLike, won: ArrayLike, n: ArrayLike, margin: float) -> Numbers:
    """The natural logarithm of the capital that bets on "not worse by the margin or more", element by element.

    Mean over stakes g of the product over cases of 1 + g (d + margin) / (1 - margin), where d is -1 for a case lost, 1
    for one won and 0 otherwise.
    """
    check_share("margin", margin)
    fell, rose = np.asarray(lost, dtype=np.float64)[..., None], np.asarray(won, dtype=np.float64)[..., None]
    same = np.asarray(n, dtype=np.float64)[..., None] - fell - rose
    stakes = np.array(STAKES)
    parts = [
        count * np.log1p(stakes * (value + margin) / (1 - margin))
        for count, value in ((fell, -1.0), (same, 0.0), (rose, 1.0))
    ]
    return _log_mean(parts[0] + parts[1] + parts[2])


def peek(lost: int, won: int, n: int, *, margin: float, confidence: float = 0.95) -> Peek:
    """The verdict on n cases so far; it may be asked for after every case, and the first that decides may be kept."""
    check_share("confidence", confidence)
    if n < 0 or lost < 0 or won < 0 or lost + won > n:
        raise UsageError(f"lost = {lost!r}, won = {won!r} of n = {n!r}: counts that fit together are wanted")
    limit = -np.log(1 - confidence)
    worse, not_worse = float(worse_capital(lost, won)[()]), float(not_worse_capital(lost, won, n, margin)[()])
    verdict: Verdict = "hold" if worse >= limit else "ship" if not_worse >= limit else "undecided"
    return Peek(verdict, n, lost, won, _capital(worse), _capital(not_worse), margin, confidence)


def watch(before: Sequence[bool], after: Sequence[bool], *, margin: float, confidence: float = 0.95) -> Peek:
    """The first peek that decides when looking after every case, or the last one when none does."""
    if len(before) != len(after):
        raise UsageError(
            f"{len(before)} outcomes before and {len(after)} after: pair the same cases, in the same order"
        )
    check_share("confidence", confidence)
    was, now = np.asarray(before, dtype=bool), np.asarray(after, dtype=bool)
    lost, won, n = np.cumsum(was & ~now), np.cumsum(now & ~was), np.arange(1, len(was) + 1)
    limit = -np.log(1 - confidence)
    decided = (worse_capital(lost, won) >= limit) | (not_worse_capital(lost, won, n, margin) >= limit)
    if not len(n):
        return peek(0, 0, 0, margin=margin, confidence=confidence)
    stop = int(np.argmax(decided)) if decided.any() else len(n) - 1
    return peek(int(lost[stop]), int(won[stop]), stop + 1, margin=margin, confidence=confidence)


def _log_mean(logs: Numbers) -> Numbers:
    most = logs.max(axis=-1)
    return most + np.log(np.exp(logs - most[..., None]).mean(axis=-1))


def _capital(log: float) -> float:
    """The capital itself; beyond what a number can hold, the largest number."""
    return float(np.exp(min(log, 700.0)))
