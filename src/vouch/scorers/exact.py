"""Exact equality of texts.

It does not know that anything could be spelt in two ways; `label` does.
"""

from __future__ import annotations

from msgspec import Struct

from vouch.scorers.answer import judged, shown, unanswered, unjudged
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score


class Exact(Struct, frozen=True):
    """Right when the output is the expected text, character by character."""

    @property
    def name(self) -> str:
        """`exact`."""
        return "exact"

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; a case that does not expect a text cannot be judged."""
        if missing := unanswered(self.name, result):
            return missing
        if not isinstance(case.expected, str):
            return unjudged(self.name, case, "a text")
        right = result.output == case.expected
        return judged(self.name, "" if right else f"{shown(result.output)} is not {shown(case.expected)}")


def exact() -> Exact:
    """Right when the output is the expected text, character by character."""
    return Exact()
