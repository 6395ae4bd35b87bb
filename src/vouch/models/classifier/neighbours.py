"""A vote of all examples, the nearer the louder.

It does not know what the labels mean or where the vectors come from.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Places = NDArray[np.intp]

WIDTH: Final = np.float32(0.03)
"""An example whose cosine is 0.03 lower speaks e times more softly. Best of 0.02 to 0.1 on Banking77."""

_FLOOR: Final = np.float32(0.01)  # the share of the vote that all classes get alike, so that none is impossible
_ROWS: Final = 256


def log_vote(examples: Floats, labels: Places, classes: int, vectors: Floats) -> Floats:
    """The logarithm of every class's share, shape (len(vectors), classes): classes with sum exp(cosine / WIDTH)."""
    ballots = np.zeros((len(labels), classes), np.float32)
    ballots[np.arange(len(labels)), labels] = 1
    shares = np.empty((len(vectors), classes), np.float32)
    for start in range(0, len(vectors), _ROWS):
        loud = vectors[start : start + _ROWS] @ examples.T
        loud -= loud.max(axis=1, keepdims=True)
        loud /= WIDTH
        np.exp(loud, out=loud)
        np.matmul(loud, ballots, out=shares[start : start + _ROWS])
    shares /= shares.sum(axis=1, keepdims=True)
    shares *= 1 - _FLOOR
    shares += _FLOOR / np.float32(classes)
    return np.log(shares)
