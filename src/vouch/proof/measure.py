"""How many answers were right, and what that proves: also where a case ran several times, or cases are alike.

It does not know what is claimed.
"""

from __future__ import annotations

from msgspec import Struct

from vouch.proof.tally import Tally
from vouch.stats import binomial, clustered
from vouch.values.score import Interval


class Measured(Struct, frozen=True):
    """Of all runs, `answered` count (all but those handed over) and `right` of these are right.

    `low` and `high` are one-sided bounds of the share that is right, 0 and 1 where nothing counts. `independent` says
    that every run is another case and no two cases are alike: then they are exact.
    """

    answered: int
    right: int
    accuracy: Interval | None
    low: float
    high: float
    independent: bool


def measure(tally: Tally, confidence: float) -> Measured:
    """What the runs show; cases of one source, and runs of one case, count together."""
    # What is handed over is not wrong; what failed, was blocked or could not be judged is.
    answered = sum(not tally.handed_over(run) for run in tally.runs)
    right = sum(map(tally.right, tally.runs))
    independent = tally.independent(run // tally.repeats for run in tally.runs if not tally.handed_over(run))
    if not answered:
        return Measured(0, 0, None, 0.0, 1.0, independent)
    if independent:
        low, high = (bound(right, answered, confidence) for bound in (binomial.lower_bound, binomial.upper_bound))
        accuracy = binomial.interval(right, answered, confidence)
        return Measured(answered, right, accuracy, low, high, independent)
    counted = [run for run in tally.runs if not tally.handed_over(run)]
    values = [float(tally.right(run)) for run in counted]
    clusters = [tally.cluster(run // tally.repeats) for run in counted]
    accuracy = clustered.mean(values, clusters, confidence=confidence).interval
    # Both ends of the two-sided interval at 2 c - 1 are one-sided bounds at c.
    both = clustered.mean(values, clusters, confidence=max(0.01, 2 * confidence - 1)).interval
    return Measured(answered, right, accuracy, both.low, both.high, independent)
