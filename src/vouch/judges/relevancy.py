"""Whether what an answer says bears on the question, as a judge sees it.

It does not know whether any of it is true.

As in DeepEval: the answer is cut into statements, and the value is the share that bears on the question.
"""

from __future__ import annotations

from typing import Any

from vouch.contracts.model import Model
from vouch.judges.judge import Judge, PromptLike, checked_judge, chosen
from vouch.scorers.answer import measured, shown, unanswered
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score


class AnswerRelevancy(Judge, frozen=True, kw_only=True):
    """The share of the answer's statements that bear on the question."""

    @property
    def name(self) -> str:
        """`answer_relevancy` with its judge and its prompt."""
        return self.named("answer_relevancy")

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; unscored for an answer that says nothing, and where the judge fails."""
        if missing := unanswered(self.name, result):
            return missing
        heard = await self.hear(case, {"output": result.output})
        if heard.failed:
            return Score(self.name, None, heard.why)
        statements: list[dict[str, Any]] = heard.value["statements"]
        if not statements:
            return Score(self.name, None, f"{shown(result.output)} says nothing")
        beside = [shown(each["statement"]) for each in statements if not each["relevant"]]
        return measured(self.name, 1 - len(beside) / len(statements), f"beside the question: {'; '.join(beside)}")


def answer_relevancy(*, judge: str | Model, prompt: PromptLike = None) -> AnswerRelevancy:
    """The share of the answer's statements that bear on the question, in one call; right where all do.

    Raises an `AppError`.
    """
    return AnswerRelevancy(judge=checked_judge(judge, "answer_relevancy"), prompt=chosen(prompt, "answer_relevancy"))
