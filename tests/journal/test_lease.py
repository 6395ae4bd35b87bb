"""Tests of leases: who holds a run, when a holder counts as gone, and that a former holder cannot write any more."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from journal.samples import answered, finished, started
from vouch.errors import RunConflict, RunNotFound
from vouch.journal import lease
from vouch.journal.journal import Journal
from vouch.journal.lease import LEASE_SECONDS, Renewal, claim, is_gone, new_holder, release, renew
from vouch.store import schema
from vouch.store.database import Database
from vouch.values.event import RunResumed, RunWaiting


@pytest_asyncio.fixture
async def other(journal: Journal) -> AsyncIterator[Journal]:
    """Another process's journal, as far as leases go."""
    async with await Journal.open(journal.place) as opened:
        yield opened


@pytest.fixture
def database(journal: Journal) -> Iterator[Database]:
    opened = Database.open(journal.place)
    yield opened
    opened.close()


async def begun(journal: Journal, run: str = "r") -> None:
    await journal.append(run, 0, started())
    await journal.flush()


def held(database: Database, run: str = "r") -> tuple[str, float]:
    with database.reading() as connection:
        found = connection.execute(
            select(schema.run.c.holder, schema.run.c.held_until).where(schema.run.c.name == run)
        ).one()
    return found.holder, found.held_until - time.time()


def set_clock(patch: pytest.MonkeyPatch, ahead: float) -> None:
    real = time.time
    patch.setattr(time, "time", lambda: real() + ahead)


async def test_a_run_that_is_begun_is_held_and_whoever_claims_it_again_holds_it_longer(
    journal: Journal, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(journal)
    holder, left = held(database)
    assert holder == journal.holder
    assert LEASE_SECONDS - 5 < left <= LEASE_SECONDS
    set_clock(monkeypatch, 30)
    assert await journal.claim("r") is False
    assert LEASE_SECONDS - 5 < held(database)[1] <= LEASE_SECONDS


async def test_another_is_kept_off_until_the_holder_lets_go(journal: Journal, other: Journal) -> None:
    await begun(journal)
    with pytest.raises(RunConflict, match=f"run 'r' is being driven by '{journal.holder}' for (5|60)"):
        await other.claim("r")
    await journal.let_go("r")
    assert await other.claim("r") is True
    assert await other.claim("r") is False
    with pytest.raises(RunConflict):
        await journal.claim("r")


async def test_what_ends_a_run_or_makes_it_wait_lets_it_go(journal: Journal, other: Journal) -> None:
    await journal.append("ended", 0, started(), finished())
    await journal.append("waits", 0, started(), RunWaiting(of="person"))
    await journal.flush()
    assert await other.claim("ended") is True
    assert await other.claim("waits") is True


async def test_a_run_that_is_not_there_cannot_be_held(journal: Journal) -> None:
    with pytest.raises(RunNotFound, match=r"no run 'nothing' in .*journal\.db"):
        await journal.claim("nothing")


async def test_a_lease_runs_out_unless_it_is_renewed(
    journal: Journal, other: Journal, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(journal)
    set_clock(monkeypatch, LEASE_SECONDS - 10)
    renew(database, journal.holder)
    set_clock(monkeypatch, 20)
    with pytest.raises(RunConflict):
        await other.claim("r")
    set_clock(monkeypatch, LEASE_SECONDS)
    assert await other.claim("r") is True


async def test_only_what_is_held_is_renewed_and_only_ones_own(
    journal: Journal, other: Journal, database: Database
) -> None:
    await begun(journal, "mine")
    await begun(other, "theirs")
    await journal.let_go("mine")
    renew(database, journal.holder)
    assert held(database, "mine")[1] < 0
    release(database, journal.holder)
    assert held(database, "theirs")[1] > 0
    release(database, other.holder, "mine")
    assert held(database, "theirs")[1] > 0
    release(database, other.holder, "theirs")
    assert held(database, "theirs")[1] < 0


async def test_a_clock_that_was_set_back_keeps_nobody_out_for_longer_than_a_lease(
    journal: Journal, other: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(journal)
    set_clock(monkeypatch, -3600)
    with pytest.raises(RunConflict, match="for 60 s more"):
        await other.claim("r")
    set_clock(monkeypatch, LEASE_SECONDS + 1)
    assert await other.claim("r") is True


async def test_whoever_takes_a_run_over_fences_the_former_holder_also_one_that_still_lives(
    journal: Journal, other: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(journal)
    set_clock(monkeypatch, LEASE_SECONDS + 1)
    assert await other.claim("r") is True
    await other.append("r", 1, RunResumed(holder=other.holder))
    await other.flush_run("r")
    await journal.append("r", 1, answered("from the former holder"))
    with pytest.raises(RunConflict, match="event 1 of run 'r' came where 2 is due"):
        await journal.flush_run("r")
    with pytest.raises(RunConflict):
        await journal.append("r", 2, answered("again"))
    assert [type(event.body).__name__ for event in await other.read("r")] == ["RunStarted", "RunResumed"]


async def test_when_the_former_holder_writes_first_it_is_the_new_one_that_stops(
    journal: Journal, other: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(journal)
    set_clock(monkeypatch, LEASE_SECONDS + 1)
    assert await other.claim("r") is True
    await journal.append("r", 1, answered("it had only slept"))
    await journal.flush_run("r")
    await other.append("r", 1, RunResumed(holder=other.holder))
    with pytest.raises(RunConflict):
        await other.flush_run("r")


async def test_a_journal_that_is_closed_lets_go_of_all_it_held(journal: Journal, database: Database) -> None:
    async with await Journal.open(journal.place) as closing:
        await begun(closing)
    assert held(database) == (closing.holder, pytest.approx(-time.time(), abs=5))
    await closing.let_go("r")  # after that there is nothing to let go of


async def test_two_in_one_process_do_not_drive_one_run(journal: Journal) -> None:
    with journal.driving("r"):
        with pytest.raises(RunConflict, match="'r' is being driven in this process already"), journal.driving("r"):
            pass
        with journal.driving("s"):
            pass
    with journal.driving("r"):
        pass


def a_dead_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_holder_is_gone_when_its_process_is_gone_or_its_number_is_another_ones_now() -> None:
    machine, pid, began, random = new_holder().split("/")
    assert not is_gone(f"{machine}/{pid}/{began}/{random}")
    assert is_gone(f"{machine}/{a_dead_process()}/{began}/{random}")
    assert is_gone(f"{machine}/{pid}/{int(began) - 1}/{random}")


@pytest.mark.parametrize(
    "holder",
    [
        "",
        "nobody",
        "elsewhere/999999999/1/abcd",
        f"{socket.gethostname()}/999999999/1/abcd",  # of another container on this machine
        "{machine}/abc/1/abcd",
        "{machine}/²/1/abcd",
        "{machine}/1/abcd",
    ],
)
def test_of_other_machines_and_containers_nothing_is_known(holder: str) -> None:
    assert not is_gone(holder.replace("{machine}", new_holder().split("/")[0]))


def test_a_process_of_another_user_counts_as_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_allowed(pid: int, signal: int) -> None:
        raise PermissionError(pid, signal)

    monkeypatch.setattr(os, "kill", not_allowed)
    assert not is_gone(new_holder())


def test_without_a_list_of_processes_a_number_is_all_there_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Elsewhere(type(tmp_path)):
        def __new__(cls, *parts: str) -> Path:
            return Path(tmp_path, *(part.removeprefix("/") for part in parts))

    monkeypatch.setattr(lease, "Path", Elsewhere)
    machine, pid, began, _ = new_holder().split("/")
    assert (machine, pid, began) == (f"{socket.gethostname()}:", str(os.getpid()), "")
    assert not is_gone(new_holder())


async def test_the_dead_keep_nobody_waiting(journal: Journal, database: Database) -> None:
    machine = journal.holder.split("/")[0]
    await begun(journal)
    claim(database, "r", journal.holder)
    with database.writing() as connection:
        connection.execute(schema.run.update().values(holder=f"{machine}/{a_dead_process()}/1/abcd"))
    assert await journal.claim("r") is True


async def test_leases_are_renewed_while_their_holder_lives_whatever_the_database_does(
    journal: Journal, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(journal)
    tried = threading.Semaphore(0)

    def failing(database: Database, holder: str) -> None:
        tried.release()
        if calls.pop():
            raise lease.StoreError("locked")
        renew(database, holder)

    calls = [False] * 1000 + [True]
    monkeypatch.setattr(lease, "renew", failing)
    before = held(database)[1]
    monkeypatch.setattr(lease, "LEASE_SECONDS", 3600)
    renewal = Renewal(database, journal.holder)
    monkeypatch.setattr(renewal._stopped, "wait", lambda seconds: seconds != 1200 or renewal._stopped.is_set())
    renewal.start()
    for _ in range(3):
        assert tried.acquire(timeout=5)
    renewal.stop()
    renewal.join()
    assert held(database)[1] > before + 3000
