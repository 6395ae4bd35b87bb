from __future__ import annotations

from pathlib import Path

from vouch.journal.journal import Journal
from vouch.store.glance import has_ended, last_kept
from vouch.values.event import ProofFinished, ProofStarted, RunFinished, RunStarted


def started(proof: str) -> ProofStarted:
    return ProofStarted(app="a", version="v", proof=proof, dataset="d", dataset_digest="x", scorer="s", n=1, key="k")


async def test_a_run_that_ended_and_the_last_kept_proof_are_seen_beside_a_writer(tmp_path: Path) -> None:
    place = tmp_path / "a ?#%.db"
    async with await Journal.open(place) as journal:
        for run in ("first", "second"):
            await journal.append(run, 0, started("p"), ProofFinished(verdict="ship", kept=True, report="{}"))
        await journal.append("third", 0, started("p"), ProofFinished(verdict="ship", kept=False, report="{}"))
        await journal.append("open", 0, RunStarted(app="a", version="v", key="k", input="i"))
        await journal.append("stopped", 0, started("q"), RunFinished(status="stopped"))
        await journal.flush()
        assert [has_ended(place, run) for run in ("first", "third", "open", "stopped", "none")] == [
            True,
            True,
            False,
            False,
            False,
        ]
    assert (last_kept(place, "a", "p"), last_kept(place, "a", "q"), last_kept(place, "b", "p")) == ("second", "", "")


def test_what_cannot_be_seen_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database at all, however long this text may be" * 100)
    assert not has_ended(tmp_path / "text", "run")
    assert last_kept(tmp_path / "none", "a", "p") == ""
    assert not (tmp_path / "none").exists()
