"""Stopping early without fooling oneself: a gate that looks at the comparison a few times, planned beforehand.

It does not know the questions; it wants them in random order, and counts of lost and won after each look.

At each look the nominal level is what the error-spending function of Lan and DeMets (Biometrika, 1983) of the O'Brien
and Fleming type, 2 - 2 Phi(z / sqrt(share of questions seen)) with z the normal quantile at 1 - (1 - confidence) / 2,
releases there: almost nothing early, nearly everything at the end. Over all looks together `hold` is then wrong in at
most 1 - confidence of all comparisons, and `ship` of a change that is worse by the margin about as rarely.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

from vouch.errors import UsageError
from vouch.stats import paired
from vouch.stats.binomial import check_share
from vouch.stats.special import Numbers, normal_cdf, normal_cdfs, normal_quantile
from vouch.values.arrays import Counts, NDArray, np
from vouch.values.score import Interval, Verdict

METHOD: Final = "group sequential (O'Brien-Fleming-type spending): McNemar exact, Tango score"

INTERVAL: Final = "Tango score at the level of the look"

MOST_LOOKS: Final = 50
"""More looks than this gain nothing; who wants to look after every case uses the `peeking` file."""

_FURTHEST: Final = 6.5
"""Standard deviations from the mean at which the numerical integration ends."""

_LEAST: Final = 1e-12
"""A look at which less than this may be spent cannot decide."""

_NODES: Final = 8
"""Places of integration in each stretch of one and a half steps."""

_MOST_STEPS: Final = 60


class Schedule(Struct, frozen=True):
    """After how many cases to look, and the one-sided nominal level of each look; both tuples of one length."""

    looks: tuple[int, ...]
    levels: tuple[float, ...]
    confidence: float

    @property
    def n(self) -> int:
        """How many cases are used when nothing is decided early."""
        return self.looks[-1]


class Decision(Struct, frozen=True):
    """Where a gate with several looks stopped: after `n` cases, at look number `look` (from 1), `saved` cases unused.

    `difference` is a repeated interval: with the level of its look, it covers at every look together with at least its
    confidence (each side misses at most half of the rest). `cases_more` as in `paired.Comparison`.
    """

    verdict: Verdict
    n: int
    look: int
    saved: int
    lost: int
    won: int
    p_worse: float
    p_not_worse: float
    level: float
    difference: Interval
    margin: float
    achievable_margin: float
    cases_more: int


class Forecast(Struct, frozen=True):
    """Over `runs` simulated comparisons: the shares of verdicts, and how many cases they used on average."""

    ship: float
    hold: float
    undecided: float
    mean_cases: float
    saved: float
    runs: int


def schedule(n: int, looks: int = 10, *, confidence: float = 0.95) -> Schedule:
    """Equally spaced looks at up to `n` cases, the last one at all of them; fewer looks where n is smaller."""
    if n < 1 or not 1 <= looks <= MOST_LOOKS:
        raise UsageError(f"n = {n!r}, looks = {looks!r}: at least one case and 1 to {MOST_LOOKS} looks are wanted")
    return schedule_at(sorted({math.ceil(n * place / looks) for place in range(1, looks + 1)}), confidence=confidence)


def schedule_at(looks: Sequence[int], *, confidence: float = 0.95) -> Schedule:
    """Looks after these numbers of cases, rising; the last is the most that will be used."""
    check_share("confidence", confidence)
    rising = all(first < second for first, second in itertools.pairwise(looks))
    if not 1 <= len(looks) <= MOST_LOOKS or looks[0] < 1 or not rising:
        raise UsageError(f"looks = {list(looks)!r}: 1 to {MOST_LOOKS} rising numbers of cases are wanted")
    shares = tuple(look / looks[-1] for look in looks)
    return Schedule(tuple(looks), _levels(shares, 1 - confidence), confidence)


def random_order(n: int, seed: int) -> tuple[int, ...]:
    """The places 0 to n - 1 in the order in which to ask: the same for the same seed."""
    return tuple(np.random.default_rng(seed).permutation(n).tolist())


def suggested_margin(churn: float) -> float:
    """3 points where at most 3 % of outcomes change by themselves, else 5: what 500 cases usually can prove."""
    if not 0 <= churn <= 1:
        raise UsageError(f"churn = {churn!r}: the share of outcomes that change by themselves, from 0 to 1, is wanted")
    return 0.03 if churn <= 0.03 else 0.05


def decide(lost: int, won: int, n: int, *, schedule: Schedule, margin: float) -> Decision:
    """What the counts after n cases say at the look that is planned there; `undecided` means: go on, or give up at end.

    Raises `UsageError` where no look is planned after n cases: looking at other moments would break the promise.
    """
    if n not in schedule.looks:
        raise UsageError(f"n = {n!r}: looks are planned after {list(schedule.looks)!r} cases only")
    place = schedule.looks.index(n)
    level = schedule.levels[place]
    worse, not_worse = paired.p_worse(lost, won), paired.p_not_worse(lost, won, n, margin)
    verdict: Verdict = "hold" if worse <= level else "ship" if not_worse <= level else "undecided"
    more = 0
    if verdict == "undecided":
        more = paired.cases_to_decide(lost, won, n, margin=margin, confidence=schedule.confidence)
    return Decision(
        verdict=verdict,
        n=n,
        look=place + 1,
        saved=schedule.n - n,
        lost=lost,
        won=won,
        p_worse=worse,
        p_not_worse=not_worse,
        level=level,
        difference=_repeated(lost, won, n, level=level, confidence=schedule.confidence),
        margin=margin,
        achievable_margin=paired.achievable_margin((lost + won) / n, n, schedule.confidence),
        cases_more=more,
    )


def follow(before: Sequence[bool], after: Sequence[bool], *, schedule: Schedule, margin: float) -> Decision:
    """The decision at the first look that decides, or else at the last; outcomes in the (random) order of asking.

    Raises `UsageError` when there are fewer pairs than the schedule's last look.
    """
    if len(before) != len(after) or len(before) < schedule.n:
        raise UsageError(
            f"{len(before)} outcomes before and {len(after)} after: {schedule.n} pairs of the same cases are wanted"
        )
    was, now = np.asarray(before, dtype=bool), np.asarray(after, dtype=bool)
    places = np.asarray(schedule.looks) - 1
    lost = np.cumsum(was & ~now, dtype=np.int64)[places]
    won = np.cumsum(now & ~was, dtype=np.int64)[places]
    _, look = decide_all(lost[None, :], won[None, :], schedule=schedule, margin=margin)
    place = int(look[0])
    return decide(int(lost[place]), int(won[place]), schedule.looks[place], schedule=schedule, margin=margin)


def decide_all(
    lost: Counts, won: Counts, *, schedule: Schedule, margin: float
) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Verdicts of many comparisons at once: 1 ship, -1 hold, 0 undecided; and the place of the look that stopped each.

    `lost` and `won` have one row a comparison and one column a look, counted from the first case on.
    """
    check_share("margin", margin)
    levels = np.asarray(schedule.levels)
    pairs, where = np.unique(np.stack([lost.ravel(), won.ravel()]), axis=1, return_inverse=True)
    worse = paired.worse_p_values(pairs[0], pairs[1])[where.ravel()].reshape(lost.shape) <= levels
    limits = np.array([-normal_quantile(level) if level > 0 else math.inf for level in schedule.levels])
    safe = paired.tango_statistics(lost, won, np.asarray(schedule.looks), -margin) >= limits
    stopped = worse | safe
    stopped[:, -1] = True
    look = np.argmax(stopped, axis=1)
    rows = np.arange(len(lost))
    return np.where(worse[rows, look], -1, np.where(safe[rows, look], 1, 0)), look


def forecast(
    schedule: Schedule, *, churn: float, change: float = 0.0, margin: float, runs: int = 2000, seed: int = 0
) -> Forecast:
    """What a gate would do if a share `churn` of outcomes changed by itself and accuracy changed by `change`.

    Of n cases, churn / 2 are lost and churn / 2 won by chance, and `change` more are lost (below 0) or won.
    """
    lost, won = churn / 2 - min(change, 0.0), churn / 2 + max(change, 0.0)
    if min(lost, won) < 0 or lost + won > 1 or runs < 1:
        raise UsageError(f"churn = {churn!r}, change = {change!r}: shares that leave some cases unchanged are wanted")
    random = np.random.default_rng(seed)
    steps = np.diff(np.array((0, *schedule.looks)))
    drawn = random.multinomial(steps, [lost, won, 1 - lost - won], size=(runs, len(steps))).cumsum(axis=1)
    verdict, look = decide_all(drawn[:, :, 0], drawn[:, :, 1], schedule=schedule, margin=margin)
    used = float(np.asarray(schedule.looks)[look].mean())
    ship, hold = float((verdict == 1).mean()), float((verdict == -1).mean())
    return Forecast(ship, hold, float((verdict == 0).mean()), used, schedule.n - used, runs)


def _repeated(lost: int, won: int, n: int, *, level: float, confidence: float) -> Interval:
    """The interval whose sides each have the level of the look; where that is 0, nothing is known yet."""
    low, high = -1.0, 1.0
    if level > 0:
        low, high = (float(bound[()]) for bound in paired.difference_bounds(lost, won, n, z=-normal_quantile(level)))
    return Interval((won - lost) / n, low, high, 2 * confidence - 1, n, INTERVAL)


@lru_cache(maxsize=64)
def _levels(shares: tuple[float, ...], alpha: float) -> tuple[float, ...]:
    """The nominal level of each look, by integrating over the score's paths that have not yet crossed a limit.

    After Armitage, McPherson and Rowe (1969): the score behaves like a Brownian motion at times `shares`.
    """
    z = normal_quantile(1 - alpha / 2)
    spent = [2 * normal_cdf(-z / math.sqrt(share)) for share in shares]
    places, mass = np.zeros(1), np.ones(1)
    levels: list[float] = []
    for index, share in enumerate(shares):
        due = spent[index] - (spent[index - 1] if index else 0.0)
        step = math.sqrt(share - (shares[index - 1] if index else 0.0))
        spread = math.sqrt(share)
        limit = _limit(places, mass, step, due) if due > _LEAST else math.inf
        levels.append(normal_cdf(-limit / spread))
        places, mass = _onward(places, mass, step, min(limit, _FURTHEST * spread), spread)
    return tuple(levels)


def _limit(places: Numbers, mass: Numbers, step: float, due: float) -> float:
    """The height that the next step crosses with chance `due`, by Newton's method on the chance's logarithm."""
    height = float(places[-1])
    for _ in range(_MOST_STEPS):
        gap = (places - height) / step
        crossed = float(mass @ normal_cdfs(gap))
        slope = float(mass @ np.exp(-gap * gap / 2)) / (step * math.sqrt(2 * math.pi))
        move = crossed / slope * math.log(crossed / due)
        height += move
        if abs(move) < 1e-10 * step:
            break
    return height


def _onward(places: Numbers, mass: Numbers, step: float, limit: float, spread: float) -> tuple[Numbers, Numbers]:
    """Gauss-Legendre places below the limit and the paths' mass there after one more step."""
    low = -_FURTHEST * spread
    panels = math.ceil((limit - low) / (1.5 * step))
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    half = (limit - low) / (2 * panels)
    middles = low + half * (2 * np.arange(panels) + 1)
    following = (middles[:, None] + half * nodes).ravel()
    gap = (following[:, None] - places[None, :]) / step
    density = np.exp(-gap * gap / 2) @ mass / (step * math.sqrt(2 * math.pi))
    return following, density * np.tile(weights, panels) * half
