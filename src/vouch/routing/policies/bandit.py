"""Mostly what another policy says, and now and then another model, so that outcomes keep coming in.

It does not know how the other policy decides.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from vouch.contracts.router import Candidate, Plan, Query, Router
from vouch.errors import UsageError
from vouch.routing.chances import Chances
from vouch.routing.policies.ordered import plan
from vouch.routing.policies.weighted import share_of


class Bandit(Struct, frozen=True, eq=False):
    """Guarded exploration: with the chance `explore` one of the models above the floor is drawn instead, uniformly.

    A model is drawn only if its learned chance on this very question is at least `floor`, and never on a question that
    is not of the kind learned from. The draw is a hash of text, user and `salt`: the same question gets the same model
    until the salt is changed. The plan's propensity is exact.
    """

    inner: Router
    chances: Chances
    floor: float
    explore: float = 0.05
    salt: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.explore < 1 or not 0 <= self.floor < 1:
            raise UsageError(f"explore = {self.explore!r}, floor = {self.floor!r}: shares from 0 to below 1 are wanted")

    @property
    def name(self) -> str:
        """The name in the journal and in reports."""
        return "bandit"

    def choose(self, query: Query, candidates: Sequence[Candidate]) -> Plan:
        """The inner plan, or the drawn model before it."""
        found = self.inner.choose(query, candidates)
        reading = self.chances.read(query)
        chances = reading.chances
        above = [each for each in candidates if each.healthy and chances.get(each.name, -1.0) >= self.floor]
        if not reading.familiar or not above:
            return found
        drawn = share_of(f"{self.salt}\0{query.user}\0{query.text}")
        chosen = found.attempts[0]
        if drawn < self.explore:
            chosen = above[int(drawn / self.explore * len(above))].name
        reasons = (*found.reasons, f"explored among {len(above)}") if drawn < self.explore else found.reasons
        order = [chosen, *(name for name in found.attempts if name != chosen)]
        by_name = {each.name: each for each in candidates}
        drawn_share = self.explore / len(above) if any(each.name == chosen for each in above) else 0.0
        kept_share = (1 - self.explore) * found.propensity if chosen == found.attempts[0] else 0.0
        return plan(
            query,
            [by_name[name] for name in order],
            policy=self.name,
            reasons=reasons,
            propensity=drawn_share + kept_share,
            strongest=by_name.get(self.chances.strongest),
            chances={name: chance for name, chance in chances.items() if name in by_name},
        )
