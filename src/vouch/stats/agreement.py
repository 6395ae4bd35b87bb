"""How far may a judge be trusted? Agreement with people, errors by class, and what it is swayed by.

It does not know what was judged; labels are any values that can be compared, cases are taken to be independent.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Final, Literal

import numpy as np
from msgspec import Struct

from vouch.errors import UsageError
from vouch.stats import binomial, paired
from vouch.stats.binomial import check_share
from vouch.stats.special import Numbers, normal_quantile
from vouch.values.score import Interval

METHOD: Final = "Cohen's kappa (Fleiss, Cohen and Everitt, 1969)"

Weighting = Literal["none", "linear", "quadratic"]
"""How far apart two labels are: all different ones equally, by their distance in order, or by its square."""


class ClassErrors(Struct, frozen=True):
    """One class: of `n` cases that truly are of it, the share that the judge gave another label (`missed`).

    And of `called` cases that the judge gave this label, the share that is truly something else (`false`); each None
    where there are no such cases.
    """

    label: Hashable
    n: int
    missed: Interval | None
    called: int
    false: Interval | None


class PositionBias(Struct, frozen=True):
    """What changes when the two answers swap places.

    `agreement` is the share of pairs with the same winner in both orders. Of the others, `first` were won by whatever
    stood first, both times, and `second` by whatever stood second; `other` changed in another way (a tie, or no
    verdict). `p` is the exact two-sided chance of so uneven counts if neither place were favoured; `favours_first` the
    share of first + second.
    """

    agreement: Interval
    first: int
    second: int
    other: int
    p: float
    favours_first: Interval | None


class LengthBias(Struct, frozen=True):
    """How much more often the judge takes the longer answer than people do: the difference, exact and paired."""

    judge: Interval
    people: Interval
    difference: Interval
    p: float


def share(truth: Sequence[Hashable], judged: Sequence[Hashable], confidence: float = 0.95) -> Interval:
    """The share of cases on which both agree, with its exact interval."""
    _check(truth, judged)
    return binomial.interval(sum(a == b for a, b in zip(truth, judged, strict=True)), len(truth), confidence)


def kappa(
    first: Sequence[Hashable],
    second: Sequence[Hashable],
    *,
    order: Sequence[Hashable] = (),
    weighting: Weighting = "none",
    confidence: float = 0.95,
) -> Interval:
    """Agreement beyond chance: 1 is perfect, 0 what two judges with these habits would reach by chance.

    `order` lists the labels from low to high, which weighting needs. Raises `UsageError` where both sides use a single
    label only, for then chance alone explains everything.
    """
    _check(first, second)
    check_share("confidence", confidence)
    labels = list(order) or list(dict.fromkeys([*first, *second]))
    unknown = [label for label in dict.fromkeys([*first, *second]) if label not in labels]
    if unknown or (weighting != "none" and not order):
        raise UsageError(f"order = {labels!r}: all labels from low to high are wanted; missing are {unknown!r}")
    table = _table(first, second, labels)
    value, error = _kappa(table, _weights(len(labels), weighting), len(first))
    half = normal_quantile((1 + confidence) / 2) * error
    return Interval(value, max(-1.0, value - half), min(1.0, value + half), confidence, len(first), METHOD)


def error_rates(
    truth: Sequence[Hashable], judged: Sequence[Hashable], confidence: float = 0.95
) -> tuple[ClassErrors, ...]:
    """The judge's errors by class, in the order in which the labels first occur."""
    _check(truth, judged)
    true, named = Counter(truth), Counter(judged)
    both = Counter(a for a, b in zip(truth, judged, strict=True) if a == b)
    labels = list(dict.fromkeys([*truth, *judged]))
    missed = binomial.intervals([true[it] - both[it] for it in labels], [true[it] for it in labels], confidence)
    false = binomial.intervals([named[it] - both[it] for it in labels], [named[it] for it in labels], confidence)
    return tuple(
        ClassErrors(label, true[label], miss, named[label], wrong)
        for label, miss, wrong in zip(labels, missed, false, strict=True)
    )


def position_bias(
    winner: Sequence[int | None], swapped: Sequence[int | None], confidence: float = 0.95
) -> PositionBias:
    """From the winners of pairs in the order given and after swapping: 1 or 2, both times naming the same answers.

    0 is a tie and None no verdict; a pair without two verdicts does not agree.
    """
    _check(winner, swapped)
    pairs = list(zip(winner, swapped, strict=True))
    same = sum(a == b and a is not None for a, b in pairs)
    first, second = sum(pair == (1, 2) for pair in pairs), sum(pair == (2, 1) for pair in pairs)
    favours = binomial.interval(first, first + second, confidence) if first + second else None
    return PositionBias(
        agreement=binomial.interval(same, len(pairs), confidence),
        first=first,
        second=second,
        other=len(pairs) - same - first - second,
        p=paired.p_different(first, second),
        favours_first=favours,
    )


def length_bias(
    judged: Sequence[int | None],
    people: Sequence[int | None],
    lengths: Sequence[tuple[int, int]],
    confidence: float = 0.95,
) -> LengthBias:
    """Whether the judge takes the longer of two answers more often than people do, on the same pairs.

    Winners are 1 or 2; pairs with a tie on either side, without a verdict, or of equal lengths are left out.
    """
    if not len(judged) == len(people) == len(lengths):
        raise UsageError(f"{len(judged)} verdicts, {len(people)} of people, {len(lengths)} lengths: give one a pair")
    kept = [
        (verdict == longer, human == longer)
        for verdict, human, (one, two) in zip(judged, people, lengths, strict=True)
        if verdict in (1, 2) and human in (1, 2) and one != two
        for longer in [1 if one > two else 2]
    ]
    if not kept:
        raise UsageError("no pair has two winners and answers of different lengths: nothing can be said of length")
    n = len(kept)
    more, fewer = sum(a and not b for a, b in kept), sum(b and not a for a, b in kept)
    return LengthBias(
        judge=binomial.interval(sum(a for a, _ in kept), n, confidence),
        people=binomial.interval(sum(b for _, b in kept), n, confidence),
        difference=paired.difference(fewer, more, n, confidence),
        p=paired.p_different(fewer, more),
    )


def _table(first: Sequence[Hashable], second: Sequence[Hashable], labels: Sequence[Hashable]) -> Numbers:
    place = {label: number for number, label in enumerate(labels)}
    size = len(labels)
    cells = np.array([place[a] * size + place[b] for a, b in zip(first, second, strict=True)], dtype=np.intp)
    return np.bincount(cells, minlength=size * size).reshape(size, size) / len(first)


def _weights(size: int, weighting: Weighting) -> Numbers:
    """How much each pair of labels agrees: 1 on the diagonal, less the farther apart."""
    if weighting == "none":
        return np.eye(size)
    distance = np.abs(np.subtract.outer(np.arange(size), np.arange(size))) / max(1, size - 1)
    return 1 - (distance if weighting == "linear" else distance**2)


def _kappa(table: Numbers, weights: Numbers, n: int) -> tuple[float, float]:
    """Weighted kappa and its large-sample standard error, from shares of n cases and weights of agreement."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    seen, chance = float((weights * table).sum()), float(rows @ weights @ columns)
    if chance >= 1 - 1e-12:
        raise UsageError("both sides use one label only: agreement beyond chance is not defined")
    means = (weights @ columns)[:, None] + (rows @ weights)[None, :]
    inner = float((table * (weights * (1 - chance) - means * (1 - seen)) ** 2).sum())
    spread = max(0.0, inner - (seen * chance - 2 * chance + seen) ** 2)
    return (seen - chance) / (1 - chance), math.sqrt(spread / n) / (1 - chance) ** 2


def _check(first: Sequence[object], second: Sequence[object]) -> None:
    if len(first) != len(second) or not len(first):
        raise UsageError(f"{len(first)} labels and {len(second)}: label the same cases on both sides, at least one")
