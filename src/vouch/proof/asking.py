"""Asking an app every case of a proof: at the same time, each once, found in the journal where it is known already.

It does not know what is made of the judgements.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, NamedTuple

from vouch.app.app import App
from vouch.app.conversation import close_conversation, converse, told
from vouch.app.declaration import Approver, Proof
from vouch.app.house import House
from vouch.app.run import run
from vouch.contracts.judge import seated
from vouch.contracts.scorer import Scorer
from vouch.errors import AppError, JournalError, StoreError, UsageError
from vouch.journal.recorder import Recorder
from vouch.journal.state import fold
from vouch.judges.clerk import Clerk
from vouch.values.case import Case
from vouch.values.digest import digest
from vouch.values.event import ScoreGiven
from vouch.values.result import Result
from vouch.values.score import Score

Progress = Callable[[int, int], None]
"""Called with how many cases are judged, and how many there are."""


ROWS: Final = 2_000
"""Runs that a report holds unless more are asked for: pages and tables of more are read by nobody."""

_TOGETHER: Final = 500
"""Runs that are looked up in the journal together, and so are the most that wait to be asked."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to prove: `concurrency` cases at a time; `fresh` asks again also where the journal has an answer.

    `keep` says whether the result is the baseline of the next proof; None keeps it if its verdict is `ship`. `early`
    asks no more cases than it takes to decide about the change; a proof that stopped early is never kept. `rows` is how
    many runs the report holds at most, those that broke or are wrong before the others; None holds all.
    """

    concurrency: int = 32
    fresh: bool = False
    keep: bool | None = None
    early: bool = False
    rows: int | None = ROWS

    def __post_init__(self) -> None:
        if self.concurrency < 1:
            raise AppError(f"concurrency = {self.concurrency!r}: give 1 or more")
        if self.rows is not None and self.rows < 0:
            raise AppError(f"rows = {self.rows!r}: give how many rows a report may hold, or None for all")


class Job(NamedTuple):
    """One run to be made: of which case, where that stands among all, the how-manieth from 0."""

    case: Case
    place: int
    repeat: int = 0


class Outcome(NamedTuple):
    """One run of a case, how it ended, the judgement, and those of further scorers."""

    case: Case
    result: Result
    score: Score
    cached: bool
    also: tuple[Score, ...] = ()

    @property
    def right(self) -> bool:
        """Whether an answer was given and is right."""
        return self.score.right and self.result.status == "answered"


Take = Callable[[Job, Outcome], None]
"""Takes how a run came out, in the order in which runs end."""


class _Line:
    """Jobs in a line, with what the journal knows of each: looked up together, some ahead of those who ask."""

    def __init__(self, jobs: Iterable[Job], look_up: Callable[[Sequence[Job]], Awaitable[list[Result | None]]]) -> None:
        self._jobs = iter(jobs)
        self._look_up = look_up
        self._ready: deque[tuple[Job, Result | None]] = deque()
        self._turn = asyncio.Lock()

    async def next(self) -> tuple[Job, Result | None] | None:
        """The next job, and its answer where there is one; None when all are taken."""
        if not self._ready:
            async with self._turn:
                if not self._ready and (jobs := list(islice(self._jobs, _TOGETHER))):
                    self._ready.extend(zip(jobs, await self._look_up(jobs), strict=True))
                return self._ready.popleft() if self._ready else None
        return self._ready.popleft()


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
        self.clerk = Clerk(house, proof=recorder.run, concurrency=options.concurrency, fresh=options.fresh)
        """Who asks the judges, and knows what they cost."""
        self._scorers = tuple(seated(scorer, self.clerk.ask) for scorer in (proof.scorer, *proof.also))
        self._progress = progress
        self._done = 0
        self._acting = bool(app.tools) or app.knowledge is not None

    async def all(self, jobs: Iterable[Job], take: Take, *, of: int) -> None:
        """Make every run, and hand over how each came out as it comes; there are `of` runs in all.

        What is asked is taken from `jobs` some at a time, so that their number does not matter.
        """
        line = _Line(jobs, self._look_up)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._options.concurrency, of)):
                    group.create_task(self._work(line, take, of))
        except BaseExceptionGroup as several:
            # All cases fail alike when the journal or the set-up fails: one error says it.
            raise several.exceptions[0] from None

    async def _look_up(self, jobs: Sequence[Job]) -> list[Result | None]:
        """By job, the answer that the journal has."""
        if self._options.fresh:
            return [None] * len(jobs)
        keys = [self._key(job) for job in jobs]
        known = await self._house.journal.results(keys)
        return [known.get(key) for key in keys]

    async def _work(self, line: _Line, take: Take, n: int) -> None:
        while (turn := await line.next()) is not None:
            job, known = turn
            take(job, await self._one(job, known))
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, n)

    async def _one(self, job: Job, known: Result | None) -> Outcome:
        case = job.case
        result = await self._ask(job) if known is None else await self._again(case, known)
        scores = [await _judged(scorer, case, result) for scorer in self._scorers]
        content = digest(case)
        for score in scores:
            await self._recorder.add(
                ScoreGiven(
                    case=case.id,
                    run=result.run,
                    scorer=score.scorer,
                    value=score.value,
                    content=content,
                    why=score.why,
                    status=result.status,
                    confidence=result.confidence,
                )
            )
        return Outcome(case, result, scores[0], known is not None, tuple(scores[1:]))

    def _key(self, job: Job) -> str:
        # The first run of a case is the one of a proof that asks each once.
        again = (job.repeat,) if job.repeat else ()
        if not self._acts(job.case):
            return self._app.key(job.case.input, *again)
        return self._app.key(job.case.input, job.case.then, job.case.setting, *again)

    def _acts(self, case: Case) -> bool:
        """Whether the case is a conversation, or one whose app acts in a world of its own."""
        return bool(case.then) or self._proof.world is not None

    async def _ask(self, job: Job) -> Result:
        case = job.case
        if not self._acts(case):
            key, proof = self._key(job), self._recorder.run
            result = await run(self._app, case.input, self._house, key=key, proof=proof, case=case.id)
            return await self._again(case, result)
        if self._proof.world is None:
            result = await self._converse(self._app, job, None)
            return await close_conversation(self._app, result, self._house)
        async with self._proof.world(case) as stage:
            app = replace(self._app, tools=stage.tools)
            result = await self._converse(app, job, stage.approver)
            return await close_conversation(app, result, self._house, world=await stage.state())

    async def _converse(self, app: App, job: Job, approver: Approver | None) -> Result:
        return await converse(
            app,
            (job.case.input, *job.case.then),
            self._house,
            key=self._key(job),
            proof=self._recorder.run,
            case=job.case.id,
            approver=approver,
        )

    async def _again(self, case: Case, known: Result) -> Result:
        """A result with all that happened in its run, where it was more than a question and an answer."""
        events = await self._house.journal.read(known.run) if self._acting or self._acts(case) else []
        return told(known, fold(known.run, events)) if events else known


async def _judged(scorer: Scorer, case: Case, result: Result) -> Score:
    try:
        return await scorer.score(case, result)
    except (UsageError, StoreError, JournalError):
        raise
    except Exception as error:  # noqa: BLE001 - a scorer may be anybody's code; what it cannot judge is not right
        return Score(scorer.name, None, f"the scorer broke: {type(error).__name__}: {error}")
