from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Vouch
from vouch.proof.labelled import read_answers

APP = """
import json
from vouch import App, Case, Dataset, Proof, Scripted, judges, scorers

def judge(request):
    said = request.messages[-1].text
    return json.dumps({"reason": "seen", "answer": "EUR" in said.split("<answer>")[1]})

cases = Dataset("prices", tuple(Case(f"p-{n}", f"What does {n} cost?", source=f"s-{n}") for n in range(40)))
JUDGED = judges.rubric(judges.yes_no("Does it name a price?"), judge=Scripted(judge, name="scripted/judge"))
app = App(
    name="prices",
    models=[Scripted(lambda it: "No idea" if "7" in it.messages[-1].text else "5 EUR", name="scripted/seller")],
    proofs=[SCORERS],
)
"""


@pytest.fixture
def prices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("vouch.toml").write_text('[apps]\nprices = "app:app"\nplain = "plain:app"\ntwo = "two:app"\n')
    Path("app.py").write_text(APP.replace("SCORERS", "Proof(cases, JUDGED)"))
    Path("plain.py").write_text(APP.replace("SCORERS", "Proof(cases, scorers.label())"))
    Path("two.py").write_text(APP.replace("SCORERS", 'Proof(cases, JUDGED), Proof(cases, JUDGED, name="b")'))
    return tmp_path


def test_answers_are_written_labelled_and_prove_the_judge(vouch: Vouch, prices: Path) -> None:
    vouch("prove", "prices")
    done = vouch("cases", "label", "prices", "--wanted", "8")
    assert done.exit_code == 0, done.output
    assert "40 answers of prices are written to labels.jsonl; the first 8 are to be labelled" in done.stdout
    assert "4 of these are answers that the judge failed" in done.stdout
    lines = [json.loads(line) for line in Path("labels.jsonl").read_text().splitlines()]
    assert ["human" in line for line in lines] == [True] * 8 + [False] * 32
    assert sum("7" in line["id"] for line in lines[:8]) == 4
    assert not any("judge" in line for line in lines)
    # The labels of a person who sees every answer as the judge does, but for one.
    for line in lines[:8]:
        line["human"] = "EUR" in line["output"]
    Path("labels.jsonl").write_text("\n".join(map(json.dumps, lines)))
    proven = vouch("prove", "prices", "--judge", "labels.jsonl", "--claim", "0.2", "--json")
    report = json.loads(proven.stdout)
    assert (report["n"], report["labels"], report["found"], report["drawn"]) == (40, 8, 40, "by verdict")
    assert (report["claim"], report["verdict"]) == (0.2, "ship")
    assert report["corrected"]["accuracy"]["n"] == 40
    sample = vouch("prove", "prices", "--judge", "labels.jsonl", "--method", "ppi", "--json")
    assert json.loads(sample.stdout)["drawn"] == "sample"
    wrong = vouch("prove", "prices", "--judge", "labels.jsonl", "--method", "guess")
    assert (wrong.exit_code, "method='guess'" in wrong.stderr) == (2, True)


def test_what_the_judge_said_is_shown_on_demand(vouch: Vouch, prices: Path) -> None:
    vouch("prove", "prices")
    vouch("cases", "label", "prices", "--verdicts", "--to", "seen.jsonl", "--seed", "3")
    lines = [json.loads(line) for line in Path("seen.jsonl").read_text().splitlines()]
    assert all(line["judge"]["passed"] == ("EUR" in line["output"]) for line in lines)
    assert len(read_answers(Path("seen.jsonl")).answers) == 40


def test_mistakes_are_told(vouch: Vouch, prices: Path) -> None:
    for arguments, why in (
        (["prices"], "was not made with version"),
        (["plain"], "no proof of 'prices' has a judge"),
        (["two"], "name one of its proofs with --proof; there are: prices, b"),
        (["prices", "--proof", "other"], "name one of its proofs"),
    ):
        done = vouch("cases", "label", *arguments)
        assert (done.exit_code, why in done.stderr) == (2, True), done.output
