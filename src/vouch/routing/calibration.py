"""Raw predictions turned into chances that come true as often as they say.

It does not know what is predicted.

A logistic curve with two numbers (Platt, 1999), fitted to predictions of examples that were left out, with Platt's
smoothed labels; the slope is never below 0.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

_STEPS: Final = 30


class Curve(Struct, frozen=True):
    """chance = 1 / (1 + exp(-(slope * prediction + shift)))."""

    slope: float
    shift: float

    def chance(self, prediction: float) -> float:
        """The chance, strictly between 0 and 1."""
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.slope * prediction + self.shift))))


def constant(chance: float) -> Curve:
    """The same chance whatever is predicted."""
    kept = min(max(chance, 1e-6), 1 - 1e-6)
    return Curve(0.0, math.log(kept / (1 - kept)))


def fit(predictions: Doubles, scores: Doubles) -> Curve:
    """The curve through predictions and scores from 0 to 1, both of shape (examples,), by Newton's method."""
    good, n = float(scores.sum()), len(scores)
    smoothed = (scores * n + good / max(n, 1)) / (n + 1)
    start = constant((good + 1) / (n + 2))
    if n < 2 or float(np.ptp(predictions)) < 1e-9:
        return start
    slope, shift = 0.0, start.shift
    rows = np.stack([predictions, np.ones(n)], axis=1)
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(rows @ np.array([slope, shift]), -30, 30)))
        curvature = (rows * (chances * (1 - chances) + 1e-9)[:, None]).T @ rows + 1e-3 * np.eye(2)
        step = np.linalg.solve(curvature, rows.T @ (smoothed - chances) - 1e-3 * np.array([slope, shift - start.shift]))
        step = np.clip(step, -5.0, 5.0)
        slope, shift = slope + float(step[0]), shift + float(step[1])
        if float(np.abs(step).max()) < 1e-7:
            break
    return Curve(slope, shift) if slope > 0 else start
