"""A judge that says what a test wants, and a scorer that is asked by it.

It does not know any scorer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from vouch.app.house import House
from vouch.contracts.judge import seated
from vouch.contracts.scorer import Scorer
from vouch.journal.journal import Journal
from vouch.judges.clerk import Clerk
from vouch.models.scripted import Line, Scripted
from vouch.values.case import Case
from vouch.values.request import Request
from vouch.values.result import Found, Result
from vouch.values.score import Score

JUDGE = "test/judge"


def judge_of(script: Iterable[Line] | Callable[[Request], Line]) -> Scripted:
    """A judge."""
    return Scripted(script, name=JUDGE)


def says(**value: Any) -> str:
    """An answer as JSON."""
    return json.dumps(value)


def result_of(output: str = "It costs 5 EUR.", *found: str, **more: Any) -> Result:
    """An answered run that found these passages."""
    passages = tuple(Found("doc", text) for text in found)
    return Result(**{"run": "r1", "status": "answered", "output": output, "found": passages} | more)


class Court:
    """A scorer with its clerk; `score` judges one answer."""

    def __init__(self, scorer: Scorer, house: House, **settings: Any) -> None:
        self.clerk = Clerk(house, **settings)
        self.scorer = seated(scorer, self.clerk.ask)

    async def score(self, result: Result | None = None, expected: object = None, case: str = "c1") -> Score:
        """The judgement."""
        return await self.scorer.score(Case(case, "What does it cost?", expected), result or result_of())


async def kinds(journal: Journal, app: str) -> list[list[str]]:
    """The kinds of event of every run of an app, oldest first."""
    runs = reversed(await journal.runs(app=app))
    return [[str(event.body.__struct_config__.tag) for event in await journal.read(run.run)] for run in runs]
