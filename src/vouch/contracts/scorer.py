"""The promise of a scorer: one case and how its run ended in, one judgement out.

It does not know how the run was made.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score


@runtime_checkable
class Scorer(Protocol):
    """Judges one answer. `name` says what it does and with which settings, so that equal names judge equally."""

    @property
    def name(self) -> str:
        """Such as `label` or `number(tolerance=0.01)`."""
        ...

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; a judgement that fails is a `Score` with value None, never an exception."""
        ...
