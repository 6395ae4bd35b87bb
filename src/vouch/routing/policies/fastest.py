"""The model that usually answers first.

It does not know the question.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from vouch.contracts.router import Candidate, Plan, Query
from vouch.routing.policies.ordered import plan


class Fastest(Struct, frozen=True):
    """By usual seconds to answer, rising; models whose time is unknown come last."""

    @property
    def name(self) -> str:
        """The name in the journal and in reports."""
        return "fastest"

    def choose(self, query: Query, candidates: Sequence[Candidate]) -> Plan:
        """All candidates, the fastest first."""
        order = sorted(candidates, key=lambda each: math.inf if each.seconds is None else each.seconds)
        return plan(query, order, policy=self.name)
