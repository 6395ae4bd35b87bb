"""What is learned from labelled vectors: a logistic regression and a vote of the neighbours, pooled and calibrated.

It does not know texts, models or requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vouch.models.classifier import logistic, neighbours, pool
from vouch.models.classifier.pool import Pool

Floats = NDArray[np.float32]
Places = NDArray[np.intp]

VERSION: Final = "1"
"""Part of every digest of something learned; raise it when the same examples would teach something else."""

FOLDS: Final = 5


class Judged(NamedTuple):
    """The place of the chosen class and its probability, both of shape (texts,)."""

    chosen: Places
    confidence: Floats


class Head(NamedTuple):
    """What was learned, and how it fared on its own examples when it had not seen them (`trials`)."""

    classes: tuple[str, ...]
    weights: Floats
    examples: Floats
    labels: Places
    pool: Pool
    trials: Judged

    def judge(self, vectors: Floats) -> Judged:
        """The likeliest class of every vector; `vectors` of shape (texts, dimensions)."""
        first = logistic.log_chances(self.weights, vectors)
        second = neighbours.log_vote(self.examples, self.labels, len(self.classes), vectors)
        return _likeliest(self.pool.chances(first, second))


def learn(examples: Floats, labels: Sequence[str]) -> Head:
    """A head from unit vectors, shape (examples, dimensions), and their labels: at least two examples, two labels.

    Deterministic. Work: six logistic fits, five of them on four fifths of the examples.
    """
    classes = tuple(sorted(set(labels)))
    numbers = {label: number for number, label in enumerate(classes)}
    places = np.array([numbers[label] for label in labels], dtype=np.intp)
    folds = _folds(places)
    first, second = _unseen(examples, places, folds, len(classes))
    exponents = pool.fit(first, second, places)
    return Head(
        classes,
        logistic.fit(examples, places, len(classes)),
        examples,
        places,
        exponents,
        _trials(first, second, places, folds, exponents),
    )


def _folds(labels: Places) -> Places:
    """The fold of every example: folds of equal size, each class spread evenly over them."""
    order = np.random.default_rng(0).permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    folds = np.empty(len(labels), np.intp)
    folds[order] = np.arange(len(labels)) % min(FOLDS, len(labels))
    return folds


def _unseen(examples: Floats, labels: Places, folds: Places, classes: int) -> tuple[Floats, Floats]:
    """Both opinions on every example, formed without its fold."""
    first = np.empty((len(labels), classes), np.float32)
    second = np.empty((len(labels), classes), np.float32)
    for fold in range(int(folds.max()) + 1):
        out = folds == fold
        seen, known, asked = examples[~out], labels[~out], examples[out]
        first[out] = logistic.log_chances(logistic.fit(seen, known, classes), asked)
        second[out] = neighbours.log_vote(seen, known, classes, asked)
    return first, second


def _trials(first: Floats, second: Floats, labels: Places, folds: Places, near: Pool) -> Judged:
    """Every example judged without its fold; the exponents, too, are fitted on the other folds alone."""
    chosen = np.empty(len(labels), np.intp)
    confidence = np.empty(len(labels), np.float32)
    for fold in range(int(folds.max()) + 1):
        out = folds == fold
        exponents = pool.fit(first[~out], second[~out], labels[~out], near=near)
        chosen[out], confidence[out] = _likeliest(exponents.chances(first[out], second[out]))
    return Judged(chosen, confidence)


def _likeliest(chances: Floats) -> Judged:
    chosen = chances.argmax(axis=1)
    return Judged(chosen, chances[np.arange(len(chosen)), chosen])
