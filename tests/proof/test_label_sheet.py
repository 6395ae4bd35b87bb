from __future__ import annotations

import json
from pathlib import Path

import pytest

from vouch.app.app import App
from vouch.app.declaration import Proof
from vouch.app.house import House
from vouch.errors import CaseError, UsageError
from vouch.journal.journal import Journal
from vouch.models.scripted import Scripted
from vouch.proof.label_sheet import label_sheet
from vouch.proof.labelled import read_answers
from vouch.proof.prove import prove
from vouch.scorers.exact import exact
from vouch.values.case import Case, Dataset
from vouch.values.message import assistant
from vouch.values.request import Answer, Request

CASES = (*(Case(f"c-{n}", str(n), "yes", tags=("t",), source="s") for n in range(10)), Case("silent", "?"))


def says(request: Request) -> str | Answer:
    text = request.messages[-1].text
    return Answer(assistant(""), finish="abstained") if text == "?" else "no" if text == "3" else "yes"


async def test_every_run_is_a_line_of_its_own_and_fails_come_first(tmp_path: Path) -> None:
    model = Scripted(says)
    proof = Proof(Dataset("all", CASES), exact(), repeats=2)
    app = App(name="a", models=[model], proofs=[proof])
    async with await Journal.open(tmp_path / "journal.db") as journal:
        report = await prove(app, proof, House(journal=journal, open_model=lambda _: model))
        sheet = await label_sheet(journal, report.proof_run, CASES, wanted=4, verdicts=True)
        assert (len(sheet.lines), sheet.wanted, sheet.failed) == (20, 4, 2)
        chosen = [json.loads(line) for line in sheet.lines[:4]]
        assert sorted(line["id"] for line in chosen if line["output"] == "no") == ["c-3", "c-3#2"]
        assert chosen[0]["human"] is None
        assert (chosen[0]["tags"], chosen[0]["source"], chosen[0]["expected"]) == (["t"], "s", "yes")
        everything = await label_sheet(journal, report.proof_run, CASES, wanted=1_000)
        assert everything.wanted == 20
        (tmp_path / "labels.jsonl").write_bytes(b"\n".join(sheet.lines))
        assert len(read_answers(tmp_path / "labels.jsonl").answers) == 20
        with pytest.raises(UsageError, match="1 or more"):
            await label_sheet(journal, report.proof_run, CASES, wanted=0)
        with pytest.raises(CaseError, match="has no answers to the cases as they are now"):
            await label_sheet(journal, report.proof_run, CASES[-1:])
