"""Tests of what operators ask a gateway that is being served."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from serve.serving import serving, write_project
from vouch.errors import StoreFull
from vouch.journal.journal import Journal
from vouch.serve.operations import readiness
from vouch.serve.operations.readiness import Readiness
from vouch.store.database import Database
from vouch.testing.fault import Fault
from vouch.testing.provider import StandIn


async def test_counters_of_what_was_served(tmp_path: Path) -> None:
    async with StandIn() as provider, StandIn(faults=[Fault(kind="error", share=1.0)]) as broken:
        more = f'[providers.bad]\naddress = "{broken.address}"\n[serve]\nattempts = 5\ntotal = 5\n'
        write_project(tmp_path, provider.address, more)
        async with serving(tmp_path) as server:
            await server.chat()
            await server.chat("bad/m")
            await server.gateway.settled()
            page = await server.post("/metrics", b"", method="GET")
            passed_on = await server.post("/metrics", b"", method="GET", headers={"x-forwarded-for": "1.2.3.4"})
    text = page.body.decode()
    assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'vouch_requests_total{face="chat",model="up/stand-in",status="200",key=""} 1' in text
    assert 'vouch_attempts_total{model="bad/m",status="500",error="Failure"}' in text
    assert 'vouch_upstream_left_alone{model="up/stand-in"} 0' in text
    assert "vouch_under_way 0\n" in text
    assert "vouch_journal_pending_bytes " in text
    assert passed_on.status == 404


@pytest.mark.parametrize(("shown", "status"), [("open", 200), ("off", 404)])
async def test_who_may_see_them(tmp_path: Path, shown: str, status: int) -> None:
    write_project(tmp_path, "http://127.0.0.1:9/v1", f'[serve]\nmetrics = "{shown}"\n')
    async with serving(tmp_path) as server:
        given = await server.post("/metrics", b"", method="GET", headers={"x-forwarded-for": "1.2.3.4"})
    assert given.status == status


async def test_ready_until_it_drains(tmp_path: Path) -> None:
    write_project(tmp_path, "http://127.0.0.1:9/v1")
    async with serving(tmp_path) as server:
        assert (await server.post("/readyz", b"", method="GET")).json == {"status": "ready"}
        server.gateway._desk.draining = True
        told = await server.post("/readyz", b"", method="GET")
        assert (told.status, told.json["why"]) == (503, "draining")
        assert (await server.post("/healthz", b"", method="GET")).status == 200


async def test_not_ready_when_the_journal_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = await Journal.open(tmp_path / "journal.db")
    database = Database.open(tmp_path / "journal.db")
    monkeypatch.setattr(readiness, "LOOK_SECONDS", 0.0)
    asked = Readiness(journal, database)
    assert await asked.why_not() == ""

    async def full() -> None:
        raise StoreFull("no space left")

    with monkeypatch.context() as broken:
        broken.setattr(journal, "flush", full)
        assert await asked.why_not() == "no space left"
    assert await asked.why_not() == ""

    never = asyncio.Event()
    with monkeypatch.context() as slow:
        slow.setattr(journal, "flush", never.wait)
        slow.setattr(readiness, "PATIENCE", 0.01)
        assert "was not written within" in await asked.why_not()
        assert "was not written within" in await asked.why_not(), "and nobody piles up"
    never.set()
    assert await asked.why_not() == ""
    await journal.aclose()
    database.close()


async def test_what_was_found_is_true_for_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = await Journal.open(tmp_path / "journal.db")
    database = Database.open(tmp_path / "journal.db")
    asked = Readiness(journal, database)
    assert await asked.why_not() == ""
    monkeypatch.setattr(journal, "flush", None)
    assert await asked.why_not() == ""
    await journal.aclose()
    database.close()
