"""Ask the cheap model, read its answer, and ask the strong one where that is not good enough.

It does not know how either is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from vouch.contracts.router import Candidate, Plan, Query
from vouch.errors import UsageError
from vouch.routing.certify import Route
from vouch.routing.chances import Chances
from vouch.routing.checks import faults
from vouch.routing.policies.ordered import named, plan
from vouch.routing.reply import Form, Reply
from vouch.routing.signals import with_reply


class Verdict(Struct, frozen=True):
    """Whether the cheap answer is kept, why, and the gain that is expected from the strong model, where learned."""

    keeps: bool
    reasons: tuple[str, ...]
    gain: float | None = None


class Cascade(Struct, frozen=True, eq=False):
    """`cheap`, then `strong`. Rules come first: an answer with a fault is never kept.

    With `chances`, learned from questions together with their cheap answers (`with_reply`), and a certified `route`, an
    answer without fault is kept where the expected gain is below the threshold. Without both, rules alone decide, and
    nothing is certified.
    """

    cheap: str
    strong: str
    form: Form = Form()
    chances: Chances | None = None
    route: Route | None = None

    def __post_init__(self) -> None:
        if (self.chances is None) != (self.route is None):
            raise UsageError("Cascade: give both what was learned (chances) and the certified route, or neither")

    @property
    def name(self) -> str:
        """The name in the journal and in reports."""
        return "cascade"

    def choose(self, query: Query, candidates: Sequence[Candidate]) -> Plan:
        """The cheap model, then the strong one; the strong one at once where nothing learned may be believed."""
        cheap = named(candidates, self.cheap, policy=self.name)
        strong = named(candidates, self.strong, policy=self.name)
        reason = self._hopeless(query)
        order = [strong, cheap] if reason else [cheap, strong]
        return plan(query, order, policy=self.name, reasons=(reason,) if reason else (), strongest=strong)

    def judge(self, query: Query, reply: Reply) -> Verdict:
        """Whether the cheap model's answer is kept."""
        found = faults(reply, question=query.text, form=self.form)
        if found:
            return Verdict(keeps=False, reasons=found)
        if self.chances is None or self.route is None:
            return Verdict(keeps=True, reasons=("the answer breaks no rule",))
        gain = self.chances.gain(with_reply(query, reply, form=self.form), cheap=self.cheap, strong=self.strong)
        if self.route.goes_up(gain):
            return Verdict(
                keeps=False,
                reasons=(f"the strong model's expected gain, {gain:+.2f}, reaches the threshold",),
                gain=gain,
            )
        return Verdict(
            keeps=True, reasons=(f"the strong model's expected gain, {gain:+.2f}, is below the threshold",), gain=gain
        )

    def _hopeless(self, query: Query) -> str:
        if self.chances is None or self.route is None:
            return ""
        if not self.route.certified:
            return "the bar cannot be certified: everything goes to the strong model"
        return "" if self.chances.knows(query) else "unlike the questions learned from: the strong model is asked"
