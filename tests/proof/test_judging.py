from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.judges.asked import JUDGE, judge_of, says

from vouch import judges, scorers
from vouch.app.house import House
from vouch.app.retry import Retry
from vouch.errors import AppError, CaseError, ConfigError, Overloaded
from vouch.journal.journal import Journal
from vouch.models.scripted import Line, Scripted
from vouch.proof.judge_sentences import judge_summary
from vouch.proof.judging import JudgeReport, Options, prove_judge
from vouch.proof.labelled import Answers, Labelled
from vouch.values.case import Case
from vouch.values.event import ProofFinished, ProofStarted, ScoreGiven
from vouch.values.message import assistant
from vouch.values.money import Money, Usage
from vouch.values.request import Answer, Request
from vouch.values.result import Result
from vouch.values.score import Score

PRICE = judges.rubric(judges.yes_no("Is it right?"), judge=JUDGE)


def answers(*labels: float | None, output: Callable[[int], str] = str, expected: Any = None) -> Answers:
    found = (
        Labelled(Case(f"a{n}", "?", expected), Result("", "answered", output(n)), human)
        for n, human in enumerate(labels)
    )
    return Answers("answers.jsonl", tuple(found))


def house_of(journal: Journal, script: Callable[[Request], Line] | list[Line], **more: Any) -> House:
    model = judge_of(script)
    return House(journal=journal, open_model=lambda _: model, retry=Retry(attempts=1), **more)


def output_in(request: Request) -> str:
    return request.messages[-1].text.split("<answer>")[1].split("</answer>")[0].strip()


def noisy(seed: int, n: int) -> tuple[list[bool], Callable[[Request], Line]]:
    """What is true, and a judge that is right about 90 % of it."""
    luck = random.Random(seed)
    truth = [luck.random() < 0.8 for _ in range(n)]
    says_so = [right if luck.random() < 0.9 else not right for right in truth]
    return truth, lambda request: says(reason="so", answer=says_so[int(output_in(request))])


async def test_all_answers_labelled(journal: Journal) -> None:
    truth, judge = noisy(1, 300)
    house = house_of(journal, judge, cost=lambda *_: Money(Decimal("0.001")))
    report = await prove_judge(PRICE, answers(*map(float, truth)), house)
    assert (report.n, report.labels, report.unscored, report.drawn, report.verdict) == (300, 300, 0, "all", "ship")
    assert report.agreement is not None
    assert report.agreement.share.low < 0.9 < report.agreement.share.high
    assert report.agreement.kappa is not None
    assert len(report.disagree) == round(300 * (1 - report.agreement.share.estimate))
    assert report.corrected is not None
    assert report.corrected.accuracy.estimate == pytest.approx(sum(truth) / 300)
    assert report.people is not None
    assert (report.calls, report.found, report.cost) == (300, 0, Money(Decimal("0.300")))
    assert report.label_next == ()
    told = "\n".join(judge_summary(report))
    assert told.startswith("300 answers, 300 labels by people: judge and people agree on ")
    assert "300 calls of the judge · 0.3 USD" in told
    assert "Label next" not in told
    again = await prove_judge(PRICE, answers(*map(float, truth)), house)
    assert (again.calls, again.found, again.agreement) == (0, 300, report.agreement)
    assert "300 from the journal" in "\n".join(judge_summary(again))


async def test_it_is_recorded_as_a_proof(journal: Journal) -> None:
    report = await prove_judge(PRICE, answers(1.0, 0.0), house_of(journal, lambda _: says(reason="r", answer=True)))
    bodies = [event.body for event in await journal.read(report.proof_run)]
    started, first, second, finished = bodies
    assert isinstance(started, ProofStarted)
    assert (started.app, started.n, started.scorer) == ("judge", 2, PRICE.name)
    assert isinstance(first, ScoreGiven)
    assert isinstance(second, ScoreGiven)
    assert (first.case, first.value, second.case) == ("a0", 1.0, "a1")
    assert isinstance(finished, ProofFinished)
    kept = msgspec.json.decode(str(finished.report), type=JudgeReport)
    assert kept.agreement == report.agreement
    assert {run.proof for run in await journal.runs(app="judge:rubric")} == {report.proof_run}


async def test_some_labels_drawn_by_verdict(journal: Journal) -> None:
    truth, judge = noisy(2, 400)
    house = house_of(journal, judge)
    first = await prove_judge(PRICE, answers(*[None] * 400), house, options=Options(wanted=100))
    assert (first.verdict, first.agreement, len(first.label_next)) == ("undecided", None, 100)
    told = "\n".join(judge_summary(first))
    assert "No answer has a label by a person" in told
    assert "and 95 more." in told
    failed = {row.case for row in first.rows if not row.passed}
    assert len(failed & set(first.label_next)) == 50, "half of them among those that the judge failed"
    chosen = {int(case[1:]) for case in first.label_next}
    given = answers(*(float(right) if n in chosen else None for n, right in enumerate(truth)))
    report = await prove_judge(PRICE, given, house, options=Options(claim=0.8))
    assert (report.drawn, report.labels, report.calls, report.people) == ("by verdict", 100, 0, None)
    assert report.agreement is not None
    assert report.agreement.share.low < 0.9 < report.agreement.share.high
    assert report.corrected is not None
    assert report.corrected.accuracy.low < sum(truth) / 400 < report.corrected.accuracy.high
    assert not set(report.label_next) & set(first.label_next)
    told = "\n".join(judge_summary(report))
    assert "Claimed: agreement on at least 80 %. That is shown." in told
    assert "which is no accuracy. Corrected by 100 labels," in told
    assert "100 labels are worth" in told


async def test_a_plain_sample_and_ppi(journal: Journal) -> None:
    truth, judge = noisy(3, 300)
    given = answers(*(float(right) if n < 200 else None for n, right in enumerate(truth)))
    report = await prove_judge(PRICE, given, house_of(journal, judge), options=Options(method="ppi", wanted=10))
    assert report.drawn == "sample"
    assert report.corrected is not None
    assert report.corrected.accuracy.method == "judge corrected, PPI++"
    assert report.people is not None
    assert report.people.n == 200
    assert len(report.label_next) == 10


@pytest.mark.parametrize(("share", "verdict"), [(0.99, "hold"), (0.9, "undecided"), (0.5, "ship")])
async def test_a_claim_of_agreement(share: float, verdict: str, journal: Journal) -> None:
    truth, judge = noisy(4, 200)
    report = await prove_judge(
        PRICE, answers(*map(float, truth)), house_of(journal, judge), options=Options(claim=share)
    )
    assert report.verdict == verdict


async def test_labels_of_one_verdict_only_say_what_is_missing(journal: Journal) -> None:
    house = house_of(journal, lambda request: says(reason="", answer=output_in(request) == "0"))
    report = await prove_judge(PRICE, answers(1.0, None, None), house)
    assert (report.agreement, report.corrected, report.verdict) == (None, None, "undecided")
    assert "No answer that the judge failed has a label" in judge_summary(report)[0]


async def test_what_the_judge_cannot_judge_disagrees_and_counts_as_a_fail(journal: Journal) -> None:
    lines = {"0": "Well.", "1": says(reason="", answer=True)}

    def say(request: Request) -> Line:
        said = output_in(request) if len(request.messages) == 2 else "0"
        return Overloaded("503") if said == "2" else lines[said]

    report = await prove_judge(PRICE, answers(1.0, 1.0, 1.0), house_of(journal, say))
    assert report.unscored == 2
    assert report.disagree == ("a0", "a2")
    assert report.agreement is not None
    assert report.agreement.share.estimate == pytest.approx(1 / 3)
    assert report.corrected is not None
    assert report.corrected.judge.estimate == pytest.approx(1 / 3)
    whys = [row.why for row in report.rows]
    assert "cannot be read" in whys[0]
    assert "503" in whys[2]
    assert "2 that the judge gave no verdict on" in judge_summary(report)[0]


class Broken:
    name = "broken"

    async def score(self, case: Case, result: Result) -> Score:
        raise ZeroDivisionError("by zero")


async def test_a_scorer_that_breaks_is_unscored_and_mistakes_of_the_user_are_raised(house: House) -> None:
    report = await prove_judge(Broken(), answers(1.0), house)
    assert report.rows[0].why == "the scorer broke: ZeroDivisionError: by zero"
    with pytest.raises(ConfigError):
        await prove_judge(PRICE, answers(1.0), house)
    with pytest.raises(CaseError, match="holds no answers"):
        await prove_judge(PRICE, answers(), house)
    statuses = [run.status for run in await house.journal.runs(app="judge")]
    assert sorted(map(str, statuses)) == ["ship", "stopped"]


async def test_grades_correlate_also_behind_a_threshold_and_long_answers_are_watched(journal: Journal) -> None:
    grades = [n % 5 / 4 for n in range(50)]

    def say(request: Request) -> Line:
        return f"Score: {len(output_in(request)) % 5 + 1}"

    from vouch.prompts.prompt import Prompt

    plain = Prompt.text(
        "# user\n{{ input }}\n<answer>\n{{ output }}\n</answer>", name="plain", inputs={"output": {"type": "string"}}
    )
    judge = judges.geval("Good?", judge=JUDGE, steps=["x"], prompt=plain, by="samples", samples=1)
    given = answers(*grades, output=lambda n: "y" * (n + 5))
    report = await prove_judge(scorers.at_least(0.9, judge), given, house_of(journal, say))
    assert report.correlation is not None
    assert report.correlation.estimate == pytest.approx(1)
    assert report.agreement is not None
    assert report.agreement.share.estimate == 1
    assert "rank correlation of 1.00" in "\n".join(judge_summary(report))
    longer = await prove_judge(
        scorers.at_least(0.9, judge), answers(*[0.0] * 50, output=lambda n: "y" * (n + 5)), house_of(journal, say)
    )
    assert longer.length is not None
    assert "Longer answers are judged too well" in "\n".join(judge_summary(longer))
    constant = await prove_judge(
        judge,
        answers(*grades),
        house_of(journal, lambda _: "Score: 3"),
        options=Options(fresh=True),
    )
    assert constant.correlation is None


async def test_pairs_show_position_and_length_bias(journal: Journal) -> None:
    def say(request: Request) -> Line:
        text = request.messages[-1].text
        first, second = text.split("<first>")[1].split("</first>")[0], text.split("<second>")[1].split("</second>")[0]
        winner = "first" if abs(len(first) - len(second)) < 3 or len(first) > len(second) else "second"
        return says(reason="longer, or first", winner=winner)

    labels = [1.0 if n % 3 else 0.0 for n in range(40)]
    given = answers(*labels, output=lambda n: "y" * (10 + n), expected="z" * 20)
    report = await prove_judge(judges.pairwise(judge=JUDGE), given, house_of(journal, say))
    assert report.position is not None
    assert (report.position.first, report.position.second) == (5, 0)
    assert report.longer is not None
    assert report.longer.judge.estimate == 1
    assert report.agreement is not None
    assert {error.label for error in report.agreement.errors} == {"first", "second", "tie"}
    told = "\n".join(judge_summary(report))
    assert "Swapping both answers leaves 87.5 %" in told
    assert "The longer answer wins 100 % " in told


async def test_a_threshold_on_pairs_agrees_where_both_pass_or_both_fail(journal: Journal) -> None:
    def say(request: Request) -> Line:
        return says(reason="always", winner="first")  # in both orders: a tie

    labels = [0.5, 1.0, 0.0, 0.5] * 10
    given = answers(*labels, expected="z")
    judge = judges.pairwise(judge=JUDGE)
    house = house_of(journal, say)
    lenient = await prove_judge(scorers.at_least(0.5, judge), given, house)
    assert lenient.agreement is not None
    assert {error.label for error in lenient.agreement.errors} == {"right", "wrong"}
    # A tie passes, with people too: only those ten that people call worse are passed by mistake.
    assert lenient.agreement.share.estimate == 0.75
    strict = await prove_judge(scorers.at_least(1.0, judge), given, house)
    assert strict.agreement is not None
    assert strict.agreement.share.estimate == 0.75
    alone = await prove_judge(judge, given, house)
    assert alone.agreement is not None
    assert alone.agreement.share.estimate == 0.5


async def test_progress_and_concurrency(journal: Journal) -> None:
    seen: list[tuple[int, int]] = []
    house = house_of(journal, lambda _: says(reason="", answer=True))
    await prove_judge(PRICE, answers(*[1.0] * 5), house, progress=lambda done, n: seen.append((done, n)))
    assert seen == [(n, 5) for n in range(1, 6)]


async def test_interrupted_it_ends_as_stopped_and_goes_on_where_it_was(journal: Journal) -> None:
    started = asyncio.Event()

    class Half(Scripted):
        async def answer(self, request: Request) -> Answer:
            self.requests.append(request)
            if len(self.requests) > 5 and not started.is_set():
                started.set()
                await asyncio.Event().wait()
            return Answer(assistant(says(reason="", answer=True)), usage=Usage(1, 1))

    model = Half([], name=JUDGE)
    house = House(journal=journal, open_model=lambda _: model)
    given = answers(*[1.0] * 20)
    task = asyncio.create_task(prove_judge(PRICE, given, house, options=Options(concurrency=1)))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    [run] = await journal.runs(app="judge")
    assert run.status == "stopped"
    report = await prove_judge(PRICE, given, house)
    assert (report.found, report.calls) == (5, 15)
    assert report.usage == Usage(15, 15)


def test_settings_that_make_no_sense() -> None:
    for broken in (
        {"confidence": 1.0},
        {"claim": 0.0},
        {"method": "guess"},
        {"concurrency": 0},
        {"wanted": -1},
    ):
        with pytest.raises(AppError):
            Options(**broken)  # type: ignore[arg-type]
