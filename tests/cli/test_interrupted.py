"""Proofs as real processes that are killed, interrupted and started twice: nothing answered is lost or asked again."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from cli.processes import answered, asked, finished, left_open, start, wait_for

CASES = 90

SLOW = """
import asyncio, os
from vouch import App, Gate, Proof, Scripted, scorers

class Slow(Scripted):
    async def answer(self, request):
        # One small write to a file that is only appended to: a record that survives any end of the process.
        os.write(ASKED, f"{request.messages[-1].text}\\n".encode())
        await asyncio.sleep(0.02)
        return await super().answer(request)

ASKED = os.open(os.path.join(os.path.dirname(__file__), "asked.txt"), os.O_CREAT | os.O_APPEND | os.O_WRONLY)
app = App(name="slow", models=[Slow(lambda request: request.messages[-1].text)],
          proofs=[Proof("cases.jsonl", scorers.exact(), Gate(claim=0.9))])
"""


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    (tmp_path / "vouch.toml").write_text('[apps]\nslow = "app:app"\n')
    (tmp_path / "app.py").write_text(SLOW)
    lines = [json.dumps({"id": f"c-{n}", "input": f"question {n}", "expected": f"question {n}"}) for n in range(CASES)]
    (tmp_path / "cases.jsonl").write_text("\n".join(lines))
    (tmp_path / "asked.txt").touch()
    return tmp_path


def test_a_proof_that_is_killed_again_and_again_goes_on_where_it_was(slow: Path) -> None:
    luck = random.Random(20)
    for _ in range(3):
        before, known = len(asked(slow)), answered(slow) if (slow / ".vouch").exists() else set[str]()
        process = start(slow, "--concurrency", "4")
        wait_for(slow, before + luck.randrange(6, 20), process)
        time.sleep(luck.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
        # What was on the disk was not asked again, and is still there.
        assert not known & set(asked(slow)[before:])
        assert known <= answered(slow)
    before, known = len(asked(slow)), answered(slow)
    assert 12 <= len(known) < CASES
    report = finished(start(slow, "--concurrency", "4"))
    assert (report["n"], report["right"], report["cached"], report["verdict"]) == (CASES, CASES, len(known), "ship")
    assert sorted(asked(slow)[before:]) == sorted({f"question {n}" for n in range(CASES)} - known)
    # Each kill lost at most what was in the air.
    assert len(asked(slow)) <= CASES + 3 * 4
    assert [row["case"] for row in report["rows"]] == [f"c-{n}" for n in range(CASES)]
    # The proofs that were killed, and the runs that were in the air, do not stay open.
    assert left_open(slow) == []


def test_ctrl_c_ends_a_proof_cleanly_and_it_goes_on(slow: Path) -> None:
    # One at a time, so that the signal comes long before the end also on a machine that is busy.
    process = start(slow, "--concurrency", "1")
    wait_for(slow, 10, process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert err == "vouch: interrupted; what was done is recorded, the same command goes on from there\n"
    known, before = answered(slow), len(asked(slow))
    assert len(known) >= before - 8
    report = finished(start(slow))
    assert (report["cached"], report["right"]) == (len(known), CASES)
    assert len(asked(slow)) - before == CASES - len(known)


def test_two_proofs_at_once_on_one_journal_both_come_to_the_end(slow: Path) -> None:
    both = [start(slow, "--concurrency", "16"), start(slow, "--concurrency", "16")]
    reports = [finished(process) for process in both]
    assert [(report["n"], report["right"], report["verdict"]) for report in reports] == [(CASES, CASES, "ship")] * 2
    assert len({report["proof_run"] for report in reports}) == 2
    assert answered(slow) == {f"question {n}" for n in range(CASES)}
    with sqlite3.connect(slow / ".vouch" / "journal.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        scores = database.execute("SELECT run, count(*) FROM event WHERE kind = 'score.given' GROUP BY run").fetchall()
        gaps = "SELECT run FROM event GROUP BY run HAVING count(*) <> max(seq) + 1 OR min(seq) <> 0"
        assert database.execute(gaps).fetchall() == []
    database.close()
    assert [count for _, count in scores] == [CASES, CASES]
    folder = slow / ".vouch" / "proofs" / "slow-cases"
    report = json.loads((folder / "report.json").read_bytes())
    assert report["proof_run"] in {report["proof_run"] for report in reports}
    assert len([json.loads(line) for line in (folder / "report.jsonl").read_bytes().splitlines()]) == CASES
    assert (folder / "report.html").read_text().rstrip().endswith("</html>")
    assert left_open(slow) == []
