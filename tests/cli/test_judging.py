from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.conftest import Vouch

APP = """
import json
from vouch import App, Case, Dataset, Proof, Scripted, judges, scorers

def judge(request):
    said = request.messages[-1].text
    return json.dumps({"reason": "seen", "answer": "EUR" in said.split("<answer>")[1]})

cases = Dataset("prices", tuple(Case(f"p-{n}", f"What does {n} cost?") for n in range(20)))
JUDGED = judges.rubric(judges.yes_no("Does it name a price?"), judge=Scripted(judge, name="scripted/judge"))
app = App(
    name="prices",
    models=[Scripted(lambda it: "No idea" if "7" in it.messages[-1].text else "5 EUR", name="scripted/seller")],
    proofs=[SCORERS],
)
"""


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    (tmp_path / "vouch.toml").write_text('[apps]\nprices = "app:app"\nplain = "plain:app"\n')
    (tmp_path / "app.py").write_text(APP.replace("SCORERS", "Proof(cases, JUDGED)"))
    (tmp_path / "plain.py").write_text(APP.replace("SCORERS", "Proof(cases, scorers.label())"))
    lines = [
        {
            "id": f"a-{n}",
            "input": f"What does {n} cost?",
            "output": "5 EUR" if n % 3 else "It depends",
            "human": bool(n % 3) or n == 9,
        }
        for n in range(30)
    ]
    (tmp_path / "labelled.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return tmp_path


def test_an_app_is_proven_by_a_judge(vouch: Vouch, prices: Path) -> None:
    done = vouch("prove", f"{prices}:prices", "--json")
    report = json.loads(done.stdout)
    assert (report["right"], report["n"], report["unscored"]) == (18, 20, 0)
    assert "No idea" in vouch("trace", "--in", prices, "p-7").stdout
    judged = vouch("trace", "--in", prices, "judge:p-7")
    assert "judge:rubric" in judged.stdout
    assert "scripted/judge" in judged.stdout


def test_its_judge_is_proven_on_labelled_answers(vouch: Vouch, prices: Path) -> None:
    done = vouch("prove", f"{prices}:prices", "--judge", prices / "labelled.jsonl")
    assert done.exit_code == 0, done.stdout
    lines = done.stdout.splitlines()
    assert lines[0].startswith("rubric('Does it name a price?', judge='scripted/judge'")
    assert lines[1].startswith("  30 answers, 30 labels by people: judge and people agree on 96.7 % (")
    file = prices / ".vouch" / "proofs" / "judge-prices.json"
    assert lines[-1] == f"  Report: {file}"
    assert json.loads(file.read_text())["disagree"] == ["a-9"]
    told = vouch("prove", f"{prices}:prices", "--judge", prices / "labelled.jsonl", "--json", "--to", prices / "out")
    assert json.loads(told.stdout)["found"] == 30
    assert (prices / "out" / "judge-prices.json").is_file()


def test_mistakes_are_told(vouch: Vouch, prices: Path) -> None:
    done = vouch("prove", f"{prices}:plain", "--judge", prices / "labelled.jsonl")
    assert (done.exit_code, "no proof of app 'prices' has a judge" in done.stderr) == (2, True)
    done = vouch("prove", f"{prices}:prices", "--judge", prices / "none.jsonl")
    assert (done.exit_code, "there is no file of answers" in done.stderr) == (2, True)
    done = vouch("prove", f"{prices}:prices", "--judge", prices / "labelled.jsonl", "--to", prices / "app.py")
    assert (done.exit_code, "name another folder" in done.stderr) == (2, True)


def test_a_judge_of_which_nothing_changed_is_said_again_and_one_that_fails_is_asked(vouch: Vouch, prices: Path) -> None:
    asked = ("prove", f"{prices}:prices", "--judge", prices / "labelled.jsonl")
    first, second = vouch(*asked), vouch(*asked)
    assert (first.exit_code, second.exit_code) == (0, 0)
    *said, again = second.stdout.splitlines()
    assert again.startswith("  Nothing that it rests on has changed since it was made")
    assert said[:2] == first.stdout.splitlines()[:2]
    assert said[-2] == "  0.0 s · 0 calls of the judge · 30 from the journal"
    report = json.loads(vouch(*asked, "--json").stdout)
    assert (report["calls"], report["found"], report["n"]) == (0, 30, 30)
    broken = (prices / "app.py").read_text().replace('"answer": "EUR" in', '"answer": 7 or "EUR" in')
    (prices / "app.py").write_text(broken.replace("scripted/judge", "scripted/broken"))
    for _ in range(2):
        told = vouch(*asked)
        assert "that the judge gave no verdict on" in told.stdout
        assert "Nothing that it rests on" not in told.stdout
