"""A proof in which nothing changed is said again; where anything changed that it rests on, it is made."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Vouch

APP = """
from pathlib import Path
from vouch import App, Gate, Proof, Scripted, scorers

HERE = Path(__file__).parent
beside = (HERE.parent / "beside.txt").read_text()
parts = sorted(part.name for part in (HERE.parent / "parts").iterdir())

def answer(request):
    text = request.messages[-1].text
    if text == "touch":
        (HERE / "notes.md").write_text("written meanwhile")
    return "?" if text == "lost" else text

app = App(name="echo", models=[Scripted(answer)], prompt=f"Say it. {len(parts)}",
          proofs=[Proof("cases.jsonl", scorers.exact(), Gate(claim=0.2))])
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "one").touch()
    (tmp_path / "beside.txt").write_text("a file that the app reads")
    root = tmp_path / "project"
    root.mkdir()
    (root / "vouch.toml").write_text('[apps]\necho = "app:app"\n')
    (root / "app.py").write_text(APP)
    write_cases(root, *(f"word {number}" for number in range(20)))
    settle(tmp_path)
    return root


def write_cases(root: Path, *words: str) -> None:
    lines = [json.dumps({"id": f"c-{place}", "input": word, "expected": word}) for place, word in enumerate(words)]
    (root / "cases.jsonl").write_text("\n".join(lines))


def settle(folder: Path) -> None:
    """What was written lies a while back, as it does when people type."""
    past = time.time() - 60
    for path in folder.rglob("*"):
        os.utime(path, (past, past))


def proofs(root: Path) -> int:
    with sqlite3.connect(root / ".vouch" / "journal.db") as database:
        [(count,)] = database.execute("SELECT count(*) FROM event WHERE kind = 'proof.started'")
    database.close()
    return int(count)


def test_what_would_be_said_again_is_said_at_once(project: Path, vouch: Vouch) -> None:
    first, second = vouch("prove", project), vouch("prove", project)
    assert (first.exit_code, second.exit_code, proofs(project)) == (0, 0, 1)
    *said, again = second.stdout.splitlines()
    assert said[:3] == first.stdout.splitlines()[:3]
    assert "20 of 20 cases from the journal" in said[3]
    assert said[-1] == first.stdout.splitlines()[-1]
    assert again.startswith("  Nothing that it rests on has changed since it was made, 20")
    report = json.loads(vouch("prove", project, "--json", "--concurrency", "3").stdout)
    assert (report["cached"], report["n"], report["usage"], len(report["rows"]), proofs(project)) == (20, 20, {}, 20, 1)
    # Other options ask another question.
    vouch("prove", project, "--no-keep")
    assert proofs(project) == 2
    vouch("prove", project, "--fresh")
    assert proofs(project) == 3


CHANGES: dict[str, Callable[[Path], object]] = {
    "a case": lambda root: write_cases(root, *(f"word {number}" for number in range(19)), "WORD 19"),
    "the app": lambda root: (root / "app.py").write_text(APP + "\n"),
    "a new file": lambda root: (root / "extra.py").write_text("x = 1"),
    "a file beside the project": lambda root: (root.parent / "beside.txt").write_text("other"),
    "a file that is gone": lambda root: (root / ".vouch" / "proofs" / "echo-cases" / "report.md").unlink(),
    "a folder beside the project": lambda root: (root.parent / "parts" / "two").touch(),
    "the journal": lambda root: (
        shutil.rmtree(root / ".vouch" / "journal.db", ignore_errors=True)
        or [path.unlink() for path in (root / ".vouch").glob("journal.db*")]
    ),
    "the environment": lambda _root: os.environ.__setitem__("VOUCH_TEST_WORD", "x"),
    "the seal": lambda root: [path.write_text("{") for path in (root / ".vouch" / "unchanged").iterdir()],
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_made_anew_where_something_changed(
    change: str, project: Path, vouch: Vouch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VOUCH_TEST_WORD", raising=False)
    assert vouch("prove", project).exit_code == 0
    CHANGES[change](project)
    done = vouch("prove", project)
    os.environ.pop("VOUCH_TEST_WORD", None)
    assert "Nothing that it rests on has changed" not in done.stdout
    assert proofs(project) == (1 if change == "the journal" else 2)


def test_another_version_that_is_kept_meanwhile_is_compared_with(project: Path, vouch: Vouch) -> None:
    assert vouch("prove", project).exit_code == 0
    with sqlite3.connect(project / ".vouch" / "journal.db") as database:
        database.execute(
            "INSERT INTO run (name, app, version, key, proof, `case`, started, finished, status, kept, holder, "
            "held_until) VALUES ('later', 'echo', 'v', 'k', 'cases', '', 1, 2, 'ship', 1, '', 0)"
        )
    database.close()
    assert "Nothing that it rests on" not in vouch("prove", project).stdout


@pytest.mark.parametrize("word", ["touch", "lost"])
def test_what_changes_itself_is_always_made(word: str, project: Path, vouch: Vouch) -> None:
    write_cases(project, *(f"word {number}" for number in range(20)), word)
    settle(project)
    vouch("prove", project, "--no-keep")
    done = vouch("prove", project, "--no-keep")
    # A wrong answer is an answer: only the file that was written meanwhile makes a difference, and the next time none.
    assert ("Nothing that it rests on" in done.stdout) is (word == "lost")


def test_what_could_come_out_otherwise_is_asked_again(project: Path, vouch: Vouch) -> None:
    broken = APP.replace('return "?" if text == "lost" else text', "return {}[text] if text == 'lost' else text")
    (project / "app.py").write_text(broken)
    write_cases(project, *(f"word {number}" for number in range(20)), "lost")
    settle(project)
    for _ in range(2):
        assert "1 failed" in vouch("prove", project).stdout
    assert proofs(project) == 2


def test_on_github_it_is_made_since_more_is_told_there(
    project: Path, vouch: Vouch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for _ in range(2):
        vouch("prove", project)
    assert proofs(project) == 2


def test_where_nothing_can_be_noted_it_is_made_each_time(project: Path, vouch: Vouch) -> None:
    (project / ".vouch").mkdir()
    (project / ".vouch" / "unchanged").write_text("a file in its place")
    for _ in range(2):
        assert "20 cases · 20 right" in vouch("prove", project).stdout
    assert proofs(project) == 2
