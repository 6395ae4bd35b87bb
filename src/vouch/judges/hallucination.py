"""Whether an answer contradicts any passage of its evidence, as a judge sees it.

It does not know what the answer adds to the evidence without contradicting it; `faithfulness` counts that too.

As in DeepEval: each passage gets a verdict. Here 1 is good: the value is the share of passages not contradicted.
"""

from __future__ import annotations

from typing import Any

from vouch.contracts.model import Model
from vouch.judges.judge import Against, Judge, PromptLike, checked_against, checked_judge, chosen, evidence, listed
from vouch.scorers.answer import measured, unanswered
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score


class Hallucination(Judge, frozen=True, kw_only=True):
    """The share of the evidence's passages that the answer does not contradict."""

    against: Against

    @property
    def name(self) -> str:
        """`hallucination` with where its evidence is, its judge and its prompt."""
        return self.named("hallucination", against=None if self.against == "found" else self.against)

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; unscored without evidence, and where the judge fails."""
        if missing := unanswered(self.name, result):
            return missing
        found = evidence(self.against, case, result)
        if not found:
            return Score(self.name, None, f"case {case.id!r} has no evidence: {self.against!r} is empty")
        variables = {"output": result.output, "passages": found}
        heard = await self.hear(case, variables, listed("verdicts", len(found), "passages"))
        if heard.failed:
            return Score(self.name, None, heard.why)
        verdicts: list[dict[str, Any]] = heard.value["verdicts"]
        against = [
            f"passage {place}: {verdict['reason']}"
            for place, verdict in enumerate(verdicts, 1)
            if verdict["contradicts"]
        ]
        return measured(self.name, 1 - len(against) / len(found), "; ".join(against))


def hallucination(*, judge: str | Model, against: Against = "found", prompt: PromptLike = None) -> Hallucination:
    """The share of the evidence's passages that the answer does not contradict, in one call; right where it is all.

    `against` as in `scorers.groundedness`. Raises an `AppError`.
    """
    return Hallucination(
        against=checked_against(against, "hallucination"),
        judge=checked_judge(judge, "hallucination"),
        prompt=chosen(prompt, "hallucination"),
    )
