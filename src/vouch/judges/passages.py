"""Whether the recalled passages hold what the right answer needs, as a judge sees it.

It does not know the answer that was given. `scorers.context` measures the same without a model.

After Ragas (Es et al., 2023). Recall: the share of the right answer's sentences that the passages support. Precision:
the mean of precision at the place of each passage that helps to the right answer.
"""

from __future__ import annotations

from typing import Any

from vouch.contracts.model import Model
from vouch.judges.judge import Judge, PromptLike, checked_judge, chosen, evidence, listed
from vouch.scorers.answer import measured, shown, texts, unjudged
from vouch.scorers.claims import claims
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score


class ContextRecall(Judge, frozen=True, kw_only=True):
    """The share of the right answer's sentences that the passages support."""

    @property
    def name(self) -> str:
        """`context_recall` with its judge and its prompt."""
        return self.named("context_recall")

    async def score(self, case: Case, result: Result) -> Score:
        """The measure, however the run ended; 0 where nothing was recalled, unscored where the judge fails."""
        wanted = [claim for text in texts(case.expected) for claim in claims(text)]
        if not wanted:
            return unjudged(self.name, case, "the right answer, a text or a list of texts,")
        passages = evidence("found", case, result)
        if not passages:
            return Score(self.name, 0.0, "nothing was recalled")
        variables = {"sentences": wanted, "passages": passages}
        heard = await self.hear(case, variables, listed("verdicts", len(wanted), "sentences"))
        if heard.failed:
            return Score(self.name, None, heard.why)
        verdicts: list[dict[str, Any]] = heard.value["verdicts"]
        lacking = [shown(claim) for claim, found in zip(wanted, verdicts, strict=True) if not found["supported"]]
        return measured(self.name, 1 - len(lacking) / len(wanted), f"not supported: {'; '.join(lacking)}")


class ContextPrecision(Judge, frozen=True, kw_only=True):
    """How early the passages stand that help to the right answer."""

    @property
    def name(self) -> str:
        """`context_precision` with its judge and its prompt."""
        return self.named("context_precision")

    async def score(self, case: Case, result: Result) -> Score:
        """The measure, however the run ended; 0 where nothing was recalled, unscored where the judge fails."""
        expected = texts(case.expected)
        if not any(text.strip() for text in expected):
            return unjudged(self.name, case, "the right answer, a text or a list of texts,")
        passages = evidence("found", case, result)
        if not passages:
            return Score(self.name, 0.0, "nothing was recalled")
        variables = {"expected": expected, "passages": passages}
        heard = await self.hear(case, variables, listed("verdicts", len(passages), "passages"))
        if heard.failed:
            return Score(self.name, None, heard.why)
        verdicts: list[dict[str, Any]] = heard.value["verdicts"]
        places = [place for place, found in enumerate(verdicts, 1) if found["useful"]]
        value = sum(number / place for number, place in enumerate(places, 1)) / len(places) if places else 0.0
        return measured(self.name, value, f"useful passages stand at {places} of {len(passages)}")


def context_recall(*, judge: str | Model, prompt: PromptLike = None) -> ContextRecall:
    """The share of the expected answer's sentences that the recalled passages support, in one call."""
    return ContextRecall(judge=checked_judge(judge, "context_recall"), prompt=chosen(prompt, "context_recall"))


def context_precision(*, judge: str | Model, prompt: PromptLike = None) -> ContextPrecision:
    """How early the useful ones stand among the recalled passages, in one call."""
    return ContextPrecision(judge=checked_judge(judge, "context_precision"), prompt=chosen(prompt, "context_precision"))
