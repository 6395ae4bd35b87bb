"""Scorers made of scorers: over a part of what a case expects, all of several, at least so much of one.

It does not know what the inner scorers judge.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from vouch.contracts.judge import AskJudge, seated
from vouch.contracts.scorer import Scorer
from vouch.errors import AppError
from vouch.scorers.answer import unjudged
from vouch.scorers.difference import fields_of
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score


class Part(Struct, frozen=True):
    """The inner scorer's judgement by one field of what the case expects."""

    field: str
    scorer: Scorer

    @property
    def name(self) -> str:
        """The inner name behind the field."""
        return f"{self.field}: {self.scorer.name}"

    def with_judge(self, ask: AskJudge) -> Part:
        """The same, with a judge inside asked by `ask`."""
        return Part(self.field, seated(self.scorer, ask))

    async def score(self, case: Case, result: Result) -> Score:
        """The inner judgement; a case that expects no object with this field cannot be judged."""
        expected = fields_of(case.expected)
        if self.field not in expected:
            return unjudged(self.name, case, f"an object with {self.field!r}")
        found = await self.scorer.score(msgspec.structs.replace(case, expected=expected[self.field]), result)
        return Score(self.name, found.value, found.why)


class Every(Struct, frozen=True):
    """The least of the inner judgements: right only where all are."""

    scorers: tuple[Scorer, ...]

    @property
    def name(self) -> str:
        """All inner names."""
        return f"every({', '.join(scorer.name for scorer in self.scorers)})"

    def with_judge(self, ask: AskJudge) -> Every:
        """The same, with the judges inside asked by `ask`."""
        return Every(tuple(seated(scorer, ask) for scorer in self.scorers))

    async def score(self, case: Case, result: Result) -> Score:
        """The least value with every reason; unscored as soon as one is."""
        found = [await scorer.score(case, result) for scorer in self.scorers]
        why = "; ".join(f"{score.scorer}: {score.why}" for score in found if not score.right)
        values = [score.value for score in found if score.value is not None]
        return Score(self.name, min(values) if len(values) == len(found) else None, why)


class AtLeast(Struct, frozen=True):
    """Right where the inner value reaches the threshold."""

    threshold: float
    scorer: Scorer

    @property
    def name(self) -> str:
        """The inner name with the threshold."""
        return f"{self.scorer.name} >= {self.threshold:g}"

    def with_judge(self, ask: AskJudge) -> AtLeast:
        """The same, with a judge inside asked by `ask`."""
        return AtLeast(self.threshold, seated(self.scorer, ask))

    async def score(self, case: Case, result: Result) -> Score:
        """1 or 0; unscored where the inner judgement is."""
        found = await self.scorer.score(case, result)
        if found.value is None:
            return Score(self.name, None, found.why)
        if found.value >= self.threshold:
            return Score(self.name, 1.0)
        return Score(self.name, 0.0, f"{found.value:.3f} < {self.threshold:g}: {found.why}")


def part(field: str, scorer: Scorer) -> Part:
    """`scorer`, given one field of what a case expects, so that several scorers can share a case."""
    return Part(field, scorer)


def every(*scorers: Scorer) -> Every:
    """Right only where all of these are. Raises an `AppError` for none."""
    if not scorers:
        raise AppError("every(): one or more scorers are wanted")
    return Every(scorers)


def at_least(threshold: float, scorer: Scorer) -> AtLeast:
    """Right where `scorer` gives at least this value. Raises an `AppError` for a threshold outside (0, 1]."""
    if not 0 < threshold <= 1:
        raise AppError(f"at_least({threshold!r}): a share above 0, such as 0.5, is wanted")
    return AtLeast(threshold, scorer)
