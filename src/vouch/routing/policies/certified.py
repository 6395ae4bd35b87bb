"""A cheap model where that is proven to hold the bar, else the strong one.

It does not know how it was proven. Prices play no part: one that changes over night leaves the proof as it was.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from vouch.contracts.router import Candidate, Plan, Query
from vouch.errors import UsageError
from vouch.routing.certify import Case, Route
from vouch.routing.chances import Chances, Reading
from vouch.routing.outcome import Outcome
from vouch.routing.policies.ordered import named, plan


class Certified(Struct, frozen=True, eq=False):
    """Of the `cheap` models the one with the best expected score, where the strong one's gain is below the threshold.

    `route` is to be certified on `cases` of the same chances and models. The strong model answers where nothing is
    certified, where the question is unlike those learned from, and where the wanted cheap model is no candidate.
    """

    chances: Chances
    cheap: tuple[str, ...]
    strong: str
    route: Route

    def __post_init__(self) -> None:
        unknown = [model for model in (*self.cheap, self.strong) if model not in self.chances.models]
        if not self.cheap or unknown:
            raise UsageError(f"cheap = {self.cheap!r}, strong = {self.strong!r}: models with outcomes are wanted")

    @property
    def name(self) -> str:
        """The name in the journal and in reports."""
        return "certified"

    def choose(self, query: Query, candidates: Sequence[Candidate]) -> Plan:
        """The chosen one, then the strong one, then the others; raises `UsageError` where the strong one is missing."""
        strong = named(candidates, self.strong, policy=self.name)
        reading = self.chances.read(query)
        wanted = pick(reading, self.cheap)
        cheap = next((each for each in candidates if each.name == wanted and each.healthy), None)
        reason = self._goes_up(reading, wanted, missing=cheap is None)
        first = [strong] if reason or cheap is None else [cheap, strong]
        kept = (
            reason or f"the strong model's gain, {self._gain(reading, wanted):+.2f}, is below the certified threshold"
        )
        rest = [each for each in candidates if each not in first]
        chances = {each.name: reading.chances[each.name] for each in candidates if each.name in reading.chances}
        return plan(query, [*first, *rest], policy=self.name, reasons=(kept,), strongest=strong, chances=chances)

    def _gain(self, reading: Reading, wanted: str) -> float:
        return reading.gain(cheap=wanted, strong=self.strong)

    def _goes_up(self, reading: Reading, wanted: str, *, missing: bool) -> str:
        if not self.route.certified:
            return "the bar cannot be certified: everything goes to the strong model"
        if not reading.familiar:
            return "unlike the questions learned from: the strong model is asked"
        if missing:
            return f"{wanted} cannot be asked: the strong model is"
        gain = self._gain(reading, wanted)
        return f"the strong model's gain, {gain:+.2f}, reaches the threshold" if self.route.goes_up(gain) else ""


def pick(reading: Reading, cheap: Sequence[str]) -> str:
    """The cheap model with the best expected score on this question."""
    return max(cheap, key=lambda model: reading.expected[model])


def cases(chances: Chances, outcomes: Sequence[Outcome], *, cheap: Sequence[str], strong: str) -> list[Case]:
    """What `certify` needs, from outcomes that nothing was learned from; those without both scores are left out.

    A question that is unlike those learned from has an infinite gain, since it goes up whatever is expected.
    """
    found: list[Case] = []
    for outcome in outcomes:
        reading = chances.read(outcome.query)
        wanted = pick(reading, cheap)
        if wanted in outcome.scores and strong in outcome.scores:
            gain = reading.gain(cheap=wanted, strong=strong) if reading.familiar else float("inf")
            found.append(Case(gain, outcome.scores[wanted], outcome.scores[strong]))
    return found
