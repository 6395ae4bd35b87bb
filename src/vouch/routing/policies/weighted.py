"""Models by weight, always the same one for the same user: for A/B tests and canaries.

It does not know the question.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from msgspec import Struct

from vouch.contracts.router import Candidate, Plan, Query
from vouch.errors import UsageError
from vouch.routing.policies.ordered import plan


def share_of(text: str) -> float:
    """A number from 0 to below 1 that is the same for the same text everywhere, and uniform over texts."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8], "big") / 2**64


class Weighted(Struct, frozen=True):
    """`weights` by model, 0 or more; models that are not named have none. `salt` sets one experiment apart.

    The first is drawn by a hash of the user, or of the text where there is no user; the others follow by weight.
    """

    weights: Mapping[str, float]
    salt: str = ""

    def __post_init__(self) -> None:
        bad = [weight for weight in self.weights.values() if not 0 <= weight < float("inf")]
        if bad or not sum(self.weights.values()) > 0:
            raise UsageError(f"weights = {dict(self.weights)!r}: numbers of 0 or more are wanted, one of them above 0")

    @property
    def name(self) -> str:
        """The name in the journal and in reports."""
        return "weighted"

    def choose(self, query: Query, candidates: Sequence[Candidate]) -> Plan:
        """The drawn one first; raises `UsageError` where no candidate has a weight."""
        order = sorted(candidates, key=lambda each: -self.weights.get(each.name, 0.0))
        total = sum(self.weights.get(each.name, 0.0) for each in candidates)
        if not total:
            raise UsageError(f"policy {self.name!r}: none of the candidates has a weight; name one in `weights`")
        drawn = share_of(f"{self.salt}\0{query.user or query.text}") * total
        chosen = order[0]
        for candidate in candidates:
            weight = self.weights.get(candidate.name, 0.0)
            if weight:
                chosen = candidate
                if drawn < weight:
                    break
                drawn -= weight
        rest = [each for each in order if each is not chosen]
        return plan(query, [chosen, *rest], policy=self.name, propensity=self.weights.get(chosen.name, 0.0) / total)
