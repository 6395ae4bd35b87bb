"""Whether an output contains the expected pieces of text.

It does not know words: a piece may be found inside one; `regex` can ask for more.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from vouch.errors import AppError
from vouch.scorers.answer import named, shown, texts, unanswered, unjudged
from vouch.scorers.label import plain
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

Need = Literal["all", "any"]
"""`all`: every expected piece must be found, and the value is the share found; `any`: one is enough."""


class Contains(Struct, frozen=True):
    """Right when the output contains all (or any) of the expected texts."""

    need: Need = "all"
    exact_case: bool = False

    @property
    def name(self) -> str:
        """`contains` with its settings."""
        return named("contains", need=None if self.need == "all" else self.need, exact_case=self.exact_case)

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; a case that expects neither a text nor a list of texts cannot be judged."""
        if missing := unanswered(self.name, result):
            return missing
        wanted = texts(case.expected)
        if not wanted or not all(plain(piece) for piece in wanted):
            return unjudged(self.name, case, "a text or a list of texts, none of them empty,")
        output = self._reduced(result.output)
        lacking = [piece for piece in wanted if self._reduced(piece) not in output]
        if not lacking or (self.need == "any" and len(lacking) < len(wanted)):
            return Score(self.name, 1.0)
        value = 1 - len(lacking) / len(wanted) if self.need == "all" else 0.0
        return Score(self.name, value, f"not in the output: {', '.join(map(shown, lacking))}")

    def _reduced(self, text: str) -> str:
        return " ".join(text.split()) if self.exact_case else plain(text)


def contains(need: Need = "all", *, exact_case: bool = False) -> Contains:
    """Right when the output contains all (or `any`) of the expected texts; spaces count once, case only if asked.

    Raises an `AppError` for another `need`.
    """
    if need not in ("all", "any"):
        raise AppError(
            f"contains({need!r}): 'all' or 'any' is wanted; the texts themselves stand in each case's expected"
        )
    return Contains(need, exact_case)
