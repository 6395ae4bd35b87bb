"""Proving a judge: it judges answers that people have judged, and what its verdicts are worth is said.

It does not know how a judge asks its model, nor how the report is shown.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, get_args

import msgspec
from msgspec import Struct

from vouch.app.house import House
from vouch.contracts.judge import seated
from vouch.contracts.scorer import Scorer
from vouch.errors import AppError, CaseError, JournalError, StoreError, UsageError
from vouch.journal.recorder import Recorder
from vouch.judges.clerk import Clerk
from vouch.judges.pairwise import Pairwise, Winners
from vouch.proof.agreeing import Agreement, by_verdict, of_all
from vouch.proof.interrupted import end_interrupted
from vouch.proof.labelled import Answers, Labelled
from vouch.scorers.joined import AtLeast
from vouch.stats import agreement, binomial, correlation
from vouch.stats.agreement import LengthBias, PositionBias
from vouch.stats.corrected import Correction, choose_labels, ppi, stratified
from vouch.values.digest import digest
from vouch.values.event import ProofFinished, ProofStarted, ScoreGiven
from vouch.values.identifier import new_id
from vouch.values.money import Money, Usage
from vouch.values.score import Interval, Score, Verdict

APP: Final = "judge"
"""The app under which proofs of judges stand in the journal."""

Method = Literal["stratified", "ppi"]
"""How the share of right answers is corrected: labels drawn by verdict, or (PPI++) a plain random sample of them."""

_READY: Final = 2
"""For every call under way, so many answers at work: the next is ready when a call ends, and those whose verdict is
recorded are looked up together."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to prove a judge.

    `claim` is the least share of agreement that must be shown; `right_from` the human score from which an answer is
    right; `wanted` how many answers to name that should be labelled next.
    """

    claim: float | None = None
    confidence: float = 0.95
    method: Method = "stratified"
    right_from: float = 1.0
    wanted: int = 50
    concurrency: int = 50
    seconds: float = 120.0
    fresh: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        shares = {"confidence": self.confidence} | ({} if self.claim is None else {"claim": self.claim})
        for name, share in shares.items():
            if not 0 < share < 1:
                raise AppError(f"Options({name}={share!r}): give a share between 0 and 1, such as 0.95")
        if self.method not in get_args(Method) or self.concurrency < 1 or self.wanted < 0:
            raise AppError(
                f"Options(method={self.method!r}, concurrency={self.concurrency!r}, wanted={self.wanted!r}): "
                "'stratified' or 'ppi', 1 or more, and 0 or more are wanted"
            )


class JudgeRow(Struct, frozen=True, omit_defaults=True):
    """One answer: the judge's value (None: it failed), what people said (None: not asked), and the judge's reason."""

    case: str
    value: float | None
    human: float | None = None
    passed: bool = False
    why: str = ""


class JudgeReport(Struct, frozen=True, kw_only=True):
    """Everything that a proof of a judge found.

    Of `n` answers people labelled `labels`; the judge gave no verdict on `unscored` of all. `agreement` is None without
    a label; `correlation` is Spearman's, where people gave grades. `corrected` is the share of right answers among all
    `n`, from the verdicts and the labels; `people` what the labels alone would say, where they are a plain sample.
    `length` is the correlation between an answer's length and how much too well it was judged; `longer`, of pairs, how
    much more often the longer one wins than with people. `disagree` and `label_next` are ids.
    """

    judge: str
    dataset: str
    dataset_digest: str
    n: int
    labels: int
    confidence: float
    verdict: Verdict
    claim: float | None = None
    unscored: int = 0
    drawn: Literal["all", "sample", "by verdict"] = "all"
    agreement: Agreement | None = None
    correlation: Interval | None = None
    position: PositionBias | None = None
    length: Interval | None = None
    longer: LengthBias | None = None
    corrected: Correction | None = None
    uncorrected: str = ""
    people: Interval | None = None
    disagree: tuple[str, ...] = ()
    label_next: tuple[str, ...] = ()
    calls: int = 0
    found: int = 0
    usage: Usage = Usage()
    cost: Money | None = None
    seconds: float = 0.0
    proof_run: str = ""
    rows: tuple[JudgeRow, ...] = ()
    schema: int = 1


class Verdicted(NamedTuple):
    """An answer, what the judge said of it, whether it passed, and the winners of a pair."""

    answer: Labelled
    score: Score
    passed: bool
    winners: Winners | None = None


Progress = Callable[[int, int], None]


async def prove_judge(
    scorer: Scorer,
    answers: Answers,
    house: House,
    *,
    options: Options | None = None,
    progress: Progress | None = None,
) -> JudgeReport:
    """Let a judge judge `answers` and hold its verdicts against the labels; recorded in the journal.

    What the journal holds already is not asked again. Raises `CaseError` without answers, and a `StoreError` or
    `JournalError` when nothing can be recorded.
    """
    options = options or Options()
    if not answers.answers:
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
            n=len(answers.answers),
            key=digest((APP, scorer.name, dataset)),
        )
    )
    clerk = Clerk(
        house, proof=recorder.run, concurrency=options.concurrency, seconds=options.seconds, fresh=options.fresh
    )
    try:
        judging = _Judging(seated(scorer, clerk.ask), recorder, progress, len(answers.answers))
        verdicts = await judging.all(answers.answers, at_once=_READY * options.concurrency)
        report = _report(scorer.name, answers, dataset, verdicts, options)
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
    kept = msgspec.json.encode(msgspec.structs.replace(report, rows=())).decode()
    await recorder.add(ProofFinished(verdict=report.verdict, kept=False, report=kept))
    await house.journal.flush()
    return report


class _Judging:
    """All answers on their way through the judge."""

    def __init__(self, scorer: Scorer, recorder: Recorder, progress: Progress | None, n: int) -> None:
        self._name = scorer.name
        self._recorder = recorder
        # What lies below a threshold correlates with people's grades; what lies above only says yes or no.
        self._scorer = scorer.scorer if isinstance(scorer, AtLeast) else scorer
        self._from = scorer.threshold if isinstance(scorer, AtLeast) else 1.0
        self._progress = progress
        self._n = n
        self._done = 0

    async def all(self, answers: Sequence[Labelled], *, at_once: int) -> list[Verdicted]:
        found: dict[int, Verdicted] = {}
        numbered = iter(enumerate(answers))
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(at_once, len(answers))):
                    group.create_task(self._work(numbered, found))
        except BaseExceptionGroup as several:
            # All fail alike where the journal or the set-up fails: one error says it.
            raise several.exceptions[0] from None
        return [found[place] for place in range(len(answers))]

    async def _work(self, numbered: Iterator[tuple[int, Labelled]], found: dict[int, Verdicted]) -> None:
        for place, answer in numbered:
            found[place] = await self._one(answer)
            await self._recorder.add(_given(found[place], self._name))
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, self._n)

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


def _report(judge: str, answers: Answers, dataset: str, verdicts: Sequence[Verdicted], options: Options) -> JudgeReport:
    labelled = [one for one in verdicts if one.answer.human is not None]
    drawn: Literal["all", "sample", "by verdict"] = "all"
    if len(labelled) < len(verdicts):
        drawn = "by verdict" if options.method == "stratified" else "sample"
    agreed, trouble = _agreement(verdicts, drawn, options)
    corrected, uncorrected = _corrected(verdicts, options)
    rights = [_right(one.answer, options) for one in labelled]
    people = None
    if labelled and drawn != "by verdict":
        people = binomial.interval(sum(rights), len(rights), options.confidence)
    return JudgeReport(
        judge=judge,
        dataset=answers.name,
        dataset_digest=dataset,
        n=len(verdicts),
        labels=len(labelled),
        confidence=options.confidence,
        verdict=_verdict(agreed, options.claim),
        claim=options.claim,
        unscored=sum(one.score.unscored for one in verdicts),
        drawn=drawn,
        agreement=agreed,
        correlation=_correlation(labelled, options),
        position=_position(verdicts, options),
        length=_length(labelled, options),
        longer=_longer(labelled, options),
        corrected=corrected,
        uncorrected=trouble or uncorrected,
        people=people,
        disagree=tuple(one.answer.case.id for one in labelled if _class(one) != _human_class(one, options)),
        label_next=_next(verdicts, options),
        rows=tuple(
            JudgeRow(one.answer.case.id, one.score.value, one.answer.human, one.passed, one.score.why)
            for one in verdicts
        ),
    )


def _right(answer: Labelled, options: Options) -> bool:
    return answer.human is not None and answer.human >= options.right_from


def _class(one: Verdicted) -> str:
    """The judge's verdict in a word."""
    if one.score.value is None:
        return "unscored"
    if one.winners is not None:
        return _winner(one.score.value)
    return "right" if one.passed else "wrong"


def _human_class(one: Verdicted, options: Options) -> str:
    if one.winners is not None:
        return _winner(one.answer.human or 0.0)
    return "right" if _right(one.answer, options) else "wrong"


def _winner(value: float) -> str:
    return "first" if value > 0.5 else "second" if value < 0.5 else "tie"


def _labels(verdicts: Sequence[Verdicted], options: Options) -> dict[int, bool]:
    return {place: _right(one.answer, options) for place, one in enumerate(verdicts) if one.answer.human is not None}


def _agreement(verdicts: Sequence[Verdicted], drawn: str, options: Options) -> tuple[Agreement | None, str]:
    labels = _labels(verdicts, options)
    if not labels:
        return None, "No answer has a label by a person: nothing is known of this judge."
    if drawn == "by verdict":
        try:
            return by_verdict([one.passed for one in verdicts], labels, options.confidence), ""
        except UsageError as error:
            return None, f"{str(error)[0].upper()}{str(error)[1:]}."
    labelled = [verdicts[place] for place in labels]
    truth, judged = [_human_class(one, options) for one in labelled], [_class(one) for one in labelled]
    return of_all(truth, judged, options.confidence), ""


def _corrected(verdicts: Sequence[Verdicted], options: Options) -> tuple[Correction | None, str]:
    """The share of right answers among all, where there are enough labels; a failed judgement counts as a fail."""
    labels = _labels(verdicts, options)
    correct = stratified if options.method == "stratified" else ppi
    try:
        return correct([one.passed for one in verdicts], labels, confidence=options.confidence), ""
    except UsageError as error:
        return None, f"{str(error)[0].upper()}{str(error)[1:]}."


def _correlation(labelled: Sequence[Verdicted], options: Options) -> Interval | None:
    pairs = [
        (one.score.value, one.answer.human)
        for one in labelled
        if one.score.value is not None and one.answer.human is not None
    ]
    if len({human for _, human in pairs}) < 3:
        return None
    try:
        return correlation.spearman([value for value, _ in pairs], [human for _, human in pairs], options.confidence)
    except UsageError:
        return None


def _position(verdicts: Sequence[Verdicted], options: Options) -> PositionBias | None:
    pairs = [one.winners for one in verdicts if one.winners is not None]
    if not pairs:
        return None
    return agreement.position_bias([pair.given for pair in pairs], [pair.swapped for pair in pairs], options.confidence)


def _length(labelled: Sequence[Verdicted], options: Options) -> Interval | None:
    judged = [one for one in labelled if one.score.value is not None and one.winners is None]
    try:
        return correlation.spearman(
            [float(len(one.answer.result.output)) for one in judged],
            [float(one.passed) - float(_right(one.answer, options)) for one in judged],
            options.confidence,
        )
    except UsageError:
        return None


def _longer(labelled: Sequence[Verdicted], options: Options) -> LengthBias | None:
    pairs = [one for one in labelled if one.winners is not None]
    try:
        return agreement.length_bias(
            [_place(one.score.value) for one in pairs],
            [_place(one.answer.human) for one in pairs],
            [(len(one.answer.result.output), len(str(one.answer.case.expected))) for one in pairs],
            options.confidence,
        )
    except UsageError:
        return None


def _place(value: float | None) -> int | None:
    return None if value is None else {"first": 1, "second": 2, "tie": 0}[_winner(value)]


def _next(verdicts: Sequence[Verdicted], options: Options) -> tuple[str, ...]:
    """Which answers to label next: half of them among those that the judge failed, in a random order."""
    open_ = [one for one in verdicts if one.answer.human is None]
    wanted = min(options.wanted, len(open_))
    if not wanted:
        return ()
    if options.method == "ppi":
        # A plain random sample: every answer as likely, whatever its verdict.
        places = choose_labels([True] * len(open_), wanted, seed=options.seed)
    else:
        places = choose_labels([one.passed for one in open_], wanted, seed=options.seed)
    return tuple(open_[place].answer.case.id for place in places)


def _verdict(agreed: Agreement | None, claim: float | None) -> Verdict:
    if agreed is None:
        return "undecided"
    if claim is None or agreed.share.low >= claim:
        return "ship"
    return "hold" if agreed.share.high < claim else "undecided"
