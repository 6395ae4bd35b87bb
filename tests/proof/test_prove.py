from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from vouch import scorers
from vouch.app.app import App
from vouch.app.declaration import Gate, Proof
from vouch.app.house import House
from vouch.contracts.model import Trial
from vouch.errors import AppError, BadRequest, CaseError, StoreFull
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted
from vouch.proof.prove import Options, prove
from vouch.values.case import Case, Dataset
from vouch.values.event import ProofFinished, ScoreGiven
from vouch.values.message import assistant
from vouch.values.money import Money
from vouch.values.request import Answer, Frame, Request
from vouch.values.result import Result
from vouch.values.score import Score


def parity(request: Request) -> Answer:
    """Even or odd; wrong about multiples of 50, and unsure about those of 10."""
    number = int(request.messages[-1].text)
    right = "even" if number % 2 == 0 else "odd"
    text = "odd" if number % 50 == 0 else right
    return Answer(assistant(text), confidence=0.5 if number % 10 == 0 else 0.9)


def cases(n: int = 200) -> Dataset:
    return Dataset("numbers", tuple(Case(f"c-{i}", str(i), "even" if i % 2 == 0 else "odd") for i in range(1, n + 1)))


def app(model: Scripted, proof: Proof, **more: object) -> App:
    return App(name="parity", models=[model], prompt="Even or odd?", proofs=[proof], **more)


async def test_a_proof_counts_certifies_and_ships(house: House) -> None:
    proof = Proof(cases(), scorers.label(), Gate(claim=0.95))
    model = Scripted(parity)
    report = await prove(app(model, proof), proof, house)
    assert (report.n, report.answered, report.right, report.cached) == (200, 200, 196, 0)
    assert report.verdict == "ship"
    assert report.claim_proven
    assert report.kept
    assert report.accuracy is not None
    assert report.accuracy.low < 0.98 < report.accuracy.high
    by_target = {selection.target: selection for selection in report.selections}
    assert by_target[0.95].threshold is not None
    assert by_target[0.98].threshold is not None
    assert by_target[0.98].errors == 0
    assert report.curve is not None
    events = await house.journal.read(report.proof_run)
    assert sum(isinstance(event.body, ScoreGiven) for event in events) == 200
    assert isinstance(events[-1].body, ProofFinished)


async def test_an_unchanged_proof_asks_nothing_again_and_gives_the_same_result(house: House) -> None:
    proof = Proof(cases(), scorers.label(), Gate(claim=0.95))
    model = Scripted(parity)
    first = await prove(app(model, proof), proof, house)
    asked = len(model.requests)
    second = await prove(app(model, proof), proof, house)
    assert len(model.requests) == asked
    assert second.cached == 200
    assert second.selections == first.selections
    assert second.comparison is not None
    assert (second.comparison.lost, second.comparison.won) == (0, 0)
    fresh = await prove(app(model, proof), proof, house, options=Options(fresh=True))
    assert (len(model.requests), fresh.cached) == (2 * asked, 0)


async def test_only_changed_cases_are_asked_again(house: House) -> None:
    model = Scripted(parity)
    proof = Proof(cases(), scorers.label(), name="numbers")
    await prove(app(model, proof), proof, house)
    more = Proof(Dataset("numbers", (*cases().cases, Case("new", "777", "odd"))), scorers.label(), name="numbers")
    report = await prove(app(model, more), more, house)
    assert report.cached == 200
    assert len(model.requests) == 201


async def test_a_worse_version_is_held_and_names_what_broke(house: House) -> None:
    proof = Proof(cases(), scorers.label())
    await prove(app(Scripted(parity), proof), proof, house)

    def careless(request: Request) -> Answer:
        number = int(request.messages[-1].text)
        return Answer(assistant("even")) if number % 8 == 1 or number == 50 else parity(request)

    changed = App(name="parity", models=[Scripted(careless)], prompt="Even or odd? Be quick.", proofs=[proof])
    report = await prove(changed, proof, house)
    assert report.verdict == "hold"
    assert not report.kept
    assert len(report.broke) == 25
    assert report.mended == ("c-50",)
    assert "Worse than the kept version: 25 lost, 1 won" in report.reasons[-1]
    # The held version did not become the baseline.
    assert (await prove(app(Scripted(parity), proof), proof, house)).broke == ()


async def test_failures_count_as_wrong_and_hand_overs_do_not(house: House) -> None:
    def moody(request: Request) -> Answer:
        if int(request.messages[-1].text) % 20 == 0:
            raise BadRequest("no")
        return parity(request)

    proof = Proof(cases(), scorers.label())
    report = await prove(app(Scripted(moody), proof, least_confidence=0.6), proof, house)
    assert report.statuses == {"answered": 180, "abstained": 10, "failed": 10}
    assert (report.answered, report.right, report.handed_over) == (190, 180, 10)
    assert [row.status for row in report.rows if row.case in ("c-10", "c-20")] == ["abstained", "failed"]


async def test_a_claim_that_needs_more_cases_is_undecided_and_says_how_many(house: House) -> None:
    proof = Proof(cases(500), scorers.label(), Gate(claim=0.97, alone=[]))
    report = await prove(app(Scripted(parity), proof), proof, house)
    assert (report.right, report.verdict) == (490, "undecided")
    assert report.cases_needed == 562
    assert "With 10 wrong, 562 cases prove the claim of 0.97: add 62." in report.reasons


async def test_thresholds_start_where_the_learner_s_own_trials_say(house: House) -> None:
    class Learning(Scripted):
        asked = 0

        async def out_of_fold(self, frame: Frame) -> list[Trial]:
            assert frame.model == "scripted/model"
            Learning.asked += 1
            return [Trial(0.9, right=True)] * 95 + [Trial(0.5, right=False)] * 5

    proof = Proof(cases(), scorers.label(), Gate(alone=[0.97]))
    report = await prove(app(Learning(parity), proof), proof, house)
    assert Learning.asked == 1
    assert report.selections[0].threshold is not None


async def test_cases_run_at_the_same_time_up_to_the_limit_and_progress_is_told(house: House) -> None:
    running = 0
    most = 0

    class Slow(Scripted):
        async def answer(self, request: Request) -> Answer:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.01)
            running -= 1
            return parity(request)

    told: list[tuple[int, int]] = []
    proof = Proof(cases(40), scorers.label())
    options = Options(concurrency=8)
    await prove(app(Slow([]), proof), proof, house, options=options, progress=lambda done, n: told.append((done, n)))
    assert most == 8
    assert told == [(done, 40) for done in range(1, 41)]
    with pytest.raises(AppError, match="give 1 or more"):
        Options(concurrency=0)


async def test_a_cancelled_proof_goes_on_where_it_was(house: House) -> None:
    half = asyncio.Event()

    class Halting(Scripted):
        async def answer(self, request: Request) -> Answer:
            self.requests.append(request)
            if len(self.requests) > 100:
                half.set()
                await asyncio.sleep(60)
            return parity(request)

    proof = Proof(cases(), scorers.label())
    task = asyncio.create_task(prove(app(Halting([]), proof), proof, house, options=Options(concurrency=4)))
    await half.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    model = Scripted(parity)
    report = await prove(app(model, proof), proof, house)
    assert report.cached >= 96
    assert len(model.requests) == 200 - report.cached
    assert report.right == 196


async def test_an_error_of_the_house_is_one_error(house: House) -> None:
    def full(_: Request) -> Answer:
        raise StoreFull("no space left")

    proof = Proof(cases(), scorers.label())
    with pytest.raises(StoreFull, match="no space left"):
        await prove(app(Scripted(full), proof), proof, house)


async def test_a_missing_file_of_cases_is_a_clear_error(house: House, tmp_path: Path) -> None:
    proof = Proof("nothing.jsonl", scorers.label())
    with pytest.raises(CaseError, match="there is no file of cases"):
        await prove(app(Scripted(parity), proof), proof, house, root=tmp_path)


async def test_a_scorer_that_breaks_leaves_the_case_unscored_and_that_is_not_right(house: House) -> None:
    class Fragile:
        name = "fragile"

        async def score(self, case: Case, result: Result) -> Score:
            if case.id == "c-3":
                raise KeyError("no such field")
            if case.id == "c-4":
                return Score(self.name, None, "cannot tell")
            return Score(self.name, 1.0)

    proof = Proof(cases(10), Fragile())
    report = await prove(app(Scripted(parity), proof), proof, house)
    assert (report.n, report.answered, report.right, report.unscored) == (10, 10, 8, 2)
    rows = {row.case: row for row in report.rows}
    assert rows["c-3"].value is None
    assert rows["c-3"].why == "the scorer broke: KeyError: 'no such field'"
    assert rows["c-3"].wrong

    class Full(Fragile):
        async def score(self, case: Case, result: Result) -> Score:
            raise StoreFull("no space left")

    with pytest.raises(StoreFull, match="no space left"):
        await prove(app(Scripted(parity), proof), Proof(cases(3), Full()), house)


async def test_a_part_of_the_app_that_breaks_on_some_cases_fails_those_alone(house: House) -> None:
    def fragile(request: Request) -> Answer:
        if request.messages[-1].text in ("5", "6"):
            raise RecursionError("too deep")
        return parity(request)

    proof = Proof(cases(20), scorers.label())
    report = await prove(app(Scripted(fragile), proof), proof, house)
    assert report.statuses == {"answered": 18, "failed": 2}
    assert [row.case for row in report.rows if "RecursionError: too deep" in row.why] == ["c-5", "c-6"]


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        (Dataset("empty", ()), "the dataset 'empty' holds no cases; give it some"),
        (
            Dataset("twice", (Case("a", "1"), Case("b", "2"), Case("a", "3"))),
            "the dataset 'twice' has 2 cases of the id 'a'; give each its own",
        ),
        (Dataset("odd", (Case("a", "1", object()),)), "a case of 'odd' holds what JSON cannot"),
        (Dataset("half", (Case("a", "\ud800"),)), "a case of 'half' holds what JSON cannot"),
    ],
)
async def test_a_dataset_that_cannot_be_used_is_an_error_before_anything_is_asked(
    house: House, dataset: Dataset, message: str
) -> None:
    model = Scripted(parity)
    proof = Proof(dataset, scorers.label())
    with pytest.raises(CaseError, match=message):
        await prove(app(model, proof), proof, house)
    assert model.requests == []
    assert await house.journal.runs() == []


async def test_when_nothing_is_answered_nothing_is_shown(house: House) -> None:
    proof = Proof(cases(10), scorers.label())
    unsure = Scripted(lambda _: Answer(assistant("?"), finish="abstained"))
    report = await prove(app(unsure, proof), proof, house)
    assert (report.answered, report.accuracy, report.verdict, report.kept) == (0, None, "undecided", False)
    assert report.reasons[0] == "No answer was given, so nothing is shown."


async def test_costs_are_summed_where_they_can_be_and_cached_cases_cost_nothing(journal: Journal) -> None:
    def priced(currency_of: Callable[[str], str]) -> House:
        return House(
            journal=journal,
            open_model=lambda name: Scripted([]),
            cost=lambda model, usage: Money(Decimal("0.001"), currency_of(model)),
        )

    def moody(request: Request) -> Answer:
        if int(request.messages[-1].text) % 2:
            raise BadRequest("not odd ones")
        return parity(request)

    proof = Proof(cases(10), scorers.label())
    models = [Scripted(moody, name="one/model"), Scripted(parity, name="two/model")]
    first = App(name="parity", models=models, proofs=[proof])
    report = await prove(first, proof, priced(lambda _: "EUR"))
    assert report.cost == Money(Decimal("0.010"), "EUR")
    assert (await prove(first, proof, priced(lambda _: "EUR"))).cost is None
    mixed = await prove(first, proof, priced(lambda model: model[:3].upper()), options=Options(fresh=True))
    assert (mixed.right, mixed.cost) == (10, None)


async def test_a_proof_waits_for_the_disk_before_it_says_that_it_is_done(house: House, tmp_path: Path) -> None:
    proof = Proof(cases(30), scorers.label())
    report = await prove(app(Scripted(parity), proof), proof, house)
    with sqlite3.connect(tmp_path / "journal.db") as other:
        query = "SELECT count(*) FROM event JOIN run ON run.number = event.run WHERE run.name = ?"
        assert other.execute(query, (report.proof_run,)).fetchone() == (32,)
    other.close()


async def test_cases_that_no_earlier_version_saw_are_compared_with_nothing(house: House) -> None:
    proof = Proof(cases(10), scorers.label(), name="numbers")
    await prove(app(Scripted(parity), proof), proof, house, options=Options(keep=True))
    other = Dataset("numbers", tuple(Case(f"n-{case.id}", case.input, case.expected) for case in cases(10).cases))
    report = await prove(app(Scripted(parity), proof), Proof(other, scorers.label(), name="numbers"), house)
    assert report.comparison is None
    assert report.baseline_run
    assert report.reasons == ("No kept version saw these cases, so nothing is compared.",)
