"""How well a judge agrees with people, from labels of all answers, or of some that were drawn by verdict.

It does not know the judge, nor what it was asked.

Where people labelled some passes and some fails, plain counts would show the judge as it never is: rarer verdicts are
labelled more often. Then each verdict's share of right answers is estimated by itself, and weighed with how often the
verdict occurs; intervals are quantiles of what the labels leave likely (Jeffreys' prior for each share).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from msgspec import Struct

from vouch.errors import UsageError
from vouch.stats import agreement
from vouch.stats.special import Numbers, beta_quantile
from vouch.values.score import Interval

BY_VERDICT: Final = "weighed by verdict, Jeffreys"

_STEPS: Final = 100


class ClassErrors(Struct, frozen=True):
    """The judge's errors with one class: of `n` answers that people put there, the share it `missed`.

    And of `called` answers that it put there itself, the share that people did not (`false`). Each is None where there
    are no such answers.
    """

    label: str
    n: int
    missed: Interval | None
    called: int
    false: Interval | None


class Agreement(Struct, frozen=True):
    """The share of answers on which judge and people agree, that beyond chance, and the judge's errors by class.

    `kappa` is None where one side uses a single verdict only.
    """

    share: Interval
    kappa: Interval | None
    errors: tuple[ClassErrors, ...]


def of_all(truth: Sequence[str], judged: Sequence[str], confidence: float) -> Agreement:
    """From labels of all answers, or of a plain random sample."""
    try:
        beyond = agreement.kappa(truth, judged, confidence=confidence)
    except UsageError:
        beyond = None
    errors = tuple(
        ClassErrors(str(each.label), each.n, each.missed, each.called, each.false)
        for each in agreement.error_rates(truth, judged, confidence)
    )
    return Agreement(agreement.share(truth, judged, confidence), beyond, errors)


def by_verdict(verdicts: Sequence[bool], labels: Mapping[int, bool], confidence: float) -> Agreement:
    """From all verdicts (whether the judge passed it) and labels at some places, drawn by verdict.

    Raises `UsageError` where a verdict that occurs has no label.
    """
    n = len(labels)
    passing = sum(verdicts) / len(verdicts)
    counts = {
        verdict: [right for place, right in labels.items() if verdicts[place] == verdict] for verdict in (True, False)
    }
    for verdict, here in counts.items():
        if not here and any(one == verdict for one in verdicts):
            raise UsageError(f"no answer that the judge {'passed' if verdict else 'failed'} has a label: label some")
    shares = {verdict: sum(here) / len(here) if here else 0.0 for verdict, here in counts.items()}
    # Middles of equal steps of the distribution of each share, every one with every other.
    middles = (np.arange(_STEPS) + 0.5) / _STEPS
    likely = [
        beta_quantile(sum(counts[verdict]) + 0.5, len(counts[verdict]) - sum(counts[verdict]) + 0.5, middles)
        for verdict in (True, False)
    ]
    of_passes, of_fails = (every.ravel() for every in np.meshgrid(*likely))
    sides = ((1 - confidence) / 2, (1 + confidence) / 2)

    def figure(of: Callable[[Numbers], Numbers], cases: int = n) -> Interval:
        point = float(of(_table(passing, np.array([shares[True]]), np.array([shares[False]])))[0])
        low, high = np.quantile(of(_table(passing, of_passes, of_fails)), sides).tolist()
        return Interval(point, min(low, point), max(high, point), confidence, cases, BY_VERDICT)

    right, wrong = sum(labels.values()), n - sum(labels.values())
    passed, failed = len(counts[True]), len(counts[False])
    errors = (
        ClassErrors(
            "right",
            right,
            figure(lambda t: t[2] / (t[0] + t[2]), right) if right else None,
            passed,
            figure(lambda t: t[1] / (t[0] + t[1]), passed) if passed else None,
        ),
        ClassErrors(
            "wrong",
            wrong,
            figure(lambda t: t[1] / (t[1] + t[3]), wrong) if wrong else None,
            failed,
            figure(lambda t: t[2] / (t[2] + t[3]), failed) if failed else None,
        ),
    )
    defined = 0 < passing < 1 and right and wrong
    return Agreement(figure(lambda t: t[0] + t[3]), figure(_kappa) if defined else None, errors)


def _table(passing: float, right_of_passes: Numbers, right_of_fails: Numbers) -> Numbers:
    """Shares of all answers: passed and right, passed and wrong, failed and right, failed and wrong."""
    failing = 1 - passing
    return np.stack(
        [
            passing * right_of_passes,
            passing * (1 - right_of_passes),
            failing * right_of_fails,
            failing * (1 - right_of_fails),
        ]
    )


def _kappa(table: Numbers) -> Numbers:
    passing, right = table[0] + table[1], table[0] + table[2]
    chance = passing * right + (1 - passing) * (1 - right)
    return (table[0] + table[3] - chance) / (1 - chance)
