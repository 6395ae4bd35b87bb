"""The model that has the fewest requests in flight.

It does not know the question.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from vouch.contracts.router import Candidate, Plan, Query
from vouch.routing.policies.ordered import plan


class LeastLoaded(Struct, frozen=True):
    """By requests in flight, rising; equals stay in their order."""

    @property
    def name(self) -> str:
        """The name in the journal and in reports."""
        return "least_loaded"

    def choose(self, query: Query, candidates: Sequence[Candidate]) -> Plan:
        """All candidates, the least busy first."""
        return plan(query, sorted(candidates, key=lambda each: each.busy), policy=self.name)
