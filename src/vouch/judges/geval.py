"""G-Eval: a judge follows evaluation steps and gives a score, weighted by the probability of every score.

It does not know whether the judge is any good; `vouch prove --judge` shows that.

After Liu et al., "G-Eval: NLG evaluation using GPT-4 with better human alignment", 2023. The steps are given, or made
once by the judge from the criteria. A judge that tells no log-probabilities is asked several times instead, and the
mean is taken.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from typing import Any, Final, Literal, get_args

import msgspec

from vouch.app.output import problem_of
from vouch.contracts.judge import AskJudge, Heard
from vouch.contracts.model import Model
from vouch.errors import AppError
from vouch.judges.judge import Judge, PromptLike, checked_judge, chosen, shipped
from vouch.judges.weighted import Scale, weighted, written_score
from vouch.prompts.prompt import Prompt
from vouch.scorers.answer import measured, shown, texts, unanswered, unjudged
from vouch.values.case import Case
from vouch.values.digest import digest
from vouch.values.request import Answer, Settings
from vouch.values.result import Result
from vouch.values.score import Score

Shows = Literal["expected", "passages"]
"""What the judge sees beside question and answer: what the case expects, or the passages that the run recalled."""

_TOP: Final = 20
"""Alternatives asked for at each token: the most that OpenAI gives."""


class GEval(Judge, frozen=True, kw_only=True):
    """A score on a scale, by criteria, as a share of the scale."""

    criteria: str
    steps: tuple[str, ...]
    scale: Scale
    shows: tuple[Shows, ...]
    samples: int
    weighting: bool
    asking: Settings
    sampling: Settings
    steps_prompt: Prompt
    made: dict[str, asyncio.Task[Heard]]
    """Under one key: the steps, while and after they are made."""

    @property
    def name(self) -> str:
        """`geval` with its criteria, judge, and the version of all that it asks and how it reads."""
        low, high, whole = self.scale
        settings = (self.criteria, self.steps, (low, high, whole), self.shows, self.samples, self.weighting)
        version = digest((self.prompt.version, self.steps_prompt.version, settings))[:8]
        return f"geval({shown(self.criteria[:60])}, judge={self.judge_name!r}, version={version!r})"

    def with_judge(self, ask: AskJudge) -> GEval:
        """The same, asked by `ask`; its steps are asked for anew, or found."""
        return msgspec.structs.replace(self, ask=ask, made={})

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; unscored where the judge fails, or the case lacks what it is to see."""
        if missing := unanswered(self.name, result):
            return missing
        expected = texts(case.expected)
        if "expected" in self.shows and not expected:
            return unjudged(self.name, case, "a text or a list of texts")
        steps = await self._steps(case)
        if steps.failed:
            return Score(self.name, None, f"no evaluation steps: {steps.why}")
        variables: dict[str, object] = {
            "criteria": self.criteria,
            "steps": steps.value,
            "scale": str(self.scale),
            "output": result.output,
            "expected": expected if "expected" in self.shows else [],
            "passages": [passage.text for passage in result.found] if "passages" in self.shows else [],
        }
        if not self.weighting:
            return await self._sampled(case, variables, "")
        heard = await self.hear(case, variables, read=self._read, reading=self._reading, settings=self.asking)
        if heard.error == "BadRequest":
            # Some models refuse to be asked for log-probabilities at all.
            return await self._sampled(case, variables, f"{self.judge_name} refuses to give log-probabilities")
        if heard.failed:
            return Score(self.name, None, heard.why)
        if heard.value["weighted"] is None:
            return await self._sampled(case, variables, heard.value["missing"])
        return self._measured(heard.value["weighted"], heard.value["reason"])

    async def _sampled(self, case: Case, variables: dict[str, object], why: str) -> Score:
        """The mean of several answers; those that fail are left out, and said to be."""
        samples = await asyncio.gather(
            *(
                self.hear(
                    case, variables, read=self._read, reading=self._reading, settings=self.sampling, number=number
                )
                for number in range(1, self.samples + 1)
            )
        )
        values = [heard.value["score"] for heard in samples if not heard.failed]
        if not values:
            return Score(self.name, None, samples[0].why)
        told = f"mean of {len(values)} samples"
        if failed := len(samples) - len(values):
            told += f" ({failed} more failed)"
        reason = next(heard.value["reason"] for heard in samples if not heard.failed)
        return self._measured(math.fsum(values) / len(values), reason, f"{why}: {told}" if why else told)

    def _measured(self, score: float, reason: str, how: str = "") -> Score:
        told = f"{score:.2f} of {self.scale.high:g}{f' ({how})' if how else ''}: {reason}"
        value = self.scale.share(score)
        found = measured(self.name, value, told)
        # How it was come by is said also of full marks.
        return msgspec.structs.replace(found, why=told) if how else found

    async def _steps(self, case: Case) -> Heard:
        """The steps, asked for by whichever case comes first; a failure is asked again."""
        if self.steps:
            return Heard(list(self.steps))
        if "steps" not in self.made:
            self.made["steps"] = asyncio.ensure_future(self._make_steps(case))
        heard = await asyncio.shield(self.made["steps"])
        if heard.failed:
            self.made.pop("steps", None)
        return heard

    async def _make_steps(self, case: Case) -> Heard:
        nobody = msgspec.structs.replace(case, id="")
        return await self.hear(nobody, {}, _steps_of, prompt=self.steps_prompt, input=self.criteria)

    @property
    def _reading(self) -> str:
        return f"GEval: {self.scale}"

    def _read(self, answer: Answer) -> Any:
        """The score of an answer, its reason, and its weighted score, or why there is none."""
        schema = self.prompt.settings.output_schema
        if schema is not None and (problem := problem_of(answer.text, schema)):
            raise ValueError(problem)
        written = written_score(answer.text)
        if written is None:
            raise ValueError(f"No score can be found in your answer. Answer again, with a score that is {self.scale}.")
        if not self.scale.holds(written.score):
            raise ValueError(f"Your score is {written.score:g}, but it must be {self.scale}. Answer again, all of it.")
        expected = weighted(answer.logprobs, self.scale) if answer.logprobs else None
        missing = "the log-probabilities do not show the score" if answer.logprobs else "no log-probabilities"
        return {
            "score": written.score,
            "reason": _reason(answer.text, structured=schema is not None),
            "weighted": expected,
            "missing": "" if expected is not None else f"{self.judge_name} gave no weights, {missing}",
        }


def _steps_of(value: Any) -> list[str]:
    return [str(step) for step in value["steps"]]


def _reason(text: str, *, structured: bool) -> str:
    if not structured:
        return text.strip()[:500]
    value = msgspec.json.decode(text.strip().removeprefix("```json").strip("`\n "))
    return str(value.get("reason", ""))[:500]


def geval(
    criteria: str,
    *,
    judge: str | Model,
    steps: Sequence[str] = (),
    scale: tuple[float, float] = (1, 5),
    whole: bool = True,
    shows: Sequence[Shows] = (),
    samples: int = 5,
    by: Literal["log-probabilities", "samples"] = "log-probabilities",
    prompt: PromptLike = None,
) -> GEval:
    """A score by criteria, as a share of the scale: 1 is its upper end.

    Without `steps`, the judge makes them once from the criteria. Full marks are hardly ever reached, since every score
    has some probability: say which share is right with `scorers.at_least(0.75, judges.geval(...))`. `by="samples"`
    takes the mean of so many `samples` from the start. Raises an `AppError`.
    """
    low, high = scale
    if not criteria.strip() or isinstance(steps, str):
        raise AppError(
            f"geval({criteria!r}, steps={steps!r}): criteria in words, and a list of steps or none, are wanted"
        )
    if not 0 <= low < high or samples < 1 or by not in get_args(Literal["log-probabilities", "samples"]):
        raise AppError(
            f"geval(scale={scale!r}, samples={samples!r}, by={by!r}): a scale such as (1, 5), 1 sample or more, and "
            "'log-probabilities' or 'samples' are wanted"
        )
    if unknown := [part for part in shows if part not in get_args(Shows)]:
        raise AppError(f"geval(shows={unknown!r}): 'expected' and 'passages' are there to be shown")
    asked = chosen(prompt, "geval")
    return GEval(
        judge=checked_judge(judge, "geval"),
        prompt=asked,
        asking=msgspec.structs.replace(asked.settings, top_logprobs=_TOP),
        sampling=msgspec.structs.replace(asked.settings, top_logprobs=None, temperature=1.0),
        criteria=criteria,
        steps=tuple(steps),
        scale=Scale(float(low), float(high), whole),
        shows=tuple(shows),
        samples=samples,
        weighting=by == "log-probabilities",
        steps_prompt=shipped("geval-steps"),
        made={},
    )
