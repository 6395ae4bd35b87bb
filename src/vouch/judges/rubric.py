"""A rubric: yes-or-no questions to a judge, each answer leading to the next question or to a value.

It does not know whether the judge answers rightly.
"""

from __future__ import annotations

from msgspec import Struct

from vouch.contracts.model import Model
from vouch.errors import AppError
from vouch.judges.judge import Judge, PromptLike, checked_judge, chosen
from vouch.scorers.answer import measured, shown, texts, unanswered
from vouch.values.case import Case
from vouch.values.digest import digest
from vouch.values.result import Result
from vouch.values.score import Score


class YesNo(Struct, frozen=True):
    """A question, and what follows from either answer: another question, or a value in [0, 1]."""

    question: str
    yes: YesNo | float
    no: YesNo | float


class Rubric(Judge, frozen=True, kw_only=True):
    """The value at the end of a path through the questions."""

    first: YesNo

    @property
    def name(self) -> str:
        """`rubric` with its first question, its judge, and the version of all its questions and its prompt."""
        version = digest((self.prompt.version, self.first))[:8]
        return f"rubric({shown(self.first.question[:60])}, judge={self.judge_name!r}, version={version!r})"

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement, with the path that led there; unscored where the judge fails at any question of it."""
        if missing := unanswered(self.name, result):
            return missing
        here: YesNo | float = self.first
        path: list[str] = []
        while isinstance(here, YesNo):
            variables: dict[str, object] = {
                "question": here.question,
                "output": result.output,
                "expected": texts(case.expected),
                "passages": [passage.text for passage in result.found],
            }
            heard = await self.hear(case, variables)
            if heard.failed:
                return Score(self.name, None, f"{here.question!r}: {heard.why}")
            yes = bool(heard.value["answer"])
            path.append(f"{here.question} {'yes' if yes else 'no'} ({heard.value['reason']})")
            here = here.yes if yes else here.no
        return measured(self.name, float(here), "; ".join(path))


def yes_no(question: str, *, yes: YesNo | float = 1.0, no: YesNo | float = 0.0) -> YesNo:
    """A question of a rubric. Raises an `AppError` for an empty one, and for a value outside [0, 1]."""
    if not question.strip():
        raise AppError(f"yes_no({question!r}): a question in words is wanted")
    for value in (yes, no):
        if not isinstance(value, YesNo) and not 0 <= value <= 1:
            raise AppError(
                f"yes_no({question!r}): {value!r} follows; another yes_no(...) or a value in [0, 1] is wanted"
            )
    return YesNo(question, yes, no)


def rubric(first: YesNo, *more: YesNo, judge: str | Model, prompt: PromptLike = None) -> Rubric:
    """Questions as a decision tree, one call for each question on the path.

    Several questions are a list: each must end as 1 for the next to be asked. Raises an `AppError`.
    """
    *before, tree = (first, *more)
    for question in reversed(before):
        tree = _then(question, tree)
    return Rubric(judge=checked_judge(judge, "rubric"), prompt=chosen(prompt, "rubric"), first=tree)


def _then(question: YesNo, following: YesNo) -> YesNo:
    """`question`, with `following` in place of every end of 1."""

    def on(end: YesNo | float) -> YesNo | float:
        if isinstance(end, YesNo):
            return _then(end, following)
        return following if end >= 1 else end

    return YesNo(question.question, on(question.yes), on(question.no))
