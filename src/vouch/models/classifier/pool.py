"""Joins two opinions into one calibrated probability.

It does not know how either opinion was formed.

p is proportional to p_first^a p_second^b (logarithmic pooling; with b = 0 it is temperature scaling, Guo et al., 2017).
The two exponents are fitted on answers to examples that neither opinion had seen, so one number says both how much to
trust the second opinion and how far to believe the first. A last share of doubt, 1 / (n + 1) for n examples, is spread
over all classes (Laplace): six examples prove nothing to be 99 % sure of, however well they go together.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vouch.models.classifier.descent import least

Floats = NDArray[np.float32]
Places = NDArray[np.intp]

_LARGEST: Final = 20.0
_PRIOR: Final = np.array([1.0, 0.0])


class Pool(NamedTuple):
    """The exponents of the two opinions, and the share of doubt."""

    first: float = 1.0
    second: float = 0.0
    doubt: float = 0.0

    def chances(self, first: Floats, second: Floats) -> Floats:
        """Probabilities, shape (texts, classes), from the logarithms of both opinions."""
        scores = first * np.float32(self.first)
        scores += second * np.float32(self.second)
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores *= np.float32(1 - self.doubt) / scores.sum(axis=1, keepdims=True)
        scores += np.float32(self.doubt / scores.shape[1])
        return scores


def fit(first: Floats, second: Floats, labels: Places, *, near: Pool | None = None) -> Pool:
    """The most probable exponents, with normal priors of deviation 1 about (1, 0): a few examples cannot move them far.

    The problem is convex, so `near`, where the search starts, decides on its length alone.
    """
    rows = np.arange(len(labels))

    def loss(exponents: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        chances = Pool(*exponents.tolist()).chances(first, second)
        right = np.maximum(chances[rows, labels], np.float32(1e-30))
        chances[rows, labels] -= 1
        off = exponents - _PRIOR
        slope = [float(np.sum(chances * opinion, dtype=np.float64)) for opinion in (first, second)]
        return -float(np.sum(np.log(right), dtype=np.float64)) + 0.5 * float(off @ off), np.array(slope) + off

    start = np.array(near[:2]) if near else _PRIOR
    solution = least(loss, start, tolerance=1e-8, bounds=[(0.01, _LARGEST), (0.0, _LARGEST)])
    return Pool(*solution.tolist(), doubt=1 / (len(labels) + 1))
