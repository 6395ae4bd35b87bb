"""Tests of the sums of what keys spent: always those of the requests themselves, whatever dies in between."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from vouch.journal.journal import Journal
from vouch.journal.spend import spent
from vouch.store.database import Database
from vouch.values.event import Event, RequestServed
from vouch.values.money import Money, Usage

DAY = 86_400.0
WRITING = """
import asyncio, random, sys
from decimal import Decimal
from vouch.journal.journal import Journal
from vouch.values.event import RequestServed
from vouch.values.identifier import new_id
from vouch.values.money import Money, Usage

async def main():
    journal = await Journal.open(sys.argv[1])
    print("open", flush=True)
    while True:
        cost = Money(Decimal(random.randrange(10**6)).scaleb(-9))
        body = RequestServed(face="chat", key=random.choice("abc"), usage=Usage(3, 4), cost=cost)
        await journal.append(new_id(), 0, body)
        await asyncio.sleep(0)

asyncio.run(main())
"""


def request(key: str, cost: str | None = None, *, currency: str = "USD", tokens: int = 0) -> RequestServed:
    money = Money(Decimal(cost), currency) if cost is not None else None
    return RequestServed(face="chat", key=key, usage=Usage(tokens), cost=money)


def sums(place: str) -> dict[tuple[str, str, str], tuple[Decimal, int, int]]:
    database = Database.open(place)
    found = {(one.key, one.day, one.currency): (one.amount, one.requests, one.tokens) for one in spent(database)}
    database.close()
    return found


async def test_sums_are_exact_by_key_day_and_currency(journal: Journal) -> None:
    given = [
        ("r1", 0.0, request("a", "0.1", tokens=5)),
        ("r2", 1.0, request("a", "0.2", tokens=6)),
        ("r3", DAY, request("a", "1e-12")),
        ("r4", DAY, request("b", "3", currency="EUR")),
        ("r5", DAY, request("b")),
        ("r6", DAY, request("", "9")),
    ]
    for run, at, body in given:
        await journal.append_event(Event(run, 0, at, body))
        await journal.flush()
    assert sums(journal.place) == {
        ("a", "1970-01-01", "USD"): (Decimal("0.3"), 2, 11),
        ("a", "1970-01-02", "USD"): (Decimal("1e-12"), 1, 0),
        ("b", "1970-01-02", "EUR"): (Decimal(3), 1, 0),
        ("b", "1970-01-02", "USD"): (Decimal(0), 1, 0),
    }
    database = Database.open(journal.place)
    assert {one.key for one in spent(database, since="1970-01-02")} == {"a", "b"}
    assert [one.requests for one in spent(database, key="a")] == [2, 1]
    database.close()


async def test_a_request_is_a_run_that_has_ended(journal: Journal) -> None:
    await journal.append("r1", 0, RequestServed(face="chat", seconds=2.0))
    await journal.append("r2", 0, RequestServed(face="chat", status=502))
    runs = {run.run: run for run in await journal.runs(app="gateway")}
    assert (runs["r1"].status, runs["r2"].status) == ("answered", "failed")
    assert runs["r1"].finished is not None
    assert abs(runs["r1"].finished - runs["r1"].started - 2) < 0.01


def of_requests(events: Iterable[RequestServed]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for body in events:
        assert body.cost is not None
        found[body.key] = found.get(body.key, Decimal(0)) + body.cost.amount
    return found


async def test_the_sums_are_those_of_the_requests_after_kills_of_several_writers(tmp_path: Path) -> None:
    place = str(tmp_path / "j.db")
    await (await Journal.open(place)).aclose()
    for turn in range(3):
        writers = [
            await asyncio.create_subprocess_exec(sys.executable, "-c", WRITING, place, stdout=subprocess.PIPE)
            for _ in range(2)
        ]
        for writer in writers:
            assert writer.stdout is not None
            assert await writer.stdout.readline() == b"open\n"
        await asyncio.sleep(0.2 + 0.1 * turn)
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
            await writer.wait()
    journal = await Journal.open(place)
    events = [event.body async for event in journal.events("request.served")]
    await journal.aclose()
    found: dict[str, Decimal] = {}
    for (key, _, _), (amount, _, _) in sums(place).items():
        found[key] = found.get(key, Decimal(0)) + amount
    assert events
    assert found == of_requests(event for event in events if isinstance(event, RequestServed))
