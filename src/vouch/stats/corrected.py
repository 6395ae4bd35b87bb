"""The share of right answers from a judge that errs and a few labels by people, so that the interval is valid.

It does not know the judge; its verdicts are pass or fail, labels are right or wrong, cases a random sample.

A judge's own rate is no accuracy: its interval shrinks around the wrong number. Stratified by verdict (the default):
people label some passes and some fails, half of the labels on fails, where they tell most. PPI++ (Angelopoulos, Duchi
and Zrnic, 2023; an option) takes labels of a plain random sample and corrects the judge by as much as it is correlated
with them; with fewer than about 200 labels and few errors its intervals cover too rarely (84 to 90 % instead of 95 %).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike

from vouch.errors import UsageError
from vouch.stats import binomial
from vouch.stats.binomial import check_share
from vouch.stats.special import Numbers, normal_quantile, student_quantile
from vouch.values.score import Interval

STRATIFIED: Final = "judge corrected, stratified by verdict"

PPI: Final = "judge corrected, PPI++"


class Correction(Struct, frozen=True):
    """A corrected share, beside the judge's own rate, which is not an accuracy.

    `worth` is how many labels of a plain random sample, without a judge, would give as narrow an interval; `gain` is
    worth / labels: what the judge multiplied each label by.
    """

    accuracy: Interval
    judge: Interval
    labels: int
    standard_error: float
    worth: float
    gain: float


def choose_labels(verdicts: Sequence[bool], labels: int, *, seed: int = 0) -> tuple[int, ...]:
    """The places of the cases that people should label: half fails and half passes, each drawn at random.

    Where one verdict has too few cases, the rest goes to the other.
    """
    if not 0 < labels <= len(verdicts):
        raise UsageError(f"labels = {labels!r} of {len(verdicts)} cases: 1 up to all of them are wanted")
    passed = np.asarray(verdicts, dtype=bool)
    fails, passes = np.flatnonzero(~passed), np.flatnonzero(passed)
    failing = min(len(fails), max(labels - labels // 2, labels - len(passes)))
    random = np.random.default_rng(seed)
    chosen = [*random.permutation(fails)[:failing].tolist(), *random.permutation(passes)[: labels - failing].tolist()]
    return tuple(random.permutation(chosen).tolist())


def stratified(verdicts: Sequence[bool], labels: Mapping[int, bool], *, confidence: float = 0.95) -> Correction:
    """The corrected share from all verdicts and the labels at some places, drawn by verdict (`choose_labels`).

    The share of passes times the share right among them, plus the same for fails. The interval lies around the same sum
    of smoothed shares, (k + 1) / (n + 2), with their variance and Student's t: around the plain sum it covers 94 % only
    where the judge is poor. Raises `UsageError` where a verdict that occurs has no label.
    """
    check_share("confidence", confidence)
    passed = _verdicts(verdicts, labels)
    labelled, right = np.zeros(2), np.zeros(2)
    for place, label in labels.items():
        labelled[int(passed[place])] += 1
        right[int(passed[place])] += label
    passes = int(passed.sum())
    for verdict, count in ((True, passes), (False, len(passed) - passes)):
        if count and not labelled[int(verdict)]:
            raise UsageError(f"no case with the verdict {verdict!r} has a label: label some of both verdicts")
    estimate, low, high, error = (
        float(each[()])
        for each in stratified_bounds(
            passes,
            len(passed),
            right=right[1],
            labelled=labelled[1],
            right_failed=right[0],
            labelled_failed=labelled[0],
            confidence=confidence,
        )
    )
    return _correction(
        Interval(estimate, low, high, confidence, len(passed), STRATIFIED), error, passed.tolist(), len(labels)
    )


def stratified_bounds(
    passed: ArrayLike,
    n: ArrayLike,
    *,
    right: ArrayLike,
    labelled: ArrayLike,
    right_failed: ArrayLike,
    labelled_failed: ArrayLike,
    confidence: float = 0.95,
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Estimate, both ends and standard error of `stratified`, element by element, from counts.

    Of n cases `passed`; of those, `right` of `labelled`; of the fails, `right_failed` of `labelled_failed`. A verdict
    without labels is taken not to occur.
    """
    given = (passed, n, right, labelled, right_failed, labelled_failed)
    passes, cases, hits, seen, strays, doubted = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in given))
    weight = passes / cases
    # Without labels of a verdict its weight is 0, so that the share put in its place has no say.
    first, second = hits / np.maximum(1, seen), strays / np.maximum(1, doubted)
    smooth, smooth_failed = (hits + 1) / (seen + 2), (strays + 1) / (doubted + 2)
    estimate = weight * first + (1 - weight) * second
    center = weight * smooth + (1 - weight) * smooth_failed
    error = np.sqrt(
        weight**2 * smooth * (1 - smooth) / np.maximum(1, seen)
        + (1 - weight) ** 2 * smooth_failed * (1 - smooth_failed) / np.maximum(1, doubted)
        + (first - second) ** 2 * weight * (1 - weight) / cases
    )
    half = _student((1 + confidence) / 2, np.maximum(1, seen + doubted - 1 - ((seen > 0) & (doubted > 0)))) * error
    low, high = np.minimum(estimate, center - half), np.maximum(estimate, center + half)
    return estimate, np.maximum(0.0, low), np.minimum(1.0, high), error


def _student(p: float, freedom: Numbers) -> Numbers:
    distinct, where = np.unique(freedom, return_inverse=True)
    return np.array([student_quantile(p, each) for each in distinct.tolist()])[where.reshape(freedom.shape)]


def ppi(verdicts: Sequence[bool], labels: Mapping[int, bool], *, confidence: float = 0.95) -> Correction:
    """The corrected share from all verdicts and labels at places drawn at random, whatever the verdict.

    mean(Y - l f) over the n labelled plus l mean(f) over the N others, with l = Cov(Y, f) / (Var(f) (1 + n / N)), held
    between 0 and 1.
    """
    check_share("confidence", confidence)
    passed = _verdicts(verdicts, labels)
    if len(labels) < 2:
        raise UsageError(f"{len(labels)} labels: at least two are wanted")
    places = np.fromiter(labels, dtype=np.intp)
    right = np.array([labels[place] for place in places.tolist()], dtype=np.float64)
    judged, others = passed[places].astype(np.float64), np.delete(passed, places).astype(np.float64)
    n, rest = len(right), len(others)
    spread, power = float(passed.astype(np.float64).var(ddof=1)), 0.0
    if rest and spread > 0:
        together = float(((right - right.mean()) * (judged - judged.mean())).mean())
        power = min(1.0, max(0.0, together / (spread * (1 + n / rest))))
    left = right - power * judged
    center, variance = float(left.mean()), float(left.var(ddof=1)) / n
    if rest:
        center += power * float(others.mean())
        variance += power**2 * float(others.var()) / rest
    error = math.sqrt(variance)
    half = normal_quantile((1 + confidence) / 2) * error
    low, high = max(0.0, center - half), min(1.0, center + half)
    return _correction(Interval(center, low, high, confidence, len(passed), PPI), error, passed.tolist(), n)


def _correction(accuracy: Interval, error: float, passed: Sequence[bool], labels: int) -> Correction:
    # A share of 0 or 1 has no variance of its own; it is taken one label away from it.
    share = min(max(accuracy.estimate, 1 / (labels + 2)), 1 - 1 / (labels + 2))
    worth = share * (1 - share) / error**2 if error > 0 else math.inf
    judge = binomial.interval(sum(passed), len(passed), accuracy.confidence)
    return Correction(accuracy, judge, labels, error, worth, worth / labels)


def _verdicts(verdicts: Sequence[bool], labels: Mapping[int, bool]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    outside = [place for place in labels if not 0 <= place < len(verdicts)]
    if outside or not labels:
        raise UsageError(f"labels at {outside!r} of {len(verdicts)} cases: labels at places of verdicts are wanted")
    return np.asarray(verdicts, dtype=bool)
