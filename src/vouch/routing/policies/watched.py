"""The strong model for everything, from the moment that the promise of the other policy no longer holds.

It does not know where audits come from.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs

from vouch.contracts.router import Candidate, Plan, Query, Router
from vouch.routing.policies.ordered import named, plan
from vouch.routing.policies.weighted import share_of
from vouch.stats.alarm import Alarm


def audited(query: Query, *, share: float, salt: str = "") -> bool:
    """Whether this question belongs to the random share whose answers are checked; the same each time it is asked."""
    return share_of(f"audit\0{salt}\0{query.user}\0{query.text}") < share


class Watched(Struct, frozen=True, eq=False):
    """The inner policy while the alarm is silent; `hear` gives the value after one more audit."""

    inner: Router
    strongest: str
    alarm: Alarm = Alarm()

    @property
    def name(self) -> str:
        """The inner policy's name."""
        return self.inner.name

    def hear(self, outcome: float, promised: float) -> Watched:
        """After an audit: how good the answer was, and the chance that had been promised for it."""
        return structs.replace(self, alarm=self.alarm.hear(outcome, promised))

    def choose(self, query: Query, candidates: Sequence[Candidate]) -> Plan:
        """The inner plan, or the strongest model and then the others."""
        if not self.alarm.sounds:
            return self.inner.choose(query, candidates)
        strong = named(candidates, self.strongest, policy=self.name)
        rest = [each for each in candidates if each is not strong]
        told = f"the promise no longer holds (alarm after {self.alarm.audits} audits): the strongest model is asked"
        return plan(query, [strong, *rest], policy=self.name, reasons=(told,), strongest=strong)
