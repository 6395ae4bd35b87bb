"""Joins two opinions into one calibrated probability.

It does not know how either opinion was formed.

p is proportional to p_first^a p_second^b (logarithmic pooling; with b = 0 it is temperature scaling, Guo et al., 2017).
The two exponents are fitted on answers to examples that neither opinion had seen, so one number says both how much to
trust the second opinion and how far to believe the first.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vouch.models.classifier.descent import least

Floats = NDArray[np.float32]
Places = NDArray[np.intp]

_LARGEST: Final = 20.0


class Pool(NamedTuple):
    """The exponents of the two opinions."""

    first: float = 1.0
    second: float = 0.0

    def chances(self, first: Floats, second: Floats) -> Floats:
        """Probabilities, shape (texts, classes), from the logarithms of both opinions."""
        scores = first * np.float32(self.first)
        scores += second * np.float32(self.second)
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return scores


def fit(first: Floats, second: Floats, labels: Places, *, near: Pool = Pool()) -> Pool:  # noqa: B008 - frozen
    """The most probable exponents, with normal priors of deviation 1 about (1, 0) that a few examples cannot outweigh.

    The problem is convex, so `near`, where the search starts, decides on its length alone.
    """
    rows = np.arange(len(labels))

    def loss(exponents: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        chances = Pool(*exponents.tolist()).chances(first, second)
        right = np.maximum(chances[rows, labels], np.float32(1e-30))
        chances[rows, labels] -= 1
        off = exponents - np.array(Pool())
        slope = [float(np.sum(chances * opinion, dtype=np.float64)) for opinion in (first, second)]
        return -float(np.sum(np.log(right), dtype=np.float64)) + 0.5 * float(off @ off), np.array(slope) + off

    solution = least(loss, np.array(near), tolerance=1e-8, bounds=[(0.01, _LARGEST), (0.0, _LARGEST)])
    return Pool(*solution.tolist())
