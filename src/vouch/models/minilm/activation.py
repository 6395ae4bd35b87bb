"""GELU, computed quickly in place.

It does not know the network it stands in.

GELU(x) = x (1 + erf(x / sqrt 2)) / 2, and erf(x / sqrt 2) = tanh(x P(x²)) for P(u) = atanh(erf(sqrt(u / 2))) / sqrt u,
which is smooth. P is replaced by the polynomial of degree 5 that minimises the largest error of GELU itself: 6.3e-7,
about the rounding of float32 at x = 5. NumPy computes tanh 50 times faster than SciPy computes erf.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_P: Final = tuple(
    np.float32(c)
    for c in (
        0.7978729315627737,
        0.03636491611674541,
        -5.735492095730805e-05,
        -4.739828134220315e-05,
        2.8124980712302816e-06,
        -5.710974930304743e-08,
    )
)
_LARGEST: Final = np.float32(5.5**2)  # beyond x = 5.5 the tanh is 1 to the last bit


def twice_gelu(x: NDArray[np.float32], square: NDArray[np.float32], result: NDArray[np.float32]) -> None:
    """Turn `x` into 2 GELU(x) in place; `square` and `result` are room of the same shape.

    Twice, because whoever multiplies the result by a matrix can halve the smaller product instead.
    """
    np.multiply(x, x, out=square)
    np.minimum(square, _LARGEST, out=square)
    np.multiply(square, _P[5], out=result)
    for coefficient in _P[4:0:-1]:
        result += coefficient
        result *= square
    result += _P[0]
    result *= x
    np.tanh(result, out=result)
    result += np.float32(1)
    x *= result
