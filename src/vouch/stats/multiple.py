"""Many tests at once, without the promise getting lost among them: Holm's step-down, and tests in a fixed order.

It does not know what is tested; it sees p-values.
"""

from __future__ import annotations

from collections.abc import Sequence

from vouch.errors import UsageError
from vouch.stats.special import Numbers
from vouch.values.arrays import np


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """The p-values adjusted by Holm (1979), in the order given: compare each with the level meant for all together.

    The chance of one or more false findings among those at or below the level is then at most the level, however the
    tests depend on each other.
    """
    values = checked(p_values)
    order = np.argsort(values, kind="stable")
    weights = len(values) - np.arange(len(values))
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(weights * values[order]))
    return tuple(adjusted.tolist())


def fixed_sequence(p_values: Sequence[float], level: float) -> int:
    """How many hypotheses fall when tested in this order, each at the full level, up to the first that stands.

    The order must have been fixed before the data were seen; then no correction is needed (Angelopoulos et al., 2021).
    """
    standing = np.flatnonzero(checked(p_values) > level)
    return int(standing[0]) if standing.size else len(p_values)


def checked(p_values: Sequence[float]) -> Numbers:
    """The p-values as an array; raises `UsageError` unless all lie from 0 to 1."""
    values = np.asarray(p_values, dtype=np.float64)
    if not ((values >= 0) & (values <= 1)).all():
        raise UsageError(f"p-values {list(p_values)!r}: numbers from 0 to 1 are wanted")
    return values
