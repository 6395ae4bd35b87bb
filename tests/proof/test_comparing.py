"""Proofs whose cases run several times, are alike, carry tags, or are not all asked: what is compared, and how."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from vouch.app.app import App
from vouch.app.declaration import Gate, Proof
from vouch.app.house import House
from vouch.errors import AppError
from vouch.models.scripted import Scripted
from vouch.proof.asking import Options
from vouch.proof.prove import prove
from vouch.proof.sentences import summary
from vouch.scorers.contains import contains
from vouch.scorers.exact import exact
from vouch.scorers.label_f1 import label_f1
from vouch.values.case import Case, Dataset
from vouch.values.request import Request

Wrong = Callable[[int], bool]


def never(_number: int) -> bool:
    return False


def echo(wrong: Wrong, version: str = "1") -> App:
    """Gives back the number it is asked, but for the wrong ones."""

    def answer(request: Request) -> str:
        number = int(request.messages[-1].text)
        return "no" if wrong(number) else str(number)

    return App(name="echo", models=[Scripted(answer, name=f"scripted/echo-{version}")])


def cases(
    n: int, *, tag: Callable[[int], Sequence[str]] = lambda _: (), source: Callable[[int], str] = lambda _: ""
) -> Dataset:
    return Dataset("numbers", tuple(Case(f"c-{k}", str(k), str(k), tuple(tag(k)), source(k)) for k in range(n)))


async def kept(house: House, proof: Proof, wrong: Wrong = never) -> None:
    report = await prove(echo(wrong), proof, house, options=Options(keep=True))
    assert report.kept


async def test_a_fall_is_found_early_and_the_rest_is_not_asked(house: House) -> None:
    proof = Proof(cases(500), exact(), Gate(no_worse_than=0.05))
    await kept(house, proof)
    report = await prove(echo(lambda number: number % 5 == 0, "2"), proof, house, options=Options(early=True))
    assert report.stopped is not None
    assert (report.verdict, report.kept, report.n) == ("hold", False, report.stopped.n)
    assert 0 < report.n <= 200
    assert report.stopped.saved == 500 - report.n
    assert any("need not be asked" in sentence for sentence in summary(report))
    assert "decided after" in report.reasons[-1]


async def test_an_unchanged_version_is_shown_not_to_be_worse_early_and_is_never_kept(house: House) -> None:
    proof = Proof(cases(500), exact(), Gate(no_worse_than=0.05))
    await kept(house, proof)
    report = await prove(echo(never, "2"), proof, house, options=Options(early=True, keep=True))
    assert report.stopped is not None
    assert (report.verdict, report.kept) == ("ship", False)
    assert report.n < 500


async def test_a_claim_must_be_proven_too_before_a_proof_stops(house: House) -> None:
    proof = Proof(cases(300), exact(), Gate(claim=0.985, no_worse_than=0.05))
    await kept(house, proof)
    report = await prove(echo(never, "2"), proof, house, options=Options(early=True))
    assert report.verdict == "ship"
    # The change is decided long before: a bet proves 98.5 % only after some 250 right answers.
    assert 200 < report.n <= 300
    held = await prove(echo(lambda number: number % 2 == 0, "3"), proof, house, options=Options(early=True))
    assert (held.verdict, held.claim_proven) == ("hold", False)
    assert any("was not looked into" in reason for reason in held.reasons)


async def test_what_is_decided_at_the_last_look_has_asked_everything(house: House) -> None:
    proof = Proof(cases(60), exact(), Gate(no_worse_than=0.01))
    await kept(house, proof)
    report = await prove(echo(never, "2"), proof, house, options=Options(early=True, keep=True))
    assert report.stopped is not None
    assert (report.n, report.stopped.saved, report.verdict, report.kept) == (60, 0, "undecided", True)
    assert [row.case for row in report.rows] == [case.id for case in proof.cases.cases]  # type: ignore[union-attr]
    assert any("at the last of" in sentence for sentence in summary(report))


@pytest.mark.parametrize("why", ["no baseline", "repeats", "sources", "few"])
async def test_where_it_cannot_stop_early_everything_is_asked(house: House, why: str) -> None:
    dataset = cases(5 if why == "few" else 40, source=lambda k: f"s-{k // 4}" if why == "sources" else "")
    proof = Proof(dataset, exact(), repeats=2 if why == "repeats" else 1)
    if why != "no baseline":
        await kept(house, proof)
    report = await prove(echo(never, "2"), proof, house, options=Options(early=True))
    assert (report.stopped, report.cases) == (None, len(dataset))


async def test_a_version_that_is_the_kept_one_with_its_answers_ships_however_few_they_are(house: House) -> None:
    proof = Proof(cases(30), exact(), Gate(claim=0.8, no_worse_than=0.01))
    first = await prove(echo(never), proof, house)
    assert (first.verdict, first.kept, first.itself) == ("ship", True, False)
    again = await prove(echo(never), proof, house)
    assert (again.verdict, again.cached, again.itself) == ("ship", 30, True)
    assert again.reasons[-1] == "This is the kept version itself: all answers are those of its proof."
    assert any("this version itself" in sentence for sentence in summary(again))
    early = await prove(echo(never), proof, house, options=Options(early=True))
    assert (early.verdict, early.itself) == ("ship", True)


async def test_other_answers_of_the_same_version_and_the_same_ones_of_another_are_compared(house: House) -> None:
    proof = Proof(cases(30), exact(), Gate(no_worse_than=0.01))
    await kept(house, proof)
    fresh = await prove(echo(never), proof, house, options=Options(fresh=True))
    assert (fresh.verdict, fresh.itself) == ("undecided", False)
    # What the journal has now are the fresh answers: these were never kept.
    later = await prove(echo(never), proof, house)
    assert (later.cached, later.verdict, later.itself) == (30, "undecided", False)
    other = await prove(echo(never, "2"), proof, house)
    assert (other.verdict, other.itself) == ("undecided", False)
    more = await prove(echo(never), Proof(cases(31), exact(), proof.gate, name=proof.name), house)
    assert (more.verdict, more.itself) == ("undecided", False)


async def test_cases_of_one_source_count_together(house: House) -> None:
    dataset = cases(120, source=lambda k: f"mail-{k // 20}")
    proof = Proof(dataset, exact(), Gate(claim=0.7, no_worse_than=0.05))
    await kept(house, proof)
    report = await prove(echo(lambda number: number // 20 == 3, "2"), proof, house)
    assert report.comparison is None
    assert report.clustered is not None
    assert (report.clustered.n, report.clustered.clusters, report.clustered.lost) == (120, 6, 20)
    # Twenty cases fell, but all of them are of one mail: that is one accident, not twenty.
    assert report.clustered.p_worse > 0.05
    assert report.verdict != "hold"
    assert report.accuracy is not None
    assert "effective size" in report.accuracy.method
    assert any("6 clusters" in sentence for sentence in summary(report))
    worse = await prove(echo(lambda number: number % 3 == 0, "3"), proof, house)
    assert worse.verdict == "hold"


async def test_answers_that_vary_are_asked_several_times(house: House) -> None:
    luck = random.Random(7)
    dataset = cases(60)
    proof = Proof(dataset, exact(), Gate(no_worse_than=0.1), repeats=4)
    coin = set(range(10))
    await kept(house, proof, lambda number: number in coin and luck.random() < 0.5)
    report = await prove(echo(lambda number: number in coin and luck.random() < 0.5, "2"), proof, house)
    assert report.repeats is not None
    assert report.repeated is not None
    assert (report.n, report.cases, report.repeated.n) == (240, 60, 60)
    assert report.repeats.pass_all.interval.estimate < report.repeats.pass_at.interval.estimate
    assert 0.8 <= report.repeats.pass_all.interval.estimate <= 0.9
    assert report.verdict in ("ship", "undecided")
    said = " ".join(summary(report))
    assert "60 cases, 4 times each" in said
    assert "pass@4" in said
    # Each run is a run of its own, found again by the next proof.
    assert len({row.run for row in report.rows}) == 240
    again = await prove(echo(never, "2"), proof, house)
    assert again.cached == 240
    worse = await prove(echo(lambda number: number % 3 == 0, "3"), proof, house)
    assert (worse.verdict, worse.repeated is not None and worse.repeated.p_worse < 0.001) == ("hold", True)
    assert "worse beyond chance" in " ".join(summary(worse))


async def test_flaky_cases_are_found_and_left_out_of_the_next_comparison(house: House) -> None:
    asked: Counter[int] = Counter()

    def sometimes(number: int) -> bool:
        asked[number] += 1
        return number < 3 and asked[number] % 2 == 0

    dataset = cases(40)
    several = Proof(dataset, exact(), Gate(no_worse_than=0.1), name="p", repeats=10)
    first = await prove(echo(sometimes), several, house, options=Options(keep=True))
    assert set(first.flaky) == {"c-0", "c-1", "c-2"}
    assert "Flaky: " in " ".join(summary(first))
    assert first.n == 400
    once = Proof(dataset, exact(), Gate(no_worse_than=0.1), name="p")
    report = await prove(echo(lambda number: number < 3, "2"), once, house)
    assert set(report.quarantined) == {"c-0", "c-1", "c-2"}
    assert report.broke == ()
    assert "In quarantine, because they were flaky before: 3 cases" in " ".join(summary(report))


async def test_declared_slices_hold_a_version_back_and_others_are_shown(house: House) -> None:
    dataset = cases(400, tag=lambda k: ["german"] if k % 20 == 0 else ["english"])
    worse = echo(lambda number: number % 20 == 0, "2")
    shown = Proof(dataset, exact(), Gate(no_worse_than=0.2), name="shown")
    await kept(house, shown)
    report = await prove(worse, shown, house, options=Options(keep=False))
    assert (report.slices[0].tag, report.slices[0].lost, report.slices[0].worse) == ("german", 20, True)
    assert "Worse by tag" in " ".join(summary(report))
    declared = Proof(dataset, exact(), Gate(no_worse_than=0.2, slices=["german", "absent"]), name="declared")
    await kept(house, declared)
    held = await prove(worse, declared, house)
    assert held.verdict == "hold"
    assert "Worse where the tag is 'german': 20 lost, 0 won of 20" in held.reasons[0]


async def test_further_scorers_are_shown_with_their_change(house: House) -> None:
    dataset = Dataset("words", tuple(Case(f"c-{k}", str(k), str(k)) for k in range(40)))
    proof = Proof(dataset, exact(), Gate(no_worse_than=0.5), also=[contains(), label_f1()])
    await kept(house, proof)
    report = await prove(echo(lambda number: number % 4 == 0, "2"), proof, house)
    some, f1 = report.metrics
    assert some.figure is not None
    assert some.figure.estimate == pytest.approx(0.75)
    assert some.change is not None
    assert some.change.estimate == pytest.approx(-0.25)
    assert some.p_adjusted is not None
    assert some.p_adjusted < 0.05
    assert f1.figure is not None
    assert "bootstrap" in f1.figure.method
    said = " ".join(summary(report))
    assert f"{some.scorer} 0.750 [" in said
    assert "-0.250 against the last version" in said


async def test_a_metric_that_judges_nothing_says_so(house: House) -> None:
    class Blind:
        name = "blind"

        async def score(self, case: Case, result: object) -> object:
            raise ValueError("I see nothing")

    proof = Proof(cases(3), exact(), also=[Blind(), label_f1()])  # type: ignore[list-item]
    report = await prove(echo(never), proof, house)
    assert (report.metrics[0].unscored, report.metrics[0].change) == (3, None)
    assert "3 answers could not be judged" in " ".join(summary(report))


def test_declarations_that_are_none_are_refused() -> None:
    with pytest.raises(AppError, match="repeats=0"):
        Proof(cases(1), exact(), repeats=0)
    with pytest.raises(AppError, match="give a list of scorers"):
        Proof(cases(1), exact(), also="exact")  # type: ignore[arg-type]
    with pytest.raises(AppError, match="two scorers judge alike"):
        Proof(cases(1), exact(), also=[exact()])
    with pytest.raises(AppError, match="give a list of tags"):
        Gate(slices="german")
    assert replace(Proof(cases(1), exact()), repeats=2).repeats == 2
