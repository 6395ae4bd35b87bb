"""Cases out of the journal: recorded runs, with their answer or what a person said would have been right.

It does not know how the cases are asked again.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from typing import Literal

from msgspec import Struct

from vouch.errors import CaseError
from vouch.journal.journal import Journal
from vouch.values.case import Case
from vouch.values.event import Event, FeedbackGiven, InputGiven, RunFinished, RunStarted
from vouch.values.result import Status

Feedback = Literal["any", "given", "good", "bad", "corrected"]
"""Which runs by what people said of them. `given`: somebody said something; `good` or `bad`: their last value is at
least a half, or below; `corrected`: somebody said what would have been right; `any`: all, also those without a word."""

_GOOD = 0.5


class _Told(Struct):
    """What a run's events say, as far as a case is made of it."""

    said: list[str]
    status: str = ""
    answer: str = ""
    value: float | None = None
    expected: str = ""
    given: bool = False


async def read_journal_cases(
    journal: Journal,
    *,
    app: str,
    status: Status | None = "answered",
    feedback: Feedback = "any",
    since: float = 0.0,
    until: float = math.inf,
) -> AsyncIterator[Case]:
    """The runs of `app` as cases, oldest first, one at a time; runs of proofs, forks and simulations are left out.

    `status` None takes every end. `since` and `until` are Unix seconds of the run's start. What is expected is what a
    person said would have been right, else the answer that was given, but for one that was called bad: such a case
    expects nothing until somebody fills it in. The case is called after its run, and drawn from it (`source`).
    Raises `CaseError` for another `feedback`.
    """
    if feedback not in ("any", "given", "good", "bad", "corrected"):
        raise CaseError(f"feedback = {feedback!r}: 'any', 'given', 'good', 'bad' or 'corrected' is wanted")
    async for event in journal.events("run.started", app=app):
        started = event.body
        if not isinstance(started, RunStarted) or not since <= event.at < until:
            continue
        if started.proof or started.parent or started.simulated:
            continue
        told = _told(await journal.read(event.run))
        if status in (None, told.status) and _wanted(feedback, told):
            yield Case(event.run, told.said[0], _expected(told), source=event.run, then=tuple(told.said[1:]))


def _told(events: list[Event]) -> _Told:
    told = _Told([])
    for event in events:
        match event.body:
            case RunStarted(input=text) | InputGiven(input=text):
                told.said.append(str(text))
            case RunFinished(status=status, output=output):
                told.status, told.answer = status, str(output)
            case FeedbackGiven(value=value, expected=expected):
                told.given = True
                told.value = told.value if value is None else value
                told.expected = str(expected) or told.expected
            case _:
                pass
    return told


def _wanted(feedback: Feedback, told: _Told) -> bool:
    match feedback:
        case "given":
            return told.given
        case "good":
            return told.value is not None and told.value >= _GOOD
        case "bad":
            return told.value is not None and told.value < _GOOD
        case "corrected":
            return bool(told.expected)
        case _:
            return True


def _expected(told: _Told) -> str | None:
    if told.expected:
        return told.expected
    bad = told.value is not None and told.value < _GOOD
    return told.answer if told.status == "answered" and not bad else None
