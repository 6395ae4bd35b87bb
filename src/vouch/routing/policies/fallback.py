"""One model after the other, in a fixed order, each where those before it failed.

It does not know the question.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from vouch.contracts.router import Candidate, Plan, Query
from vouch.routing.policies.ordered import plan


class Fallback(Struct, frozen=True):
    """In the order of the candidates; models that are down come last."""

    @property
    def name(self) -> str:
        """The name in the journal and in reports."""
        return "fallback"

    def choose(self, query: Query, candidates: Sequence[Candidate]) -> Plan:
        """All candidates as they come."""
        return plan(query, candidates, policy=self.name)
