"""Tests of reading runs back: the latest, by name, by content, by kind."""

from __future__ import annotations

from decimal import Decimal

import pytest

from journal.samples import answered, finished, proof_of, run_of, started
from vouch.errors import RunNotFound
from vouch.journal.journal import Journal
from vouch.journal.reader import RunRow, result_of
from vouch.values.event import Event, ModelAnswered
from vouch.values.money import Money, Usage
from vouch.values.result import Result


async def test_the_latest_runs_come_newest_first(journal: Journal) -> None:
    for number in range(5):
        body = started("a" if number % 2 else "b", case=f"c{number}")
        await journal.append_event(Event(f"r{number}", 0, 100.0 + number, body))
    await journal.append_event(Event("r3", 1, 200.0, finished(status="abstained")))
    assert [row.run for row in await journal.runs()] == ["r4", "r3", "r2", "r1", "r0"]
    assert [row.run for row in await journal.runs(limit=2)] == ["r4", "r3"]
    assert [row.run for row in await journal.runs(app="a")] == ["r3", "r1"]
    assert await journal.runs(status="abstained") == [
        RunRow("r3", "a", "v1", "", "c3", started=103.0, finished=200.0, status="abstained")
    ]
    assert await journal.runs(app="c") == []


async def test_runs_that_started_at_the_same_time_come_last_recorded_first(journal: Journal) -> None:
    for name in ("first", "second"):
        await journal.append_event(Event(name, 0, 100.0, started()))
    assert [row.run for row in await journal.runs()] == ["second", "first"]


async def test_a_run_is_found_by_its_name_the_beginning_of_it_or_its_case(journal: Journal) -> None:
    for name, case in (
        ("01abc", "c-7"),
        ("01abd", "c-7"),
        ("02", ""),
        ("021", ""),
        ("022", ""),
        ("023", ""),
        ("o_x", ""),
    ):
        await journal.append(name, 0, started(case=case))
    assert await journal.find("01abc") == "01abc"
    assert await journal.find("01abd") == "01abd"
    assert await journal.find("021") == "021"
    assert await journal.find("02") == "02", "the whole name of one, though others begin so"
    assert await journal.find("o_") == "o_x"
    assert await journal.find("c-7") == "01abd", "the latest of the case"
    with pytest.raises(RunNotFound, match=r"'01a' begins several runs \(01abd, 01abc, \.\.\.\); give more"):
        await journal.find("01a")
    for absent in ("03", "c-8", "0_", "%", "\\"):
        with pytest.raises(RunNotFound, match="no run or case"):
            await journal.find(absent)


async def test_results_are_those_of_the_latest_run_that_came_to_an_answer(journal: Journal) -> None:
    large = "A long answer. " * 500
    await journal.append("old", 0, *run_of("old", key="k1"))
    await journal.append("new", 0, *run_of(large, key="k1"))
    await journal.append("broke", 0, started(key="k1"), finished("", status="failed"))
    await journal.append("open", 0, started(key="k1"))
    await journal.append("stopped", 0, started(key="k1"), finished("", status="stopped"))
    await journal.append("unsure", 0, started(key="k2"), finished("", status="abstained", why="not sure"))
    await journal.append("failed", 0, started(key="k3"), finished("", status="failed"))
    found = await journal.results(["k1", "k2", "k3", "k4", "k1", *(f"other-{number}" for number in range(1200))])
    assert {key: (result.run, result.status) for key, result in found.items()} == {
        "k1": ("new", "answered"),
        "k2": ("unsure", "abstained"),
    }
    assert found["k1"].output == large
    assert await journal.last_of_key("k1") == "broke"
    assert await journal.last_of_key("k4") is None
    assert await journal.results([]) == {}


def test_a_result_says_all_that_the_last_event_says() -> None:
    more = {
        "confidence": 0.9,
        "model": "m",
        "usage": Usage(3, 4),
        "cost": Money(Decimal("0.1")),
        "seconds": 1.5,
        "steps": 2,
        "why": "w",
    }
    assert result_of("r", finished("out", **more)) == Result("r", "answered", output="out", **more)  # type: ignore[arg-type]


async def test_the_last_kept_proof_is_the_baseline(journal: Journal) -> None:
    assert await journal.last_kept("support", "quality") is None
    for name, kept in (("p1", True), ("p2", True), ("p3", False)):
        await journal.append(name, 0, *proof_of(kept=kept))
    await journal.append("p4", 0, *proof_of(ended=False))
    assert await journal.last_kept("support", "quality") == "p2"
    assert await journal.last_kept("other", "quality") is None
    assert await journal.last_kept("support", "other") is None


async def test_events_of_a_kind_come_page_by_page_oldest_run_first(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vouch.journal.reader._PAGE", 100)
    names = [f"r{number:04}" for number in range(1100)]
    for number, name in enumerate(names):
        # Long stretches without any, runs with more than a page of them, and everything in between.
        times = 250 if number == 500 else 0 if 100 <= number < 450 else number % 3
        app = "a" if number % 2 else "b"
        await journal.append(name, 0, started(app), *(answered(f"{name} {place}") for place in range(times)))
    texts = [
        event.body.text async for event in journal.events("model.answered") if isinstance(event.body, ModelAnswered)
    ]
    assert len(texts) == len(set(texts)) == 250 + sum(n % 3 for n in (*range(100), *range(450, 500), *range(501, 1100)))
    assert texts == [
        f"{name} {place}"
        for number, name in enumerate(names)
        for place in range(250 if number == 500 else 0 if 100 <= number < 450 else number % 3)
    ]
    places = [(event.run, event.seq) async for event in journal.events("model.answered", app="a")]
    assert places == sorted(places)
    assert len(places) == sum(number % 3 for number in (*range(100), *range(450, 1100)) if number % 2)
    starts = [event.run async for event in journal.events("run.started")]
    assert starts == names
    assert [event async for event in journal.events("no.such.kind")] == []


async def test_events_carry_their_large_content(journal: Journal) -> None:
    large = "x" * 10_000
    await journal.append("r", 0, started(text=large), answered(large))
    assert [event.body async for event in journal.events("model.answered")] == [answered(large)]
