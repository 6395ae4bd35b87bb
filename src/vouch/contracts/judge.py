"""The promise between scorers that ask a model and whoever asks it for them.

It does not know how a question is sent, recorded, or found again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol, runtime_checkable

from vouch.contracts.model import Model
from vouch.contracts.scorer import Scorer
from vouch.values.message import Message
from vouch.values.request import Answer, Settings


class Question(NamedTuple):
    """One question to a judge.

    `prompt` and `version` name the prompt that `messages` were rendered from. `read` turns an answer into a value that
    JSON can hold, or raises a `ValueError` whose message tells the judge what to mend; `reading` names what it does:
    equal names read equally. `number` tells samples of one question apart; `case` is the case that is judged.
    """

    judge: str | Model
    prompt: str
    version: str
    messages: tuple[Message, ...]
    settings: Settings
    read: Callable[[Answer], Any]
    reading: str
    number: int = 0
    case: str = ""


class Heard(NamedTuple):
    """What came of a question: its value, or None and `why` the judge failed, with the class of the `error`."""

    value: Any = None
    why: str = ""
    error: str = ""

    @property
    def failed(self) -> bool:
        """Whether there is no value."""
        return self.value is None


AskJudge = Callable[[Question], Awaitable[Heard]]
"""Asks a judge. A judge that fails is told in `Heard`; what it raises is a mistake of the user, or of the journal."""


@runtime_checkable
class Judged(Protocol):
    """A scorer that asks a judge, or holds one that does: it can score once it is told by whom to ask."""

    def with_judge(self, ask: AskJudge) -> Scorer:
        """The same scorer, of the same name, that asks by `ask`."""
        ...


def seated(scorer: Scorer, ask: AskJudge) -> Scorer:
    """`scorer` with all judges in it asked by `ask`; any other scorer as it is."""
    return scorer.with_judge(ask) if isinstance(scorer, Judged) else scorer
