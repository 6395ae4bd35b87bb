"""The value that a share of others does not exceed: the median, the 95th percentile.

It does not know what is measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float | None:
    """The least of `values` that at least this share of them do not exceed (nearest rank); None without any."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None
