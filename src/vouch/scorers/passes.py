"""Whether a guard lets what was said pass: any guard of an app is a scorer too.

It does not know what the guard looks for.
"""

from __future__ import annotations

from msgspec import Struct

from vouch.contracts.guard import Guard
from vouch.scorers.answer import judged
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score


class Passes(Struct, frozen=True):
    """Right when the guard passes everything that was said."""

    guard: Guard

    @property
    def name(self) -> str:
        """`passes` with the guard's name."""
        return f"passes({self.guard.name})"

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement, however the run ended."""
        del case
        for text in dict.fromkeys((*result.said, result.output)):
            judgement = await self.guard.judge(text)
            if not judgement.passed:
                return judged(self.name, judgement.why or "the guard refuses it")
        return judged(self.name, "")


def passes(guard: Guard) -> Passes:
    """Right when the guard passes everything that the app said."""
    return Passes(guard)
