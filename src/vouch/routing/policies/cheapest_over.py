"""The cheapest model that still holds the bar, by what was learned.

It does not know how it was learned. A bar on the learned chance is an estimate, not a proof: that is `certified`.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from vouch.contracts.router import Candidate, Plan, Query
from vouch.errors import UsageError
from vouch.routing.chances import Chances, Reading
from vouch.routing.policies.ordered import plan
from vouch.routing.pricing import cheapest_first


class CheapestOver(Struct, frozen=True, eq=False):
    """The first, by price, whose learned chance reaches the bar; then the others, the most able first.

    A question that is not of the kind learned from goes to the strongest model.
    """

    chances: Chances
    bar: float

    def __post_init__(self) -> None:
        if not 0 < self.bar < 1:
            raise UsageError(f"bar = {self.bar!r}: a chance strictly between 0 and 1 is wanted, such as 0.9")

    @property
    def name(self) -> str:
        """The name in the journal and in reports."""
        return "cheapest_over"

    def choose(self, query: Query, candidates: Sequence[Candidate]) -> Plan:
        """All candidates; the most able follow the chosen one, so that a retry does not get worse."""
        reading = self.chances.read(query)
        chances = {model: chance for model, chance in reading.chances.items() if _has(candidates, model)}
        able = sorted(candidates, key=lambda each: -chances.get(each.name, -1.0))
        strongest = _strongest(able, self.chances.strongest)
        chosen, reason = self._chosen(query, candidates, reading, strongest)
        rest = [each for each in able if each is not chosen]
        return plan(
            query,
            [chosen, *rest] if chosen else rest,
            policy=self.name,
            reasons=(reason,),
            strongest=strongest,
            chances=chances,
        )

    def _chosen(
        self,
        query: Query,
        candidates: Sequence[Candidate],
        reading: Reading,
        strongest: Candidate | None,
    ) -> tuple[Candidate | None, str]:
        if not reading.familiar:
            return strongest, "unlike the questions learned from: the strongest model is asked"
        for candidate in cheapest_first(query, [each for each in candidates if each.healthy]):
            chance = reading.chances.get(candidate.name, 0.0)
            if chance >= self.bar:
                return candidate, f"the cheapest with a chance of {self.bar} or more ({chance:.2f})"
        return strongest, "no model holds the bar here: the strongest is asked"


def _has(candidates: Sequence[Candidate], model: str) -> bool:
    return any(candidate.name == model for candidate in candidates)


def _strongest(able: Sequence[Candidate], name: str) -> Candidate | None:
    """The strongest model of all where it is a candidate, else the most able one here."""
    return next((each for each in able if each.name == name), able[0] if able else None)
