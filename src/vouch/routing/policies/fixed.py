"""Always the same model.

It does not know the question.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from vouch.contracts.router import Candidate, Plan, Query
from vouch.routing.policies.ordered import named, plan


class Fixed(Struct, frozen=True):
    """This model and no other."""

    model: str

    @property
    def name(self) -> str:
        """The name in the journal and in reports."""
        return "fixed"

    def choose(self, query: Query, candidates: Sequence[Candidate]) -> Plan:
        """A plan of one attempt; raises `UsageError` where the model is not among the candidates."""
        return plan(query, [named(candidates, self.model, policy=self.name)], policy=self.name)
