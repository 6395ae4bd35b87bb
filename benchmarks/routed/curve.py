"""Quality against calls of the strong model, as published for routers: APGR and CPT (RouteLLM).

It does not know where scores and gains come from.

PGR(f) is the share of the gap between the two models that is recovered when the share f of all questions, those of the
highest gain, goes to the strong one. APGR is its mean over f, 0.5 for a random order; CPT(x) the least f with PGR >= x.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


class Curve(NamedTuple):
    """`share` and `recovered`, both of shape (questions + 1,)."""

    share: Doubles
    recovered: Doubles

    @property
    def apgr(self) -> float:
        """The mean of the recovered gap over all shares."""
        return float(np.trapezoid(self.recovered, self.share))

    def cpt(self, recovered: float) -> float:
        """The least share of calls that recovers so much."""
        return float(self.share[int(np.argmax(self.recovered >= recovered))])


def curve(gains: Doubles, cheap: Doubles, strong: Doubles, *, seed: int = 0) -> Curve:
    """The curve of an order by falling gain; ties are broken at random."""
    shuffled = np.random.default_rng(seed).permutation(len(gains))
    order = shuffled[np.argsort(-gains[shuffled], kind="stable")]
    won = (strong - cheap)[order]
    return Curve(np.arange(len(won) + 1) / len(won), np.concatenate([[0.0], np.cumsum(won)]) / won.sum())
