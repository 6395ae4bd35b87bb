from __future__ import annotations

from typing import Any

import msgspec

from vouch import scorers
from vouch.app.app import App
from vouch.app.declaration import Gate, Proof
from vouch.app.house import House
from vouch.journal.recorder import Recorder
from vouch.models.scripted import Scripted
from vouch.proof.baseline import Baseline, read_baseline, read_report
from vouch.proof.prove import Options, prove
from vouch.proof.report import Report
from vouch.values.case import Case, Dataset
from vouch.values.digest import digest
from vouch.values.event import ProofFinished, ProofStarted, RunFinished, RunStarted, ScoreGiven
from vouch.values.identifier import new_id

CASES = tuple(Case(f"c-{number}", str(number), str(number)) for number in range(6))
PROOF = Proof(Dataset("numbers", CASES), scorers.label(), Gate())


def app(name: str, *wrong: str) -> App:
    model = Scripted(lambda request: "?" if (text := request.messages[-1].text) in wrong else text, name=f"a/{name}")
    return App(name="numbers", models=[model], proofs=[PROOF])


def runs_of(baseline: Baseline, content: str) -> tuple[bool, ...]:
    place = baseline.place(content)
    assert place is not None
    return baseline.runs(place)


async def test_without_a_kept_proof_there_is_no_baseline(house: House) -> None:
    assert await read_baseline(house.journal, "numbers", "numbers") is None
    await prove(app("first"), PROOF, house, options=Options(keep=False))
    assert await read_baseline(house.journal, "numbers", "numbers") is None
    assert await read_report(house.journal, "no such key") is None


async def test_the_baseline_is_the_last_kept_proof_of_this_app_and_name(house: House) -> None:
    first = await prove(app("first", "1"), PROOF, house, options=Options(keep=True))
    second = await prove(app("second", "2", "3"), PROOF, house, options=Options(keep=True))
    await prove(app("third"), PROOF, house, options=Options(keep=False))
    baseline = await read_baseline(house.journal, "numbers", "numbers")
    assert baseline is not None
    assert baseline.run == second.proof_run != first.proof_run
    assert [runs_of(baseline, digest(case)) for case in CASES] == [
        (right,) for right in (True, True, False, False, True, True)
    ]
    assert await read_baseline(house.journal, "numbers", "other") is None
    assert await read_baseline(house.journal, "letters", "numbers") is None


async def record(house: House, key: str, *bodies: Any) -> str:
    recorder = Recorder(house.journal, new_id())
    started = ProofStarted(
        app="a", version="v", proof="p", dataset="d", dataset_digest="dd", scorer="label", n=1, key=key
    )
    await recorder.add(started, *bodies)
    return recorder.run


async def test_only_answers_with_full_marks_were_right(house: House) -> None:
    def score(content: str, value: float | None, status: Any = "answered") -> ScoreGiven:
        return ScoreGiven(case=content, run="r", scorer="label", value=value, content=content, status=status)

    scores = (score("full", 1.0), score("half", 0.5), score("none", None), score("failed", 1.0, "failed"))
    await record(house, "key", *scores, ProofFinished(verdict="ship", kept=True, report="{}"))
    baseline = await read_baseline(house.journal, "a", "p")
    assert baseline is not None
    right = {content: runs_of(baseline, content) for content in ("full", "half", "none", "failed")}
    assert right == {"full": (True,), "half": (False,), "none": (False,), "failed": (False,)}
    assert baseline.place("other") is None


async def test_a_report_is_found_again_by_its_content_and_an_unreadable_one_is_not(house: House) -> None:
    report = Report(
        app="a",
        app_version="v",
        proof="p",
        dataset="d",
        dataset_digest="dd",
        scorer="label",
        n=1,
        answered=1,
        right=1,
        verdict="ship",
        confidence=0.95,
    )
    encoded = msgspec.json.encode(report).decode()
    await record(house, "whole", ProofFinished(verdict="ship", kept=False, report=encoded))
    assert await read_report(house.journal, "whole") == report
    await record(house, "old", ProofFinished(verdict="ship", kept=False, report='{"of": "another shape"}'))
    assert await read_report(house.journal, "old") is None
    await record(house, "open")
    assert await read_report(house.journal, "open") is None
    started = RunStarted(app="a", version="v", key="a run's", input="?")
    await house.journal.append("a-run", 0, started, RunFinished(status="answered"))
    assert await read_report(house.journal, "a run's") is None
