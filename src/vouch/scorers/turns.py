"""Whether a conversation came to its end in few enough turns.

It does not know whether the end was a good one; `goal` does.
"""

from __future__ import annotations

from msgspec import Struct

from vouch.errors import AppError
from vouch.scorers.answer import judged, unanswered
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score


class Turns(Struct, frozen=True):
    """Right when the app needed no more turns than the limit; a turn is what it said until the customer spoke again."""

    most: int

    @property
    def name(self) -> str:
        """`turns` with its limit."""
        return f"turns({self.most})"

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; a run without an answer is not right, however soon it ended."""
        del case
        if missing := unanswered(self.name, result):
            return missing
        taken = max(len(result.said), 1)
        return judged(self.name, f"{taken} turns, {self.most} are allowed" if taken > self.most else "")


def turns(most: int) -> Turns:
    """Right when a conversation took at most so many turns. Raises an `AppError` for less than one."""
    if most < 1:
        raise AppError(f"turns({most!r}): 1 or more is wanted")
    return Turns(most)
