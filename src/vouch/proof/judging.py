"""Proving a judge: it judges answers that people have judged, and what its verdicts are worth is said.

It does not know how a judge asks its model, nor what the figures are, nor how the report is shown.

An answer is read, judged and put aside: only what the figures need of it is held, so there may be any number.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import msgspec

from vouch.app.house import House
from vouch.contracts.judge import seated
from vouch.contracts.scorer import Scorer
from vouch.errors import CaseError, JournalError, StoreError, UsageError
from vouch.journal.journal import Journal
from vouch.journal.recorder import Recorder
from vouch.judges.clerk import Clerk
from vouch.judges.pairwise import Pairwise
from vouch.proof.interrupted import end_abandoned, end_interrupted
from vouch.proof.judge_report import JudgeReport, JudgeRow, Method, Options, report_of, shown_rows
from vouch.proof.judged import Verdicted, Verdicts
from vouch.proof.labelled import Answers, Labelled
from vouch.proof.meanwhile import meanwhile
from vouch.proof.spool import Spool, aside, write_rows
from vouch.scorers.joined import AtLeast
from vouch.values.digest import digest
from vouch.values.event import ProofFinished, ProofStarted, ScoreGiven
from vouch.values.identifier import new_id
from vouch.values.score import Score

__all__ = ["APP", "JudgeReport", "JudgeRow", "Method", "Options", "prove_judge"]

APP: Final = "judge"
"""The app under which proofs of judges stand in the journal."""

_READY: Final = 2
"""For every call under way, so many answers at work: the next is ready when a call ends, and those whose verdict is
recorded are looked up together."""

_WRITTEN: Final = 1_000
"""After so many answers all wait until their events are on the disk: a quick judge would else fill the memory."""

Progress = Callable[[int, int], None]


async def prove_judge(
    scorer: Scorer,
    answers: Answers,
    house: House,
    *,
    options: Options | None = None,
    progress: Progress | None = None,
    rows_to: Path | None = None,
) -> JudgeReport:
    """Let a judge judge `answers` and hold its verdicts against the labels; recorded in the journal.

    What the journal holds already is not asked again. `rows_to` is a file that gets the rows of all answers, a line of
    JSON each. Raises `CaseError` without answers, a `UsageError` for rows that cannot be written, and a `StoreError` or
    `JournalError` when nothing can be recorded.
    """
    options = options or Options()
    n = len(answers.answers)
    if not n:
        raise CaseError(f"{answers.name!r} holds no answers; give it some")
    started = time.perf_counter()
    recorder = Recorder(house.journal, new_id())
    dataset = answers.digest
    await recorder.add(
        ProofStarted(
            app=APP,
            version=digest(scorer.name),
            proof=answers.name,
            dataset=answers.name,
            dataset_digest=dataset,
            scorer=scorer.name,
            n=n,
            key=digest((APP, scorer.name, dataset)),
        )
    )
    clerk = Clerk(
        house, proof=recorder.run, concurrency=options.concurrency, seconds=options.seconds, fresh=options.fresh
    )
    verdicts = Verdicts(n, least=scorer.threshold if isinstance(scorer, AtLeast) else None)
    with ExitStack() as held:
        rows: Spool[JudgeRow] = held.enter_context(Spool(JudgeRow, aside(house.journal.place)))
        try:
            judging = _Judging(seated(scorer, clerk.ask), house.journal, recorder, verdicts, rows, progress)
            async with meanwhile(end_abandoned(house.journal, APP, answers.name)):
                await judging.all(answers, at_once=_READY * options.concurrency)
            report = report_of(scorer.name, answers, verdicts, options)
        except BaseException as error:
            await end_interrupted(recorder, house.journal, error)
            raise
        spent = clerk.spent
        report = msgspec.structs.replace(
            report,
            calls=clerk.calls,
            found=clerk.found,
            usage=spent.usage,
            cost=spent.cost,
            seconds=time.perf_counter() - started,
            proof_run=recorder.run,
        )
        recorded = msgspec.json.encode(report).decode()
        await recorder.add(ProofFinished(verdict=report.verdict, kept=False, report=recorded))
        await house.journal.flush()
        if rows_to is not None:
            await asyncio.to_thread(write_rows, rows, rows_to)
        return msgspec.structs.replace(report, rows=shown_rows(verdicts, rows, options))


class _Judging:
    """All answers on their way through the judge."""

    def __init__(
        self,
        scorer: Scorer,
        journal: Journal,
        recorder: Recorder,
        verdicts: Verdicts,
        rows: Spool[JudgeRow],
        progress: Progress | None,
    ) -> None:
        self._name = scorer.name
        self._journal = journal
        self._writing = asyncio.Lock()
        self._recorder = recorder
        # What lies below a threshold correlates with people's grades; what lies above only says yes or no.
        self._scorer = scorer.scorer if isinstance(scorer, AtLeast) else scorer
        self._from = scorer.threshold if isinstance(scorer, AtLeast) else 1.0
        self._verdicts = verdicts
        self._rows = rows
        self._progress = progress
        self._done = 0

    async def all(self, answers: Answers, *, at_once: int) -> None:
        numbered = iter(enumerate(answers.answers))
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(at_once, self._verdicts.n)):
                    group.create_task(self._work(numbered))
        except BaseExceptionGroup as several:
            # All fail alike where the journal or the set-up fails: one error says it.
            raise several.exceptions[0] from None

    async def _work(self, numbered: Iterator[tuple[int, Labelled]]) -> None:
        for place, answer in numbered:
            one = await self._one(answer)
            await self._recorder.add(_given(one, self._name))
            self._verdicts.add(place, one)
            self._rows.put(place, JudgeRow(answer.case.id, one.score.value, answer.human, one.passed, one.score.why))
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, self._verdicts.n)
            async with self._writing:
                if self._done % _WRITTEN == 0:
                    await self._journal.flush()

    async def _one(self, answer: Labelled) -> Verdicted:
        winners = None
        try:
            if isinstance(self._scorer, Pairwise):
                winners = await self._scorer.winners(answer.case, answer.result)
                score = self._scorer.verdict(winners)
            else:
                score = await self._scorer.score(answer.case, answer.result)
        except (UsageError, StoreError, JournalError):
            raise
        except Exception as error:  # noqa: BLE001 - a scorer may be anybody's code
            score = Score(self._name, None, f"the scorer broke: {type(error).__name__}: {error}")
        return Verdicted(answer, score, score.value is not None and score.value >= self._from, winners)


def _given(one: Verdicted, scorer: str) -> ScoreGiven:
    content = digest((one.answer.case, one.answer.result.output))
    return ScoreGiven(
        case=one.answer.case.id, run="", scorer=scorer, value=one.score.value, content=content, why=one.score.why
    )
