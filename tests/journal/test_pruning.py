"""Tests of deleting old runs: what goes, what stays, and that others get their turn."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from journal.samples import answered, finished, proof_of, run_of, started
from vouch.errors import RunNotFound
from vouch.journal import journal as journal_module
from vouch.journal.journal import Journal
from vouch.journal.pruning import Pruning
from vouch.store import schema
from vouch.store.database import Database
from vouch.values.event import AnyBody, Event, ProofFinished


@pytest.fixture(autouse=True)
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "TURN_SECONDS", 0.001)


async def record(journal: Journal, run: str, at: float, *bodies: AnyBody) -> None:
    for seq, body in enumerate(bodies):
        await journal.append_event(Event(run, seq, at + seq, body))


def sizes(path: str) -> dict[str, int]:
    database = Database.open(path)
    with database.reading() as connection:
        found = {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in schema.metadata.tables.items()
            if name not in ("api_key", "spend")
        }
    database.close()
    return found


async def test_old_runs_go_and_new_ones_and_open_ones_stay(journal: Journal) -> None:
    await record(journal, "old", 100, *run_of())
    await record(journal, "open", 100, started(), answered())
    await record(journal, "new", 2000, *run_of())
    assert await journal.prune(before=1000) == 1
    assert await journal.holds(["old", "open", "new"]) == {"open", "new"}
    assert sizes(journal.place) == {"run": 2, "event": 5, "blob": 0, "blob_use": 0}
    assert await journal.prune(before=1000) == 0
    await journal.append("open", 2, finished())
    assert await journal.prune(before=1000) == 1
    with pytest.raises(RunNotFound):
        await journal.read("open")


async def test_kept_proofs_and_the_runs_they_rest_on_stay(journal: Journal) -> None:
    for name in ("a", "b", "c", "d"):
        await record(journal, name, 100, *run_of(name))
    await record(journal, "kept", 200, *proof_of("a", "b"))
    await record(journal, "not-kept", 300, *proof_of("c", kept=False))
    await record(journal, "goes-on", 400, *proof_of("d", ended=False))
    assert await journal.prune(before=1000) == 2
    assert await journal.holds(["a", "b", "c", "d", "kept", "not-kept", "goes-on"]) == {
        "a",
        "b",
        "d",
        "kept",
        "goes-on",
    }
    assert len(await journal.read("kept")) == 4


async def test_a_proof_that_comes_to_rest_on_a_run_meanwhile_keeps_it(tmp_path: Path) -> None:
    """What a proof rests on is looked up with every chunk: a proof may reuse old runs while they are being deleted."""
    async with await Journal.open(tmp_path / "j.db") as journal:
        for number in range(6):
            await record(journal, f"r{number}", 100, *run_of())
        *begun, end = proof_of("r4", "r5")
        await record(journal, "proof", 5000, *begun[:2])
        await journal.flush()
        database = Database.open(tmp_path / "j.db")
        pruning = Pruning(database, 1000)
        assert pruning.delete_some(3) == 3
        await journal.append("proof", 2, *begun[2:], end)
        await journal.flush_run("proof")
        assert isinstance(end, ProofFinished)
        assert [pruning.delete_some(3) for _ in range(3)] == [1, 0, 0]
        assert await journal.holds([f"r{number}" for number in range(6)]) == {"r4", "r5"}
        database.close()


async def test_content_goes_with_the_last_run_that_uses_it(journal: Journal) -> None:
    shared, own = "shared " * 500, "own " * 500
    await record(journal, "old", 100, started(text=shared), answered(own), finished())
    await record(journal, "older", 50, started(text=shared), answered(own), finished())
    await record(journal, "new", 2000, started(text=shared), finished())
    await journal.flush()
    assert sizes(journal.place)["blob"] == 2
    assert await journal.prune(before=1000) == 2
    assert sizes(journal.place) == {"run": 1, "event": 2, "blob": 1, "blob_use": 1}
    assert (await journal.read("new"))[0].body == started(text=shared)


async def test_many_runs_go_chunk_by_chunk(journal: Journal) -> None:
    for number in range(1203):
        await record(
            journal, f"r{number}", 100, started(text=f"{number} " * 600 if number % 100 == 0 else "x"), finished()
        )
    await record(journal, "kept", 100, *proof_of(*(f"r{number}" for number in range(0, 1203, 200))))
    await journal.flush()
    assert sizes(journal.place)["blob"] == 13
    assert await journal.prune(before=1000, chunk=100) == 1203 - 7
    assert sizes(journal.place)["blob"] == 7
    assert len(await journal.runs(limit=5000)) == 8


async def test_one_chunk_may_be_larger_than_one_query_takes(journal: Journal) -> None:
    for number in range(1100):
        await record(journal, f"r{number}", 100, started(), finished())
    assert await journal.prune(before=1000, chunk=5000) == 1100
    assert sizes(journal.place) == {"run": 0, "event": 0, "blob": 0, "blob_use": 0}
