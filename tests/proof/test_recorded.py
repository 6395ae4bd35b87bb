from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from vouch.app.app import App
from vouch.app.declaration import Proof
from vouch.app.house import House
from vouch.errors import UsageError
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted
from vouch.proof.prove import prove
from vouch.proof.recorded import read_outcomes, read_proof
from vouch.proof.report import Report
from vouch.scorers.exact import exact
from vouch.values.case import Case, Dataset
from vouch.values.event import ProofStarted, RunFinished, RunStarted, ScoreGiven

CASES = tuple(Case(f"c-{n}", f"question {n}", f"question {n}" if n else "other", tags=("t",)) for n in range(6))
ECHO = Scripted(lambda request: request.messages[-1].text)


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    async with await Journal.open(tmp_path / "journal.db") as opened:
        yield opened


async def proven(journal: Journal) -> Report:
    proof = Proof(Dataset("all", CASES), exact())
    app = App(name="echo", models=[ECHO], proofs=[proof])
    return await prove(app, proof, House(journal=journal, open_model=lambda _: ECHO))


async def test_a_proof_comes_out_of_the_journal_with_its_rows(journal: Journal) -> None:
    report = await proven(journal)
    found = await read_proof(report.proof_run, journal, CASES)
    assert found.rows == report.rows
    assert (found.right, found.n, found.app_version) == (5, 6, report.app_version)
    assert (await read_proof(report.proof_run[:14], journal, CASES)).proof_run == report.proof_run


async def test_only_cases_that_are_the_same_now_are_found(journal: Journal) -> None:
    report = await proven(journal)
    changed = (Case("c-1", "question 1", "something else"), *CASES[2:4], Case("new", "x"))
    assert [row.case for row in (await read_proof(report.proof_run, journal, changed)).rows] == ["c-2", "c-3"]
    with pytest.raises(UsageError, match=r"no case of the proof .* is the same now"):
        await read_proof(report.proof_run, journal, changed[:1])


async def test_a_report_is_read_from_its_file_or_folder(journal: Journal, tmp_path: Path) -> None:
    report = await proven(journal)
    (tmp_path / "report.json").write_bytes(msgspec.json.encode(report))
    for place in (tmp_path / "report.json", tmp_path):
        assert await read_proof(str(place), journal, ()) == report


async def test_what_is_no_proof_is_told(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{}")
    (tmp_path / "empty").mkdir()
    await journal.append("run-1", 0, RunStarted(app="a", version="v", key="k", input="i"), RunFinished(status="failed"))
    for place, why in (
        ("nothing\0", "neither a report.json nor a recorded proof"),
        ("gone.json", "neither a report.json nor a recorded proof: no run"),
        (str(tmp_path / "bad.json"), "is no report of a proof"),
        (str(tmp_path / "empty"), "cannot be read"),
        ("run-1", "is no proof that ended"),
    ):
        with pytest.raises(UsageError, match=why):
            await read_proof(place, journal, CASES)


async def test_runs_that_are_gone_or_open_are_told_as_they_were_judged(journal: Journal) -> None:
    from vouch.values.digest import digest

    started = ProofStarted(
        app="a", version="v", proof="p", dataset="d", dataset_digest="x", scorer="exact", n=2, key="k"
    )
    gone = ScoreGiven(case="c-0", run="pruned", scorer="exact", value=0.0, content=digest(CASES[0]), why="was wrong")
    left = ScoreGiven(
        case="c-1", run="left", scorer="exact", value=None, content=digest(CASES[1]), status="waiting", confidence=0.5
    )
    other = ScoreGiven(case="c-0", run="pruned", scorer="other", value=1.0, content=digest(CASES[0]))
    await journal.append("proof", 0, started, gone, left, other)
    await journal.append("left", 0, RunStarted(app="a", version="v", key="q", input="question 1"))
    first, second = await read_outcomes(journal, "proof", CASES)
    assert (first.result.output, first.result.why, first.score.value) == ("", "was wrong", 0.0)
    assert (second.result.status, second.result.confidence, second.right) == ("waiting", 0.5, False)
