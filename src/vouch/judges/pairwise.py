"""Which of two answers is better, as a judge sees it in both orders.

It does not know which of them is new.

A judge favours places (Zheng et al., "Judging LLM-as-a-judge with MT-bench and Chatbot Arena", 2023), so each pair is
shown twice, swapped. An answer wins that wins both times; everything else is a tie.
"""

from __future__ import annotations

import asyncio
from typing import Final, NamedTuple

from vouch.contracts.judge import Heard
from vouch.contracts.model import Model
from vouch.errors import AppError
from vouch.judges.judge import Judge, PromptLike, checked_judge, chosen
from vouch.scorers.answer import shown, unanswered, unjudged
from vouch.values.case import Case
from vouch.values.digest import digest
from vouch.values.result import Result
from vouch.values.score import Score

_PLACES: Final = {"first": 1, "second": 2, "tie": 0}


class Winners(NamedTuple):
    """Who won in the order given and after swapping: 1 the output, 2 the expected text, 0 a tie, None no verdict."""

    given: int | None
    swapped: int | None
    why: str = ""


class Pairwise(Judge, frozen=True, kw_only=True):
    """1 where the output beats what is expected, 0 where it loses, 0.5 for a tie."""

    criteria: str

    @property
    def name(self) -> str:
        """`pairwise` with its criteria, its judge and the version of its prompt."""
        version = digest((self.prompt.version, self.criteria))[:8]
        return f"pairwise({shown(self.criteria[:60])}, judge={self.judge_name!r}, version={version!r})"

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; unscored unless the judge gives a verdict in both orders."""
        if missing := unanswered(self.name, result):
            return missing
        if not isinstance(case.expected, str):
            return unjudged(self.name, case, "the other answer, a text,")
        return self.verdict(await self.winners(case, result))

    def verdict(self, winners: Winners) -> Score:
        """What the verdicts in both orders amount to."""
        given, swapped, why = winners
        if given is None or swapped is None:
            return Score(self.name, None, why)
        if given != swapped:
            return Score(self.name, 0.5, f"the verdict depends on the order, a tie: {why}")
        return Score(self.name, {1: 1.0, 2: 0.0}.get(given, 0.5), "" if given == 1 else why)

    async def winners(self, case: Case, result: Result) -> Winners:
        """The verdicts in both orders, with the judge's reasons."""
        one, two = result.output, str(case.expected)
        given, swapped = await asyncio.gather(self._compared(case, one, two), self._compared(case, two, one))
        places = (_winner(given, {1: 1, 2: 2, 0: 0}), _winner(swapped, {1: 2, 2: 1, 0: 0}))
        return Winners(*places, f"{_told(given)}; swapped: {_told(swapped)}")

    async def _compared(self, case: Case, first: str, second: str) -> Heard:
        return await self.hear(case, {"criteria": self.criteria, "first": first, "second": second})


def _winner(heard: Heard, names: dict[int, int]) -> int | None:
    return None if heard.failed else names[_PLACES[heard.value["winner"]]]


def _told(heard: Heard) -> str:
    return heard.why if heard.failed else f"{heard.value['winner']} ({heard.value['reason']})"


def pairwise(
    criteria: str = "the better answer to what was asked", *, judge: str | Model, prompt: PromptLike = None
) -> Pairwise:
    """Whether the output is better than the text that the case expects, in two calls: both orders.

    `scorers.at_least(0.5, judges.pairwise(...))` is right also for a tie. Raises an `AppError`.
    """
    if not criteria.strip():
        raise AppError(f"pairwise({criteria!r}): criteria in words are wanted")
    return Pairwise(judge=checked_judge(judge, "pairwise"), prompt=chosen(prompt, "pairwise"), criteria=criteria)
