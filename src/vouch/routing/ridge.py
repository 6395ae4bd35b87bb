"""Linear regression with a penalty chosen by leaving each example out once, for many targets at once.

It does not know what is predicted.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

PENALTIES: Final = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)


class Fit(NamedTuple):
    """`weights` of shape (features, targets), `intercepts` of shape (targets,), and `unseen` of shape (examples,
    targets): each example predicted by a fit without it.
    """

    weights: Doubles
    intercepts: Doubles
    unseen: Doubles
    penalty: float


class Design(NamedTuple):
    """Examples of shape (examples, features) taken apart once, so that every penalty is cheap.

    With the centred examples C: `basis` holds the scores C V, shape (examples, k), `axes` V, shape (features, k), and
    `squares` the squared singular values, shape (k,).
    """

    middle: Doubles
    basis: Doubles
    axes: Doubles
    squares: Doubles


def design(examples: NDArray[np.float32]) -> Design:
    """Take the examples apart: one symmetric eigenproblem of the smaller side."""
    middle = examples.mean(axis=0, dtype=np.float64)
    centred = examples - middle.astype(np.float32)
    wide = len(centred) < centred.shape[1]
    gram = (centred @ centred.T if wide else centred.T @ centred).astype(np.float64)
    squares, vectors = np.linalg.eigh(gram)
    kept = squares > max(float(squares[-1]), 1.0) * 1e-7
    squares, vectors = squares[kept], vectors[:, kept]
    if wide:
        basis = vectors * np.sqrt(squares)
        return Design(middle, basis, (centred.T @ vectors.astype(np.float32)) / np.sqrt(squares), squares)
    return Design(middle, (centred @ vectors.astype(np.float32)).astype(np.float64), vectors, squares)


def fit(of: Design, targets: Doubles) -> Fit:
    """The penalty with the least squared error on examples left out, for all targets together.

    `targets` has shape (examples, targets). Left-out errors are exact: residual / (1 - leverage).
    """
    mean = targets.mean(axis=0)
    projected = of.basis.T @ (targets - mean)
    found: Fit | None = None
    least = np.inf
    for penalty in PENALTIES:
        shrunk = projected / (of.squares + penalty)[:, None]
        leverage = np.minimum((of.basis**2) @ (1 / (of.squares + penalty)) + 1 / len(targets), 1 - 1e-6)
        residuals = (targets - mean - of.basis @ shrunk) / (1 - leverage)[:, None]
        error = float((residuals**2).sum())
        if found is None or error < least:
            least, weights = error, of.axes @ shrunk
            found = Fit(weights, mean - of.middle @ weights, targets - residuals, penalty)
    assert found is not None  # noqa: S101 - there are penalties
    return found
