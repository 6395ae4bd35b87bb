"""What every judged scorer is made of: a judge, a versioned prompt, and structured answers that are checked.

It does not know what any of them measures, nor who asks the judge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, Self, cast, get_args

import msgspec
from msgspec import Struct

from vouch.app.output import problem_of, value_of
from vouch.contracts.judge import AskJudge, Heard, Question
from vouch.contracts.model import Model
from vouch.errors import AppError
from vouch.prompts.prompt import Prompt
from vouch.scorers.answer import named, texts
from vouch.values.case import Case
from vouch.values.request import Answer, Settings
from vouch.values.result import Result

_FOLDER: Final = Path(__file__).parent / "prompts"

PromptLike = Prompt | str | Path | None
"""A prompt of one's own, the path of its file, or None for the one that ships with Vouch."""

Against = Literal["found", "input", "expected"]
"""Where the evidence is: `found`: the passages that the run recalled; `input`: what the app was asked, as for a
summary; `expected`: the case's text or texts."""


class Judge(Struct, frozen=True, kw_only=True):
    """The part that all judged scorers share. `prompt` says what is asked; `ask` is given by whoever proves."""

    judge: str | Model
    prompt: Prompt
    ask: AskJudge | None = None

    @property
    def judge_name(self) -> str:
        """The full name of the judge's model."""
        return self.judge if isinstance(self.judge, str) else self.judge.name

    def named(self, kind: str, **settings: object) -> str:
        """The name of a judged scorer: its settings, the judge, and the first characters of the prompt's version."""
        return named(kind, **settings, judge=self.judge_name, version=self.prompt.version[:8])

    def with_judge(self, ask: AskJudge) -> Self:
        """The same, asked by `ask`."""
        return msgspec.structs.replace(self, ask=ask)

    async def hear(
        self,
        case: Case,
        variables: Mapping[str, object],
        check: Callable[[Any], Any] | None = None,
        *,
        read: Callable[[Answer], Any] | None = None,
        reading: str = "",
        prompt: Prompt | None = None,
        settings: Settings | None = None,
        input: str | None = None,
        number: int = 0,
    ) -> Heard:
        """What the judge says to the prompt with these variables; those it does not declare are left out.

        `check` turns the answer's JSON value, which fits the schema, into what is kept; a `ValueError` is what the
        judge is told to mend. With `read`, it is read in another way, which `reading` names. `input` is the case's, or
        another text.
        """
        chosen = prompt or self.prompt
        if self.ask is None:
            raise AppError(
                f"{type(self).__name__}: nobody asks its judge; prove with it, or give it one: with_judge(ask)"
            )
        given = {name: value for name, value in variables.items() if name in chosen.inputs}
        question = Question(
            judge=self.judge,
            prompt=chosen.name,
            version=chosen.version,
            messages=chosen.render(case.input if input is None else input, given),
            settings=settings or chosen.settings,
            read=read or structured(chosen, check),
            reading=reading or type(self).__name__,
            number=number,
            case=case.id,
        )
        return await self.ask(question)


@lru_cache(maxsize=64)
def shipped(name: str) -> Prompt:
    """A prompt that ships with Vouch."""
    return Prompt.file(_FOLDER / f"{name}.prompt.md")


def chosen(prompt: PromptLike, name: str) -> Prompt:
    """A prompt of the user's, or the one of this name that ships with Vouch.

    Raises a `PromptError` where its file cannot be read, and an `AppError` where it says nothing of its answers.
    """
    if prompt is None:
        return shipped(name)
    found = prompt if isinstance(prompt, Prompt) else Prompt.file(Path(prompt).absolute())
    if found.settings.output_schema is None and name != "geval":
        raise AppError(f"prompt {found.name!r} has no `outputs`; give the same as the shipped prompt {name!r} has")
    return found


def checked_against(against: Against, who: str) -> Against:
    """Where the evidence of a scorer is; raises an `AppError` for a place that there is not."""
    if against not in get_args(Against):
        raise AppError(f"{who}(against={against!r}): 'found', 'input' or 'expected' is wanted")
    return against


def checked_judge(judge: str | Model, where: str) -> str | Model:
    """`judge`, if it is one; raises an `AppError`."""
    if not isinstance(judge, str | Model) or (isinstance(judge, str) and "/" not in judge):
        raise AppError(f"{where}(judge={judge!r}): give a model, such as judge='openai/gpt-4o-mini'")
    return judge


def structured(prompt: Prompt, check: Callable[[Any], Any] | None) -> Callable[[Answer], Any]:
    """Reads an answer as JSON of the prompt's `outputs`, and checks what no schema can say."""
    schema = prompt.settings.output_schema or {}

    def read(answer: Answer) -> Any:
        if problem := problem_of(answer.text, schema):
            raise ValueError(problem)
        value = value_of(answer.text, schema)
        return value if check is None else check(value)

    return read


def listed(key: str, wanted: int, what: str) -> Callable[[Any], Any]:
    """A check that the list under `key` has one entry for each of so many."""

    def check(value: Any) -> Any:
        found = cast("Sequence[object]", value[key])
        if len(found) != wanted:
            raise ValueError(
                f"Your {key} has {len(found)} entries for {wanted} {what}: give one for each, in their order."
            )
        return value

    return check


def evidence(against: Against, case: Case, result: Result) -> list[str]:
    """The texts that an answer is to rest on, those without a word left out."""
    if against == "found":
        given = [passage.text for passage in result.found]
    else:
        given = [case.input] if against == "input" else texts(case.expected)
    return [text for text in given if text.strip()]
