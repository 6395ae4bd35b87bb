"""The promise of a scorer: one case and how its run ended in, one judgement out.

It does not know how the run was made.
"""

from __future__ import annotations

from collections.abc import Mapping
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


@runtime_checkable
class CorpusScorer(Scorer, Protocol):
    """A scorer whose figure belongs to all cases together, such as macro F1 or BLEU: no mean of the cases' scores.

    The figure of a set of cases is `figure` of their summed tallies, so any part of the set, or a resample of it, has
    its figure too.
    """

    def tally(self, case: Case, result: Result) -> Mapping[str, float] | None:
        """What this case counts; a run without an answer counts as an empty one, None is a case nobody can judge."""
        ...

    def figure(self, total: Mapping[str, float]) -> float:
        """The figure, in [0, 1], of tallies that were added up key by key."""
        ...
