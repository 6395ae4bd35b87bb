"""What a proof of a judge found: agreement with people, errors, biases and what the labels bought, as one value.

It does not know how the judge was asked, nor how the report is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Literal, get_args

from msgspec import Struct

from vouch.errors import AppError, UsageError
from vouch.proof.agreeing import Agreement, by_verdict, of_all
from vouch.proof.asking import ROWS
from vouch.proof.judged import Judged, Verdicts
from vouch.proof.labelled import Answers
from vouch.proof.report import NAMES_KEPT
from vouch.stats import agreement, binomial, correlation
from vouch.stats.agreement import LengthBias, PositionBias
from vouch.stats.corrected import Correction, choose_labels, ppi, stratified
from vouch.values.money import Money, Usage
from vouch.values.score import Interval, Verdict

Method = Literal["stratified", "ppi"]
"""How the share of right answers is corrected: labels drawn by verdict, or (PPI++) a plain random sample of them."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to prove a judge.

    `claim` is the least share of agreement that must be shown; `right_from` the human score from which an answer is
    right; `wanted` how many answers to name that should be labelled next; `rows` how many rows the report holds at
    most, None for all.
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
    rows: int | None = ROWS

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
    much more often the longer one wins than with people. `disagree` and `label_next` are ids. `rows` are all answers in
    their order, or of very many those with labels first.
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


def report_of(judge: str, answers: Answers, verdicts: Verdicts, options: Options) -> JudgeReport:
    """Everything that the verdicts and the labels show, without rows."""
    labelled = verdicts.labelled
    drawn: Literal["all", "sample", "by verdict"] = "all"
    if len(labelled) < verdicts.n:
        drawn = "by verdict" if options.method == "stratified" else "sample"
    passed = verdicts.passed
    labels = {one.place: _right(one, options) for one in labelled}
    agreed, trouble = _agreement(passed, labelled, labels, drawn, options)
    corrected, uncorrected = _corrected(passed, labels, options)
    people = None
    if labelled and drawn != "by verdict":
        people = binomial.interval(sum(labels.values()), len(labels), options.confidence)
    disagree = [one.place for one in labelled if _class(one) != _human_class(one, options)]
    return JudgeReport(
        judge=judge,
        dataset=answers.name,
        dataset_digest=answers.digest,
        n=verdicts.n,
        labels=len(labelled),
        confidence=options.confidence,
        verdict=_verdict(agreed, options.claim),
        claim=options.claim,
        unscored=verdicts.unscored,
        drawn=drawn,
        agreement=agreed,
        correlation=_correlation(labelled, options),
        position=_position(verdicts, options),
        length=_length(labelled, options),
        longer=_longer(labelled, options),
        corrected=corrected,
        uncorrected=trouble or uncorrected,
        people=people,
        disagree=tuple(answers.answers[place].case.id for place in disagree[:NAMES_KEPT]),
        label_next=tuple(answers.answers[place].case.id for place in _next(verdicts, passed, options)),
    )


def shown_rows(verdicts: Verdicts, rows: Sequence[JudgeRow], options: Options) -> tuple[JudgeRow, ...]:
    """The rows that a report holds, in the order of the answers: of very many first those with labels."""
    if options.rows is None or verdicts.n <= options.rows:
        return tuple(rows)

    def rank(place: int) -> tuple[int, int]:
        one = verdicts[place]
        if one.human is not None:
            return int(_class(one) == _human_class(one, options)), place
        return 2 + int(one.value is not None), place

    return tuple(rows[place] for place in sorted(nsmallest(options.rows, range(verdicts.n), key=rank)))


def _right(one: Judged, options: Options) -> bool:
    # People's word on a pair has the judge's scale, so what lets it pass is the judge's threshold.
    least = one.least if one.pair and one.least is not None else options.right_from
    return one.human is not None and one.human >= least


def _class(one: Judged) -> str:
    """The judge's verdict in a word."""
    if one.value is None:
        return "unscored"
    if one.pair and one.least is None:
        return _winner(one.value)
    return "right" if one.passed else "wrong"


def _human_class(one: Judged, options: Options) -> str:
    if one.pair and one.least is None:
        return _winner(one.human or 0.0)
    return "right" if _right(one, options) else "wrong"


def _winner(value: float) -> str:
    return "first" if value > 0.5 else "second" if value < 0.5 else "tie"


def _agreement(
    passed: Sequence[bool], labelled: Sequence[Judged], labels: Mapping[int, bool], drawn: str, options: Options
) -> tuple[Agreement | None, str]:
    if not labels:
        return None, "No answer has a label by a person: nothing is known of this judge."
    if drawn == "by verdict":
        try:
            return by_verdict(passed, labels, options.confidence), ""
        except UsageError as error:
            return None, f"{str(error)[0].upper()}{str(error)[1:]}."
    truth, judged = [_human_class(one, options) for one in labelled], [_class(one) for one in labelled]
    return of_all(truth, judged, options.confidence), ""


def _corrected(passed: Sequence[bool], labels: Mapping[int, bool], options: Options) -> tuple[Correction | None, str]:
    """The share of right answers among all, where there are enough labels; a failed judgement counts as a fail."""
    correct = stratified if options.method == "stratified" else ppi
    try:
        return correct(passed, labels, confidence=options.confidence), ""
    except UsageError as error:
        return None, f"{str(error)[0].upper()}{str(error)[1:]}."


def _correlation(labelled: Sequence[Judged], options: Options) -> Interval | None:
    pairs = [(one.value, one.human) for one in labelled if one.value is not None and one.human is not None]
    if len({human for _, human in pairs}) < 3:
        return None
    try:
        return correlation.spearman([value for value, _ in pairs], [human for _, human in pairs], options.confidence)
    except UsageError:
        return None


def _position(verdicts: Verdicts, options: Options) -> PositionBias | None:
    if (winners := verdicts.winners) is None:
        return None
    return agreement.position_bias(*winners, options.confidence)


def _length(labelled: Sequence[Judged], options: Options) -> Interval | None:
    judged = [one for one in labelled if one.value is not None and not one.pair]
    try:
        return correlation.spearman(
            [float(one.length) for one in judged],
            [float(one.passed) - float(_right(one, options)) for one in judged],
            options.confidence,
        )
    except UsageError:
        return None


def _longer(labelled: Sequence[Judged], options: Options) -> LengthBias | None:
    pairs = [one for one in labelled if one.pair]
    try:
        return agreement.length_bias(
            [_place(one.value) for one in pairs],
            [_place(one.human) for one in pairs],
            [(one.length, one.other) for one in pairs],
            options.confidence,
        )
    except UsageError:
        return None


def _place(value: float | None) -> int | None:
    return None if value is None else {"first": 1, "second": 2, "tie": 0}[_winner(value)]


def _next(verdicts: Verdicts, passed: Sequence[bool], options: Options) -> list[int]:
    """Which answers to label next: half of them among those that the judge failed, in a random order."""
    open_ = verdicts.unlabelled
    wanted = min(options.wanted, len(open_))
    if not wanted:
        return []
    # For PPI a plain random sample: every answer as likely, whatever its verdict.
    among = [True] * len(open_) if options.method == "ppi" else [passed[place] for place in open_]
    return [open_[place] for place in choose_labels(among, wanted, seed=options.seed)]


def _verdict(agreed: Agreement | None, claim: float | None) -> Verdict:
    if agreed is None:
        return "undecided"
    if claim is None or agreed.share.low >= claim:
        return "ship"
    return "hold" if agreed.share.high < claim else "undecided"
