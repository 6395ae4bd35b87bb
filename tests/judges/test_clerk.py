from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
from tests.judges.asked import JUDGE, Court, judge_of, kinds, says

from vouch import judges
from vouch.app.house import House
from vouch.app.retry import Retry
from vouch.contracts.judge import Heard, Question
from vouch.errors import ConfigError, Overloaded, StoreError
from vouch.journal.journal import Journal
from vouch.judges.clerk import Clerk
from vouch.judges.recorded import Recorded
from vouch.models.scripted import Line, Scripted
from vouch.testing.fault import Fault
from vouch.testing.provider import StandIn
from vouch.values.case import Case
from vouch.values.message import assistant, user
from vouch.values.money import Money, Usage
from vouch.values.request import Answer, Delta, Request, Settings
from vouch.values.result import Result

YES = says(reason="it does", answer=True)
PRICE = judges.yes_no("Does it name a price?")


def question(text: str = "?", *, judge: Scripted | None = None, number: int = 0) -> Question:
    return Question(
        judge=judge or JUDGE,
        prompt="mine",
        version="1",
        messages=(user(text),),
        settings=Settings(),
        read=lambda answer: {"said": answer.text},
        reading="text",
        number=number,
        case="c1",
    )


def house_with(journal: Journal, model: Scripted, **more: object) -> House:
    return House(journal=journal, open_model=lambda _: model, retry=Retry(attempts=3, first=0.001), **more)  # type: ignore[arg-type]


async def test_a_question_is_a_run_with_its_model_cost_and_case(journal: Journal) -> None:
    model = judge_of([Answer(assistant("fine"), usage=Usage(10, 2), model="served-name")])
    house = house_with(journal, model, cost=lambda name, usage: Money(Decimal("0.01")))
    clerk = Clerk(house, proof="p1")
    assert await clerk.ask(question("Is it?")) == Heard({"said": "fine"})
    [row] = await journal.runs()
    assert (row.app, row.version, row.proof, row.case, row.status) == ("judge:mine", "1", "p1", "judge:c1", "answered")
    started, answered, finished = (event.body for event in await journal.read(row.run))
    assert started.input == "Is it?"  # type: ignore[union-attr]
    assert (answered.text, answered.served, answered.model) == ("fine", "served-name", JUDGE)  # type: ignore[union-attr]
    assert (finished.usage, finished.cost) == (Usage(10, 2), Money(Decimal("0.01")))  # type: ignore[union-attr]
    assert (clerk.calls, clerk.found, clerk.spent.usage, clerk.spent.cost) == (
        1,
        0,
        Usage(10, 2),
        Money(Decimal("0.01")),
    )


async def test_a_recorded_answer_is_found_by_content(journal: Journal) -> None:
    model = judge_of(lambda request: request.messages[-1].text.upper())
    house = house_with(journal, model)
    for expected in (4, 4):
        clerk = Clerk(house)
        heard = await asyncio.gather(*(clerk.ask(question(text)) for text in "abcd"))
        assert [each.value["said"] for each in heard] == ["A", "B", "C", "D"]
        assert len(model.requests) == expected
    assert (clerk.calls, clerk.found) == (0, 4)
    assert (await clerk.ask(question("a", number=1))).value == {"said": "A"}
    assert clerk.calls == 1, "another sample is another question"
    fresh = Clerk(house, fresh=True)
    await fresh.ask(question("a"))
    assert fresh.calls == 1


async def test_one_question_at_the_same_time_is_asked_once(journal: Journal) -> None:
    model = judge_of(["once"])
    clerk = Clerk(house_with(journal, model))
    heard = await asyncio.gather(*(clerk.ask(question()) for _ in range(5)))
    assert {each.value["said"] for each in heard} == {"once"}


class Slow(Scripted):
    async def answer(self, request: Request) -> Answer:
        self.under_way = getattr(self, "under_way", 0) + 1
        self.most = max(getattr(self, "most", 0), self.under_way)
        try:
            await asyncio.sleep(0.01)
            return await super().answer(request)
        finally:
            self.under_way -= 1


async def test_so_many_at_a_time(journal: Journal) -> None:
    model = Slow(lambda _: "x", name=JUDGE)
    clerk = Clerk(house_with(journal, model), concurrency=3)
    await asyncio.gather(*(clerk.ask(question(str(n))) for n in range(9)))
    assert model.most == 3


class Silent(Scripted):
    async def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        await asyncio.Event().wait()
        raise AssertionError

    def stream(self, request: Request) -> AsyncIterator[Delta]:
        raise NotImplementedError


async def test_a_judge_that_never_answers_times_out(journal: Journal) -> None:
    model = Silent([], name=JUDGE)
    heard = await Clerk(house_with(journal, model), seconds=0.01).ask(question())
    assert heard.failed
    assert heard.why == "the judge could not be asked: test/judge gave no answer within 0.01 s"
    assert (heard.error, len(model.requests)) == ("ModelTimeout", 3)
    [[*events]] = await kinds(journal, "judge:mine")
    assert events == ["run.started", "model.failed", "model.failed", "model.failed", "run.finished"]


async def test_a_failure_is_not_reused(journal: Journal) -> None:
    lines: list[Line] = [Overloaded("1"), Overloaded("2"), Overloaded("3"), "now"]
    model = judge_of(lines)
    clerk = Clerk(house_with(journal, model))
    assert (await clerk.ask(question())).failed
    assert (await Clerk(house_with(journal, model)).ask(question())).value == {"said": "now"}


async def test_whoever_waits_for_one_that_is_cancelled_asks_for_themselves(journal: Journal) -> None:
    gate = asyncio.Event()

    class Gated(Scripted):
        async def answer(self, request: Request) -> Answer:
            await gate.wait()
            return await super().answer(request)

    clerk = Clerk(house_with(journal, Gated(lambda _: "said", name=JUDGE)))
    first = asyncio.create_task(clerk.ask(question()))
    await asyncio.sleep(0.01)
    second = asyncio.create_task(clerk.ask(question()))
    await asyncio.sleep(0.01)
    first.cancel()
    gate.set()
    assert (await second).value == {"said": "said"}
    with pytest.raises(asyncio.CancelledError):
        await first
    assert len(await journal.runs()) == 1, "one that is cut short leaves no run"


async def test_prices_in_two_currencies_are_not_added(journal: Journal) -> None:
    currencies = iter(["USD", "EUR", "USD"])
    model = judge_of(lambda _: "x")
    clerk = Clerk(house_with(journal, model, cost=lambda *_: Money(Decimal(1), next(currencies))))
    for n in range(3):
        await clerk.ask(question(str(n)))
    assert clerk.spent.cost is None
    assert clerk.costs == {"USD": Money(Decimal(2)), "EUR": Money(Decimal(1), "EUR")}


async def test_text_that_is_none_can_be_recorded(journal: Journal) -> None:
    model = judge_of(["half of a sign: \ud83d"])
    await Clerk(house_with(journal, model)).ask(question("\ud83d"))
    [row] = await journal.runs()
    assert row.status == "answered"


async def test_what_was_written_by_another_hand_is_asked_again(journal: Journal) -> None:
    recorded = Recorded(journal)
    model = judge_of(["x"])
    await Clerk(house_with(journal, model)).ask(question())
    assert await recorded.find("judge:mine", "another key") is None
    recorded.note("k", 1)
    assert await recorded.find("judge:mine", "k") == 1
    for n in range(10_001):
        recorded.note(str(n), n)
    assert await recorded.find("judge:mine", "k") is None, "the oldest are forgotten"


async def test_a_journal_that_cannot_be_read_is_no_fault_of_the_judge(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Clerk(house_with(journal, judge_of(["x"]))).ask(question())

    async def broken(_: object) -> dict[str, Result]:
        raise StoreError("gone")

    monkeypatch.setattr(journal, "results", broken)
    with pytest.raises(StoreError, match="gone"):
        await Clerk(house_with(journal, judge_of(["x"]))).ask(question())


async def test_a_judge_that_is_not_there_is_a_mistake_of_the_user(house: House) -> None:
    with pytest.raises(ConfigError):
        await Clerk(house).ask(question())


async def test_a_fifth_of_the_calls_fail_over_the_wire_and_the_rest_is_judged(journal: Journal) -> None:
    from vouch.models.http.pool import HttpPool
    from vouch.models.openai.client import OpenAI

    faults = [Fault(kind="unavailable", share=0.2, seed=1), Fault(kind="malformed", share=0.05, seed=2)]
    async with StandIn(reply=lambda _: YES, faults=faults) as provider:
        pool = HttpPool()
        model = OpenAI("standin/judge", http=pool, address=provider.address)
        house = House(journal=journal, open_model=lambda _: model, retry=Retry(attempts=1))
        court = Court(judges.rubric(PRICE, judge="standin/judge"), house, concurrency=8)
        scores = await asyncio.gather(
            *(court.scorer.score(Case(f"c{n}", f"{n}?"), Result("r", "answered", "5")) for n in range(60))
        )
        await pool.aclose()
    unscored = [score for score in scores if score.unscored]
    assert 5 <= len(unscored) <= 25
    assert all(score.right for score in scores if not score.unscored)
    assert all("could not be asked" in score.why for score in unscored)


async def test_two_clerks_at_once_and_a_journal_opened_again(tmp_path: Path) -> None:
    for calls in (20, 0):
        async with await Journal.open(tmp_path / "j.db") as journal:
            model = judge_of(lambda request: request.messages[-1].text)
            one, two = Clerk(house_with(journal, model)), Clerk(house_with(journal, model))
            await asyncio.gather(*(clerk.ask(question(str(n))) for n in range(10) for clerk in (one, two)))
            assert one.calls + two.calls == calls
