"""When to ask a model again that did not answer, and how long to wait before.

It does not know any provider.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from vouch.errors import ModelError


@dataclass(frozen=True, kw_only=True)
class Retry:
    """At most `attempts` tries a model; waits of `first`, doubled each time up to `longest` seconds, with full jitter.

    A provider's own Retry-After is obeyed unless it is above `longest`: then the next model is asked instead.
    """

    attempts: int = 4
    first: float = 0.5
    longest: float = 30.0

    def wait(self, error: ModelError, failures: int) -> float | None:
        """Seconds to wait after the `failures`-th failure, or None when this model is to be given up."""
        if not error.retryable or failures >= self.attempts:
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= self.longest else None
        # Full jitter spreads the retries of many runs that failed together.
        return random.uniform(0, min(self.longest, self.first * 2 ** min(failures - 1, 60)))  # noqa: S311
