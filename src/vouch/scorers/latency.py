"""Whether a run was quick enough.

It does not know what took the time.
"""

from __future__ import annotations

from msgspec import Struct

from vouch.errors import AppError
from vouch.scorers.answer import judged, unanswered
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score


class Latency(Struct, frozen=True):
    """Right when the run was at work for no longer than the limit; waiting for people does not count."""

    seconds: float

    @property
    def name(self) -> str:
        """`latency` with its limit."""
        return f"latency({self.seconds:g} s)"

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; a run without an answer is not right, however soon it ended."""
        del case
        if missing := unanswered(self.name, result):
            return missing
        slow = result.seconds > self.seconds
        return judged(self.name, f"{result.seconds:.3g} s, {self.seconds:g} s are allowed" if slow else "")


def latency(seconds: float) -> Latency:
    """Right when a run answered within `seconds`. Raises an `AppError` for a limit that is not positive."""
    if not 0 < seconds < float("inf"):
        raise AppError(f"latency({seconds!r}): a positive number of seconds is wanted")
    return Latency(float(seconds))
