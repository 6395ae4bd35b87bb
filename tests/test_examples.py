"""The examples as their users run them: through the command, with the real sentence encoder."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from vouch.cli.main import program
from vouch.project.project import Project

ROOT = Path(__file__).parents[1]

PHRASES = {
    "card_lost": ["I lost my card", "my card is gone", "someone stole my card", "I cannot find my bank card"],
    "pin_change": ["how do I change my PIN", "I want a new PIN", "set another PIN code", "my PIN should be different"],
    "top_up_failed": ["my top up failed", "the top up did not go through", "topping up was refused", "top-up declined"],
}
WAYS = ("{}", "hello, {}", "please help: {}", "{} today", "{} and I am worried")


@pytest.fixture
def banking(tmp_path: Path) -> Iterator[Path]:
    """A copy of the example, so that nothing is recorded in the checkout."""
    path = list(sys.path)
    shutil.copytree(ROOT / "examples" / "banking", tmp_path / "banking", ignore=shutil.ignore_patterns(".vouch"))
    yield tmp_path / "banking"
    sys.path[:] = path


def vouch(*arguments: str | Path) -> Result:
    line = [str(argument) for argument in arguments]
    return CliRunner().invoke(program(line), line)


def messages(file: Path, *, test: bool) -> Path:
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["split", "text", "label"])
        for label, phrases in PHRASES.items():
            for phrase in phrases:
                for number, way in enumerate(WAYS):
                    split = "test" if test and number == 4 else "train"
                    rows.writerow([split, way.format(phrase), label])
    return file


def test_banking_learns_from_its_training_rows_and_is_proven_on_the_others(banking: Path, tmp_path: Path) -> None:
    data = messages(tmp_path / "bank.csv", test=True)
    done = vouch("prove", banking, "--data", data, "--json")
    assert done.exit_code in (0, 3), done.output
    report = json.loads(done.stdout)
    assert (report["n"], report["dataset"], report["proof"]) == (12, "bank.csv", "messages")
    assert report["right"] >= 10
    assert report["unscored"] == 0
    assert {row["expected"] for row in report["rows"]} == set(PHRASES)
    assert all(0 < row["confidence"] <= 1 for row in report["rows"])
    asked = vouch("run", banking, "oh no, my card has been stolen!", "--data", data)
    assert (asked.exit_code, asked.stdout) == (0, "card_lost\n")
    again = json.loads(vouch("prove", banking, "--data", data, "--json").stdout)
    assert again["cached"] == 12


def test_without_test_rows_every_fifth_is_held_out_always_the_same(banking: Path, tmp_path: Path) -> None:
    data = messages(tmp_path / "bank.csv", test=False)
    first, second = (json.loads(vouch("prove", banking, "--data", data, "--json").stdout) for _ in range(2))
    assert first["n"] == 12
    assert second["cached"] == 12
    assert first["dataset_digest"] == second["dataset_digest"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read (No such file or directory); give a CSV file with split, text and label"),
        ("", "has no rows with the columns split, text and label"),
        ("text,label\nhello,greeting\n", "has no rows with the columns split, text and label"),
        (
            "split,text,label\ntrain,a,x\ntrain,b\n",
            "row 3: {'split': 'train', 'text': 'b', 'label': None}: give split (train or test), text and label",
        ),
        ("split,text,label\n", "has no rows"),
        (b"split,text,label\ntrain,caf\xe9,x\n", "is not CSV in UTF-8 ('utf-8' codec can't decode byte 0xe9"),
        (
            "split,text,label\ntrain,one,x\ntrain,two,x\ntest,three,x\n",
            "has 2 training rows with fewer than two labels",
        ),
        ("split,text,label\ntest,three,x\ntest,four,y\n", "has 0 training rows with fewer than two labels"),
        ("split,text,label\ntrain,one,x\ntrain,two,y\nvalidation,three,x\n", "row 4: {'split': 'validation'"),
        ("split,text,label\ntrain,\0,x\x00\n" + "x" * 200_000, "is not CSV in UTF-8 ("),
    ],
)
def test_a_file_that_does_not_fit_is_one_line_and_code_2(
    banking: Path, tmp_path: Path, content: str | bytes | None, said: str
) -> None:
    data = tmp_path / "bank.csv"
    if content is not None:
        data.write_bytes(content if isinstance(content, bytes) else content.encode())
    done = vouch("prove", banking, "--data", data)
    assert done.exit_code == 2, done.output
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


def test_banking_needs_its_data(banking: Path) -> None:
    done = vouch("run", banking, "hello")
    assert done.exit_code == 2
    assert "app 'banking' is made from data; give it: --data PATH" in done.stderr


def test_triage_sorts_most_messages_right_and_the_worse_version_is_another(tmp_path: Path) -> None:
    root = tmp_path / "triage"
    shutil.copytree(ROOT / "examples" / "triage", root, ignore=shutil.ignore_patterns(".vouch", "__pycache__"))
    cases = (root / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    (root / "cases.jsonl").write_text("\n".join(cases[::10]), encoding="utf-8")
    report = json.loads(vouch("prove", f"{root}:triage", "--json").stdout)
    assert (len(cases), report["n"]) == (500, 50)
    assert report["right"] >= 40
    project = Project.find(root)
    assert project.app("triage").version == report["app_version"] != project.app("worse").version
