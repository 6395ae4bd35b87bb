"""Equality of labels, whatever their case and spaces.

It does not know which labels there are.
"""

from __future__ import annotations

import unicodedata

from msgspec import Struct

from vouch.scorers.answer import judged, shown, unanswered, unjudged
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score


class Label(Struct, frozen=True):
    """Right when output and expected text are the same label: case, outer and repeated spaces do not count."""

    @property
    def name(self) -> str:
        """`label`."""
        return "label"

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; a case that does not expect a text with a visible character cannot be judged."""
        if missing := unanswered(self.name, result):
            return missing
        if not isinstance(case.expected, str) or not (wanted := plain(case.expected)):
            return unjudged(self.name, case, "the text of a label")
        right = plain(result.output) == wanted
        return judged(self.name, "" if right else f"{shown(result.output)} is not {shown(case.expected)}")


def label() -> Label:
    """Right when output and expected text are the same label: case, outer and repeated spaces do not count."""
    return Label()


def plain(text: str) -> str:
    """`text` in one case, in Unicode's compatibility form, with single spaces between words and none outside."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
