"""The least value of a smooth function, by L-BFGS.

It does not know what is minimised.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

Numbers = NDArray[np.float64]


def least(
    loss: Callable[[Numbers], tuple[float, Numbers]],
    start: Numbers,
    *,
    tolerance: float,
    bounds: Sequence[tuple[float, float]] | None = None,
    steps: int = 200,
) -> Numbers:
    """Where `loss`, which gives its value and its slope, is least; it ends when a step gains less than `tolerance`.

    The tolerance is relative to the value. Method: L-BFGS-B of SciPy (Byrd et al., 1995).
    """
    search: Any = optimize
    found = search.minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": steps, "ftol": tolerance, "gtol": 1e-5},
    )
    return np.asarray(found.x, dtype=np.float64)
