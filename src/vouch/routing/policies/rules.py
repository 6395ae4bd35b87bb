"""Policies by what the app declared of a question: its route, task or customer.

It does not know what the tags mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from vouch.contracts.router import Candidate, Plan, Query, Router


class Rule(Struct, frozen=True, eq=False):
    """`then` decides on questions whose tags hold all of `when`."""

    when: Mapping[str, str]
    then: Router

    def fits(self, query: Query) -> bool:
        """Whether every tag is there."""
        return all(query.tags.get(name) == value for name, value in self.when.items())


class Rules(Struct, frozen=True, eq=False):
    """The first rule that fits decides, else `otherwise`."""

    rules: tuple[Rule, ...]
    otherwise: Router

    @property
    def name(self) -> str:
        """The name in the journal and in reports."""
        return "rules"

    def choose(self, query: Query, candidates: Sequence[Candidate]) -> Plan:
        """The plan of the policy that is responsible, with the rule in its reasons."""
        for rule in self.rules:
            if rule.fits(query):
                told = ", ".join(f"{name} = {value}" for name, value in rule.when.items()) or "always"
                found = rule.then.choose(query, candidates)
                return structs.replace(found, reasons=(f"rule: {told}", *found.reasons))
        return self.otherwise.choose(query, candidates)
