"""Proofs of a judge as real processes that are killed, interrupted and started twice: no verdict is lost."""

from __future__ import annotations

import json
import random
import signal
import time
from pathlib import Path

import pytest

from cli.processes import asked, finished, left_open, start, wait_for

ANSWERS = 260
AT_ONCE = 50

SLOW = """
import asyncio, json, os
from vouch import App, Case, Dataset, Proof, Scripted, judges

class Slow(Scripted):
    async def answer(self, request):
        # One small write to a file that is only appended to: a record that survives any end of the process.
        os.write(ASKED, f"{request.messages[-1].text.split('word ')[1].split()[0]}\\n".encode())
        await asyncio.sleep(0.05)
        return await super().answer(request)

ASKED = os.open(os.path.join(os.path.dirname(__file__), "asked.txt"), os.O_CREAT | os.O_APPEND | os.O_WRONLY)
says = lambda request: json.dumps({"reason": "seen", "answer": True})
judge = judges.rubric(judges.yes_no("Is it a word?"), judge=Slow(says, name="scripted/judge"))
app = App(name="slow", models=[Scripted(["x"])], proofs=[Proof(Dataset("one", (Case("c", "?"),)), judge)])
"""


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    (tmp_path / "vouch.toml").write_text('[apps]\nslow = "app:app"\n')
    (tmp_path / "app.py").write_text(SLOW)
    lines = [{"id": f"a-{n}", "input": "Say a word.", "output": f"word {n} .", "human": True} for n in range(ANSWERS)]
    (tmp_path / "labelled.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (tmp_path / "asked.txt").touch()
    return tmp_path


def judging(root: Path) -> tuple[Path, str, str]:
    return root, "--judge", str(root / "labelled.jsonl")


def test_a_proof_of_a_judge_that_is_killed_again_and_again_goes_on_where_it_was(slow: Path) -> None:
    luck = random.Random(5)
    for _ in range(2):
        process = start(*judging(slow))
        wait_for(slow, len(asked(slow)) + luck.randrange(20, 60), process)
        time.sleep(luck.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    assert left_open(slow) != []
    report = finished(start(*judging(slow)))
    assert (report["n"], report["labels"], report["unscored"]) == (ANSWERS, ANSWERS, 0)
    assert report["found"] + report["calls"] == ANSWERS
    # Each kill lost at most what was in the air, or on its way to the disk.
    assert ANSWERS <= len(asked(slow)) <= ANSWERS + 2 * 2 * AT_ONCE
    assert set(asked(slow)) == {str(n) for n in range(ANSWERS)}
    assert left_open(slow) == []


def test_ctrl_c_ends_a_proof_of_a_judge_cleanly_and_it_goes_on(slow: Path) -> None:
    process = start(*judging(slow))
    wait_for(slow, 60, process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err == "vouch: interrupted; what was done is recorded, the same command goes on from there\n"
    assert left_open(slow) == []
    assert not (slow / ".vouch" / "proofs" / "judge-one.json").exists()
    before = len(asked(slow))
    report = finished(start(*judging(slow)))
    assert (report["n"], report["unscored"], report["calls"]) == (ANSWERS, 0, len(asked(slow)) - before)
    assert report["found"] >= before - AT_ONCE


def test_two_proofs_of_a_judge_at_once_both_come_to_the_end(slow: Path) -> None:
    reports = [finished(process) for process in [start(*judging(slow)), start(*judging(slow))]]
    assert [(report["n"], report["unscored"], report["verdict"]) for report in reports] == [(ANSWERS, 0, "ship")] * 2
    assert len({report["proof_run"] for report in reports}) == 2
    file = slow / ".vouch" / "proofs" / "judge-one.json"
    assert json.loads(file.read_bytes())["proof_run"] in {report["proof_run"] for report in reports}
    assert len(file.with_suffix(".jsonl").read_bytes().splitlines()) == ANSWERS
    assert left_open(slow) == []


def test_answers_that_are_edited_meanwhile_are_judged_as_they_were(slow: Path) -> None:
    process = start(*judging(slow))
    wait_for(slow, 5, process)
    (slow / "labelled.jsonl").write_text('{"input": "Say a word.", "output": "word 9 .", "human": false}')
    report = finished(process)
    assert (report["n"], report["labels"]) == (ANSWERS, ANSWERS)
    # What was said of the old answers is not said of the new.
    process = start(*judging(slow))
    out, _ = process.communicate(timeout=60)
    assert json.loads(out)["n"] == 1
