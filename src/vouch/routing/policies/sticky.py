"""A session stays on its model, whose cache is warm and whose tone is known, unless evidence moves it up.

It does not know how the other policy decides.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs

from vouch.contracts.router import Candidate, Plan, Query, Router
from vouch.errors import UsageError
from vouch.routing.pricing import expected


class Sticky(Struct, frozen=True, eq=False):
    """The session's model first, as long as it is up, and the inner policy's model is not better by `margin`.

    Better means: its learned chance is higher by at least so much. A plan without chances moves nobody; nor does a
    cheaper model.
    """

    inner: Router
    margin: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.margin < 1:
            raise UsageError(f"margin = {self.margin!r}: a difference of chances from 0 to below 1 is wanted")

    @property
    def name(self) -> str:
        """The inner policy's name."""
        return self.inner.name

    def choose(self, query: Query, candidates: Sequence[Candidate]) -> Plan:
        """The inner plan, with the session's model moved to the front where it stays."""
        found = self.inner.choose(query, candidates)
        held = next((each for each in candidates if each.name == query.session_model and each.healthy), None)
        if held is None or found.attempts[0] == held.name:
            return found
        unknown = found.chances.get(held.name, 0.0)
        better = found.chances.get(found.attempts[0], 0.0) - unknown
        if found.chances and better >= self.margin and better > 0:
            return structs.replace(found, reasons=(*found.reasons, f"the session moves up from {held.name}"))
        return structs.replace(
            found,
            attempts=(held.name, *(name for name in found.attempts if name != held.name)),
            reasons=(*found.reasons, "the session stays on its model"),
            price=expected(query, held),
            propensity=1.0,
        )
