"""Answering only when sure enough: a threshold on confidence whose accuracy on the answered share is certified.

It does not know where a confidence comes from: any number will do that tends to be higher where answers are right.

What is certified, and why it holds. Let R(t) be the chance of an error among questions whose confidence reaches t. For
each of a fixed list of coverages the candidate threshold lies just above the calibration confidence of that rank. Given
that confidence, the items strictly above it are independent draws from the questions the threshold would answer, so
their number of errors is exactly Bin(k, R(t)) and P(Bin(k, 1 - target) <= errors) is a valid p-value for "R(t) is worse
than 1 - target". Candidates are tested in an order that the labels cannot influence: from each start towards larger
coverage, stopping at the first failure, each start at its own share of 1 - confidence. The chance of ever certifying a
false threshold is then at most 1 - confidence, by fixed-sequence testing within a chain and a union over chains
(Angelopoulos et al., 2021, "Learn then Test"; hybrid starts).

The fine print. Given all calibration confidences, candidates, starts and levels are constants and errors are a sum of
independent unequal coins, whose tail is no heavier than the binomial's (Hoeffding, 1956): the procedure is therefore
exactly valid for the accuracy averaged over those confidences. For the population it is exactly valid wherever R
crosses 1 - target at most once beyond a start; with more crossings, a chain may in addition jump over a crossing
narrower than one step (2 % of the traffic). Where R was made to swing about 1 - target 11 to 97 times, a false
threshold was certified in at most 2.2 % of 3,000 runs, at a nominal 5 %. All of it rests on calibration items that are
a random sample of the traffic and were used neither to fit the model nor to tune the start.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from vouch.errors import UsageError
from vouch.stats.binomial import check_share, lower_bounds, tail
from vouch.stats.special import Numbers
from vouch.values.arrays import NDArray, np

METHOD: Final = "fixed sequence, exact binomial tail, hybrid starts"

STEPS: Final = 50
"""Candidates: one per 1/50 of coverage, whatever the labels."""

FIXED_STARTS: Final = (0.2, 0.4, 0.6, 0.8)
"""Coverages at which a chain starts without any tuning."""

PREDICTED_Z: Final = 3.0
"""A tuned chain starts at the largest coverage for which the tuning data predict at least this z."""

Trials = Sequence[tuple[float, bool]]
"""Pairs of confidence and whether the answer was right. A confidence of -inf stands for an item never answered."""


class Selection(Struct, frozen=True):
    """A certified threshold: answer if and only if confidence >= threshold; None when nothing can be certified.

    `coverage` = answered / n and `errors` are those of the calibration sample at this threshold; what is certified is
    that at least the share `target` of answers at or above it is right, at `confidence`.
    """

    threshold: float | None
    coverage: float
    answered: int
    errors: int
    target: float
    confidence: float
    method: str
    n: int

    @property
    def certified(self) -> bool:
        """Whether there is a threshold that may be used."""
        return self.threshold is not None


class Curve(Struct, frozen=True):
    """Accuracy on the answered share at every possible threshold, strictest first; all tuples of one length.

    `lower` is the exact one-sided bound of each point by itself: reading the best threshold off it is not a proof,
    `select_threshold` is. `area` is the mean error rate over all coverages (AURC; smaller is better).
    """

    threshold: tuple[float, ...]
    coverage: tuple[float, ...]
    accuracy: tuple[float, ...]
    lower: tuple[float, ...]
    area: float
    confidence: float
    n: int


class _Sample:
    """Trials sorted from the most to the least confident; `errors[k]` counts the wrong ones among the first k."""

    def __init__(self, trials: Trials) -> None:
        pairs = np.array([(confidence, right) for confidence, right in trials], dtype=np.float64).reshape(-1, 2)
        if np.isnan(pairs).any():
            raise UsageError("a confidence is not a number: give every trial a confidence, -inf for one never answered")
        order = np.argsort(-pairs[:, 0], kind="stable")
        self.n = len(pairs)
        self.confidence: Numbers = pairs[order, 0]
        self.errors: Numbers = np.concatenate([[0.0], np.cumsum(1 - pairs[order, 1])])

    def above(self, limits: Numbers) -> NDArray[np.intp]:
        """How many confidences are strictly greater than each limit."""
        return np.searchsorted(-self.confidence, -limits, side="left")

    def steps(self) -> NDArray[np.intp]:
        """The candidates, as numbers of answered items, rising; equal confidences are answered together or not."""
        ranks = np.unique(np.ceil(np.arange(1, STEPS + 1) / STEPS * self.n - 1e-9).astype(np.intp))
        limits = np.append(self.confidence, -np.inf)[ranks]
        counts = np.unique(self.above(limits))
        return counts[counts > 0]

    def just_above(self, answered: int) -> float:
        """The threshold that answers exactly these: the least number above the next confidence."""
        following = self.confidence[answered] if answered < self.n else -np.inf
        if following == -np.inf:
            return 0.0 if self.confidence[answered - 1] >= 0 else -sys.float_info.max
        return float(np.nextafter(following, np.inf))


def select_threshold(calibration: Trials, *, target: float, confidence: float = 0.95, tuning: Trials = ()) -> Selection:
    """The threshold with the largest coverage that is certified to be right on at least `target` of what it answers.

    `calibration` must be a random sample of the traffic that nothing was fitted on; `tuning` are other trials (those
    the model was fitted on, answered out of fold, will do) and only choose where one chain starts, at half of
    1 - confidence. Raises `UsageError` for a share outside (0, 1) or a confidence that is not a number.
    """
    check_share("target", target)
    check_share("confidence", confidence)
    sample = _Sample(calibration)
    counts = sample.steps()
    if not counts.size:
        return Selection(None, 0.0, 0, 0, target, confidence, METHOD, sample.n)
    values = tail(sample.errors[counts], counts.astype(np.float64), target)
    levels = _levels(sample.n, counts, 1 - confidence, _tuned_start(_Sample(tuning), sample.n, target), target=target)
    last = max(_walk(values, int(start), levels[start]) for start in np.flatnonzero(levels))
    if last < 0:
        return Selection(None, 0.0, 0, 0, target, confidence, METHOD, sample.n)
    answered = int(counts[last])
    threshold, errors = sample.just_above(answered), int(sample.errors[answered])
    return Selection(threshold, answered / sample.n, answered, errors, target, confidence, METHOD, sample.n)


def naive_threshold(calibration: Trials, target: float) -> float | None:
    """The least threshold whose observed accuracy reaches `target`: what everybody does, and wrong about half the time.

    Kept to be compared with; it certifies nothing.
    """
    check_share("target", target)
    sample = _Sample(calibration)
    counts = _ends(sample)
    good = np.flatnonzero(sample.errors[counts] <= (1 - target) * counts + 1e-9)
    return float(sample.confidence[counts[good[-1]] - 1]) if good.size else None


def risk_coverage(trials: Trials, confidence: float = 0.95) -> Curve:
    """Accuracy against coverage, one point for each distinct confidence; `UsageError` when there are no trials."""
    check_share("confidence", confidence)
    sample = _Sample(trials)
    counts = _ends(sample)
    if not counts.size:
        raise UsageError("no trials: a curve needs at least one pair of confidence and right")
    errors = sample.errors[counts]
    right = counts - errors
    lower = lower_bounds(right, counts, confidence)
    everyone = np.arange(1.0, float(counts[-1]) + 1.0)
    area = float(np.mean(np.interp(everyone, np.append(0, counts), np.append(0, errors)) / everyone))
    return Curve(
        _floats(sample.confidence[counts - 1]),
        _floats(counts / sample.n),
        _floats(right / counts),
        _floats(lower),
        area,
        confidence,
        sample.n,
    )


def _floats(values: Numbers) -> tuple[float, ...]:
    return tuple(values.tolist())


def _ends(sample: _Sample) -> NDArray[np.intp]:
    """The numbers of answered items at all distinct confidences, least first; -inf is never answered."""
    distinct = np.unique(sample.confidence[sample.confidence > -np.inf])
    return np.unique(sample.n - np.searchsorted(sample.confidence[::-1], distinct, side="left"))


def _tuned_start(tuning: _Sample, n: int, target: float) -> float | None:
    """The coverage from which the tuning data predict a proof with room to spare; None without tuning data.

    z predicted for k answered of n: (1 - target - error rate) sqrt(k / (target (1 - target))). Where no coverage
    reaches `PREDICTED_Z`, the one with the highest z.
    """
    counts = tuning.steps()
    if not counts.size:
        return None
    coverage = counts / tuning.n
    margin = (1 - target) - tuning.errors[counts] / counts
    z = margin * np.sqrt(coverage * n / (target * (1 - target)))
    sure = np.flatnonzero(z >= PREDICTED_Z)
    return float(coverage[sure[-1] if sure.size else np.argmax(z)])


def _levels(n: int, counts: NDArray[np.intp], delta: float, tuned: float | None, *, target: float) -> Numbers:
    """The level of the chain that starts at each candidate (0: none starts there); they sum to delta.

    The tuned start has half of delta, the fixed starts share the rest. A fixed start that could not be certified even
    without a single error (target^k above its level) is left out and its share goes to the others: that depends on the
    sizes alone, never on the labels. A start falls on the candidate nearest to its coverage; starts that fall on the
    same one join their levels.
    """
    rest = delta if tuned is None else delta / 2
    able = [coverage for coverage in FIXED_STARTS if target ** (coverage * n) <= rest / len(FIXED_STARTS)]
    able = able or list(FIXED_STARTS)
    starts = [(coverage, rest / len(able)) for coverage in able]
    if tuned is not None:
        starts.append((tuned, delta / 2))
    levels = np.zeros(len(counts))
    for coverage, level in starts:
        levels[np.argmin(np.abs(counts - coverage * n))] += level
    return levels


def _walk(values: Numbers, start: int, level: float) -> int:
    """The last candidate before the first failure at or after `start`; -1 when the start itself fails."""
    failed = np.flatnonzero(values[start:] > level)
    steps = int(failed[0]) if failed.size else len(values) - start
    return start + steps - 1 if steps else -1
