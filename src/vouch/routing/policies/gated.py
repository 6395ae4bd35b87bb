"""Hard gates before any other policy: who cannot or may not answer is never asked.

It does not know how the other policy decides.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs

from vouch.contracts.router import Candidate, Plan, Query, Router
from vouch.errors import UsageError
from vouch.routing.gates import refusals


class Gated(Struct, frozen=True, eq=False):
    """Context length, modality, tools, region and data policy; the inner policy sees only who passed."""

    inner: Router

    @property
    def name(self) -> str:
        """The inner policy's name."""
        return self.inner.name

    def choose(self, query: Query, candidates: Sequence[Candidate]) -> Plan:
        """The inner plan, with the reasons of those refused; raises `UsageError` where nobody passes."""
        refused = refusals(query, candidates)
        passing = [candidate for candidate in candidates if candidate.name not in refused]
        if not passing:
            told = "; ".join(f"{name}: {reason}" for name, reason in refused.items()) or "there are none"
            raise UsageError(f"no model may answer this question ({told}): shorten it, or add a model that may")
        return structs.replace(self.inner.choose(query, passing), refused=refused)
