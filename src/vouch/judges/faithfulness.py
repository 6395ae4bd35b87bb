"""Whether every claim of an answer is supported by its evidence, as a judge sees it.

It does not know whether the evidence is true. `scorers.groundedness` measures the same without a model.

As in Ragas (Es et al., 2023): the answer is cut into claims, each gets a verdict, and the value is the share supported.
"""

from __future__ import annotations

from typing import Any

from vouch.contracts.model import Model
from vouch.judges.judge import (
    Against,
    Judge,
    PromptLike,
    checked_against,
    checked_judge,
    chosen,
    evidence,
    listed,
    shipped,
)
from vouch.prompts.prompt import Prompt
from vouch.scorers.answer import measured, shown, unanswered
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score


class Faithfulness(Judge, frozen=True, kw_only=True):
    """The share of the answer's claims that the evidence supports."""

    claims_prompt: Prompt
    against: Against

    @property
    def name(self) -> str:
        """`faithfulness` with where its evidence is, its judge and its prompt."""
        claims = self.claims_prompt.version[:8]
        return self.named("faithfulness", against=None if self.against == "found" else self.against, claims=claims)

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; unscored without evidence, for an answer that claims nothing, and where the judge fails."""
        if missing := unanswered(self.name, result):
            return missing
        found = evidence(self.against, case, result)
        if not found:
            return Score(self.name, None, f"case {case.id!r} has no evidence: {self.against!r} is empty")
        cut = await self.hear(case, {"output": result.output}, _claims, prompt=self.claims_prompt)
        if cut.failed:
            return Score(self.name, None, f"no claims: {cut.why}")
        claims: list[str] = cut.value
        if not claims:
            return Score(self.name, None, f"{shown(result.output)} claims nothing")
        variables = {"claims": claims, "passages": found}
        heard = await self.hear(case, variables, listed("verdicts", len(claims), "claims"))
        if heard.failed:
            return Score(self.name, None, heard.why)
        verdicts: list[dict[str, Any]] = heard.value["verdicts"]
        lacking = [
            f"{verdict['verdict']}: {shown(claim)} ({verdict['reason']})"
            for claim, verdict in zip(claims, verdicts, strict=True)
            if verdict["verdict"] != "supported"
        ]
        return measured(self.name, 1 - len(lacking) / len(claims), "; ".join(lacking))


def _claims(value: Any) -> list[str]:
    return [claim for claim in value["claims"] if claim.strip()]


def faithfulness(
    *, judge: str | Model, against: Against = "found", prompt: PromptLike = None, claims_prompt: PromptLike = None
) -> Faithfulness:
    """The share of the answer's claims that the evidence supports, in two calls: the claims, then a verdict for each.

    Right only where all are. `against` as in `scorers.groundedness`. Raises an `AppError`.
    """
    return Faithfulness(
        against=checked_against(against, "faithfulness"),
        judge=checked_judge(judge, "faithfulness"),
        prompt=chosen(prompt, "faithfulness"),
        claims_prompt=chosen(claims_prompt, "claims") if claims_prompt else shipped("claims"),
    )
