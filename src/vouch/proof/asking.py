"""Asking an app every case of a proof: at the same time, each once, found in the journal where it is known already.

It does not know what is made of the judgements.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from vouch.app.app import App
from vouch.app.conversation import close_conversation, converse, told
from vouch.app.declaration import Approver, Proof
from vouch.app.house import House
from vouch.app.run import run
from vouch.errors import AppError, JournalError, StoreError, UsageError
from vouch.journal.recorder import Recorder
from vouch.journal.state import fold
from vouch.values.case import Case
from vouch.values.digest import digest
from vouch.values.event import ScoreGiven
from vouch.values.result import Result
from vouch.values.score import Score

Progress = Callable[[int, int], None]
"""Called with how many cases are judged, and how many there are."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to prove: `concurrency` cases at a time; `fresh` asks again also where the journal has an answer.

    `keep` says whether the result is the baseline of the next proof; None keeps it if its verdict is `ship`.
    """

    concurrency: int = 32
    fresh: bool = False
    keep: bool | None = None

    def __post_init__(self) -> None:
        if self.concurrency < 1:
            raise AppError(f"concurrency = {self.concurrency!r}: give 1 or more")


class Outcome(NamedTuple):
    """One case, how its run ended, and the judgement."""

    case: Case
    result: Result
    score: Score
    cached: bool

    @property
    def right(self) -> bool:
        """Whether an answer was given and is right."""
        return self.score.right and self.result.status == "answered"


class Asking:
    """The cases of one proof on their way through the app."""

    def __init__(
        self, app: App, proof: Proof, house: House, recorder: Recorder, options: Options, progress: Progress | None
    ) -> None:
        self._app = app
        self._proof = proof
        self._house = house
        self._recorder = recorder
        self._options = options
        self._progress = progress
        self._known: dict[str, Result] = {}
        self._done = 0

    async def all(self, cases: Sequence[Case]) -> list[Outcome]:
        """Every case's outcome, in the order of the cases."""
        if not self._options.fresh:
            self._known = await self._house.journal.results([self._key(case) for case in cases])
        found: dict[int, Outcome] = {}
        numbered = iter(enumerate(cases))
        workers = min(self._options.concurrency, len(cases))
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(workers):
                    group.create_task(self._work(numbered, len(cases), found))
        except BaseExceptionGroup as several:
            # All cases fail alike when the journal or the set-up fails: one error says it.
            raise several.exceptions[0] from None
        return [found[place] for place in range(len(cases))]

    async def _work(self, numbered: Iterator[tuple[int, Case]], n: int, found: dict[int, Outcome]) -> None:
        for place, case in numbered:
            found[place] = await self._one(case)
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, n)

    async def _one(self, case: Case) -> Outcome:
        known = self._known.get(self._key(case))
        result = await self._ask(case) if known is None else await self._again(case, known)
        score = await self._judged(case, result)
        await self._recorder.add(
            ScoreGiven(
                case=case.id,
                run=result.run,
                scorer=score.scorer,
                value=score.value,
                content=digest(case),
                why=score.why,
                status=result.status,
                confidence=result.confidence,
            )
        )
        return Outcome(case, result, score, known is not None)

    async def _judged(self, case: Case, result: Result) -> Score:
        try:
            return await self._proof.scorer.score(case, result)
        except (UsageError, StoreError, JournalError):
            raise
        except Exception as error:  # noqa: BLE001 - a scorer may be anybody's code; what it cannot judge is not right
            return Score(self._proof.scorer.name, None, f"the scorer broke: {type(error).__name__}: {error}")

    def _key(self, case: Case) -> str:
        if not self._acts(case):
            return self._app.key(case.input)
        return self._app.key(case.input, case.then, case.setting)

    def _acts(self, case: Case) -> bool:
        """Whether the case is a conversation, or one whose app acts in a world of its own."""
        return bool(case.then) or self._proof.world is not None

    async def _ask(self, case: Case) -> Result:
        if not self._acts(case):
            return await run(self._app, case.input, self._house, proof=self._recorder.run, case=case.id)
        if self._proof.world is None:
            result = await self._converse(self._app, case, None)
            return await close_conversation(self._app, result, self._house)
        async with self._proof.world(case) as stage:
            app = replace(self._app, tools=stage.tools)
            result = await self._converse(app, case, stage.approver)
            return await close_conversation(app, result, self._house, world=await stage.state())

    async def _converse(self, app: App, case: Case, approver: Approver | None) -> Result:
        return await converse(
            app,
            (case.input, *case.then),
            self._house,
            key=self._key(case),
            proof=self._recorder.run,
            case=case.id,
            approver=approver,
        )

    async def _again(self, case: Case, known: Result) -> Result:
        """A result out of the journal, with all that happened in its run where it was a conversation."""
        events = await self._house.journal.read(known.run) if self._acts(case) else []
        return told(known, fold(known.run, events)) if events else known
