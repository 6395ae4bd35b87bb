"""Answers that vary from run to run: several runs of the same questions, compared, and taken apart.

It does not know why runs differ. The unit is the question, never the run: the runs of one question are averaged inside
it, and questions are taken to be independent and in random order.

"Worse" is a t-test on the differences of rates by question, but never surer than the exact test that gives every
difference either sign: where few questions changed, all alike, t knows no doubt. "Not worse by the margin" is a bet on
them (`betting`), because a t-test wrongly passes 6 to 12 % of changes that are worse by the margin: differences are
skewed there. The interval of the difference counts one more question that is lost and one that is won, as Bonett and
Price (2012) do for single runs: without them it covers a rare loss in half of all cases only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from vouch.errors import UsageError
from vouch.stats import betting, clustered, paired
from vouch.stats.binomial import check_share, tail
from vouch.stats.multiple import holm
from vouch.stats.special import Numbers, student_cdf, student_quantile
from vouch.values.arrays import NDArray, np
from vouch.values.score import Interval, Verdict

METHOD: Final = "t-test on questions; betting for the margin"

DIFFERENCE: Final = "t on questions, one lost and one won added"

Runs = Sequence[Sequence[float]]
"""For each question the scores of its runs, each from 0 to 1; questions may have different numbers of runs."""


class RepeatedComparison(Struct, frozen=True):
    """What repeated runs of two versions on the same n questions show; see `paired.Comparison` for the fields.

    `churn` is the share of outcomes that differ between two runs of the same version (of both versions, averaged).
    """

    n: int
    runs_before: float
    runs_after: float
    difference: Interval
    p_worse: float
    p_not_worse: float
    churn: float
    margin: float
    achievable_margin: float
    cases_more: int
    verdict: Verdict


class Spread(Struct, frozen=True):
    """Where the variance of a score comes from: `within` questions (runs differ) and `between` them (questions differ).

    `churn` is the chance that two runs of one question differ, None where no question ran twice; `share_between` the
    intraclass correlation.
    """

    within: float
    between: float
    share_between: float
    churn: Interval | None
    questions: int
    runs: int


class Flaky(Struct, frozen=True):
    """A question whose runs differ: `right` of `runs`, and whether that is more than stray mistakes explain.

    `p` is the chance of so many runs against the majority if each strayed by itself, `p_adjusted` Holm's over all
    questions that ran more than once.
    """

    question: int
    right: int
    runs: int
    p: float
    p_adjusted: float
    proven: bool


class Changed(Struct, frozen=True):
    """A question's runs before and after, and Fisher's exact chance that they differ so much by chance alone."""

    question: int
    right_before: int
    runs_before: int
    right_after: int
    runs_after: int
    p: float
    p_adjusted: float


def compare(
    before: Runs, after: Runs, *, margin: float = 0.02, confidence: float = 0.95, seed: int = 0
) -> RepeatedComparison:
    """What k runs of a new version and h of the old one on the same questions show.

    Where every question ran once before and once after, `paired.compare` says more. The bet looks at the questions in
    an order drawn from `seed`. Raises `UsageError` for questions without a run and scores outside 0 to 1.
    """
    check_share("margin", margin)
    check_share("confidence", confidence)
    old, new = _Runs(before), _Runs(after)
    if len(old.counts) != len(new.counts) or len(old.counts) < 2:
        raise UsageError(f"{len(before)} questions before and {len(after)} after: pair at least two, in the same order")
    change = new.rates - old.rates
    n, level = len(change), 1 - confidence
    center, error = float(change.mean()), float(change.std(ddof=1)) / math.sqrt(n)
    worse = max(student_cdf(_ratio(center, error), n - 1), 0.5 ** int(np.count_nonzero(change)))
    order = np.random.default_rng(seed).permutation(n)
    not_worse = betting.p_value(change[order] + margin, least=1 - margin, confidence=confidence)
    verdict: Verdict = "hold" if worse <= level else "ship" if not_worse <= level else "undecided"
    needed = paired.achievable_margin(min(1.0, error * error * n), n, confidence)
    return RepeatedComparison(
        n=n,
        runs_before=float(old.counts.mean()),
        runs_after=float(new.counts.mean()),
        difference=_difference(change, confidence),
        p_worse=worse,
        p_not_worse=not_worse,
        churn=_pooled_churn(old, new),
        margin=margin,
        achievable_margin=needed,
        cases_more=_more(center, error, n, margin=margin, confidence=confidence) if verdict == "undecided" else 0,
        verdict=verdict,
    )


def _difference(change: Numbers, confidence: float) -> Interval:
    """The mean difference, with a question that is lost and one that is won added for its interval."""
    n, center = len(change), float(change.mean())
    added = np.concatenate([change, [-1.0, 1.0]])
    half = student_quantile((1 + confidence) / 2, n + 1) * float(added.std(ddof=1)) / math.sqrt(n + 2)
    middle = float(added.mean())
    low, high = max(-1.0, middle - half), min(1.0, middle + half)
    return Interval(center, min(low, center), max(high, center), confidence, n, DIFFERENCE)


def pass_at(runs: Runs, k: int, *, confidence: float = 0.95) -> clustered.Estimate:
    """pass@k: the chance that at least one of k runs is right, 1 - mean C(n - c, k) / C(n, k); c of n are right.

    Unbiased for each question (Chen et al., 2021); the interval takes questions as the unit.
    """
    found = _Runs(runs)
    return clustered.mean((1 - _all_of(found, found.counts - found.right, k)).tolist(), confidence=confidence)


def pass_all(runs: Runs, k: int, *, confidence: float = 0.95) -> clustered.Estimate:
    """pass^k: the chance that all of k runs are right, mean C(c, k) / C(n, k); c of n are right (Yao et al., 2024)."""
    found = _Runs(runs)
    return clustered.mean(_all_of(found, found.right, k).tolist(), confidence=confidence)


def spread(runs: Runs, *, confidence: float = 0.95) -> Spread:
    """The variance of scores split within and between questions (one-way random effects, unequal numbers of runs)."""
    found = _Runs(runs)
    questions, total = len(found.counts), int(found.counts.sum())
    if questions < 2 or total == questions:
        raise UsageError(f"{questions} questions in {total} runs: at least two, one of them run twice, are wanted")
    center = float(found.sums.sum()) / total
    within = float((found.squares - found.counts * found.rates**2).sum()) / (total - questions)
    among = float((found.counts * (found.rates - center) ** 2).sum()) / (questions - 1)
    size = (total - float((found.counts**2).sum()) / total) / (questions - 1)
    between = max(0.0, (among - within) / size)
    whole = within + between
    share = between / whole if whole > 0 else 0.0
    return Spread(within, between, share, churn(runs, confidence=confidence), questions, total)


def churn(runs: Runs, *, confidence: float = 0.95) -> Interval | None:
    """The chance that two runs of the same question differ in being right; None where no question ran twice.

    The mean over questions of 2 c (n - c) / (n (n - 1)), with questions as the unit.
    """
    values = _Runs(runs).churn()
    return clustered.mean(np.clip(values, 0, 1).tolist(), confidence=confidence).interval if values.size else None


def flaky(runs: Runs, *, stray: float = 0.01, confidence: float = 0.95) -> tuple[Flaky, ...]:
    """The questions whose runs differ, the surest first.

    Tested is whether more runs go against the majority than if each did so with the chance `stray`.
    """
    check_share("stray", stray)
    check_share("confidence", confidence)
    found = _Runs(runs)
    repeated = np.flatnonzero(found.counts > 1)
    against = np.minimum(found.right, found.counts - found.right)[repeated]
    counts = found.counts[repeated]
    # P(at least m of n stray) is the chance that at most n - m keep to it.
    values = np.where(against == 0, 1.0, tail(counts - against, counts, stray))
    adjusted = holm(values.tolist())
    listed = [
        Flaky(int(question), int(found.right[question]), int(found.counts[question]), p, high, high <= 1 - confidence)
        for question, p, high, minority in zip(repeated, values.tolist(), adjusted, against, strict=True)
        if minority > 0
    ]
    return tuple(sorted(listed, key=lambda each: (each.p, each.question)))


def changed(before: Runs, after: Runs) -> tuple[Changed, ...]:
    """The questions that are right more or less often than before, the surest first; Fisher's exact two-sided test."""
    old, new = _Runs(before), _Runs(after)
    if len(old.counts) != len(new.counts):
        raise UsageError(f"{len(before)} questions before and {len(after)} after: pair the same, in the same order")
    tables = np.stack([old.right, old.counts, new.right, new.counts]).astype(np.int64)
    distinct, where = np.unique(tables, axis=1, return_inverse=True)
    values = np.array([fisher(*table) for table in distinct.T.tolist()])[where.ravel()]
    adjusted = holm(values.tolist())
    listed = [
        Changed(question, *tables[:, question].tolist(), p=float(values[question]), p_adjusted=adjusted[question])
        for question in range(len(values))
        if old.right[question] * new.counts[question] != new.right[question] * old.counts[question]
    ]
    return tuple(sorted(listed, key=lambda each: (each.p, each.question)))


def fisher(right_before: int, runs_before: int, right_after: int, runs_after: int) -> float:
    """Fisher's exact two-sided p-value for two shares: all tables with the same totals that are no likelier."""
    right, runs = right_before + right_after, runs_before + runs_after
    possible = range(max(0, right - runs_after), min(right, runs_before) + 1)
    chances = [math.comb(runs_before, k) * math.comb(runs_after, right - k) for k in possible]
    seen = math.comb(runs_before, right_before) * math.comb(runs_after, right_after)
    return sum(chance for chance in chances if chance <= seen) / math.comb(runs, right)


class _Runs:
    """For each question: how many runs, how many entirely right, and the sum, sum of squares and mean of the scores."""

    def __init__(self, runs: Runs) -> None:
        lengths = [len(scores) for scores in runs]
        if not lengths or min(lengths) < 1:
            raise UsageError(f"{len(lengths)} questions: at least one, each with at least one run, is wanted")
        flat = np.fromiter((score for scores in runs for score in scores), dtype=np.float64, count=sum(lengths))
        if not ((flat >= 0) & (flat <= 1)).all():
            raise UsageError("a score outside 0 to 1: give every run a score from 0 to 1, 0 for one that failed")
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        self.counts: Numbers = np.asarray(lengths, dtype=np.float64)
        self.right: Numbers = np.add.reduceat((flat >= 1).astype(np.float64), starts)
        self.sums: Numbers = np.add.reduceat(flat, starts)
        self.squares: Numbers = np.add.reduceat(flat * flat, starts)
        self.rates: Numbers = self.sums / self.counts

    def churn(self) -> Numbers:
        """The unbiased chance that two runs differ, of each question that ran at least twice."""
        twice: NDArray[np.bool_] = self.counts > 1
        right, counts = self.right[twice], self.counts[twice]
        return 2 * right * (counts - right) / (counts * (counts - 1))


def _pooled_churn(old: _Runs, new: _Runs) -> float:
    """Of all questions that ran twice in one version; where none did, the share of outcomes that changed."""
    values = np.concatenate([old.churn(), new.churn()])
    return float(values.mean()) if values.size else float((old.rates != new.rates).mean())


def _all_of(found: _Runs, hits: Numbers, k: int) -> Numbers:
    """C(hits, k) / C(counts, k), question by question."""
    least = int(found.counts.min())
    if not 1 <= k <= least:
        raise UsageError(f"k = {k!r}: every question ran at least {least} times, so 1 to {least} is wanted")
    steps = np.arange(k)
    return np.prod(np.maximum(0, hits[:, None] - steps) / (found.counts[:, None] - steps), axis=1)


def _ratio(value: float, error: float) -> float:
    if error == 0:
        return 0.0 if value == 0 else math.copysign(math.inf, value)
    return value / error


def _more(center: float, error: float, n: int, *, margin: float, confidence: float) -> int:
    """How many more questions would probably decide, if things went on as they did; at least 1."""
    needed = paired.sum_of_quantiles(confidence, 0.8)
    safe, worse = _ratio(center + margin, error), _ratio(-center, error)
    # However alike all questions are, the bet needs so many of them, and the exact test of signs so many that fell.
    bets = betting.fewest(max(center, 0.0) + margin, least=1 - margin, confidence=confidence)
    signs = math.ceil(-math.log2(1 - confidence))
    wanted = [
        max(fewest, math.ceil(n * (needed / statistic) ** 2))
        for statistic, fewest in ((safe, bets), (worse, signs))
        if statistic > 0
    ]
    return max(1, min(wanted, default=n + 1) - n)
