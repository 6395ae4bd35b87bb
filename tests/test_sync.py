from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest

import vouch
from vouch.app.app import App
from vouch.app.declaration import Gate, Proof
from vouch.errors import AppError, ConfigError, UsageError
from vouch.models.scripted import Scripted
from vouch.proof.prove import Options
from vouch.scorers import label
from vouch.values.case import Case, Dataset

CASES = Dataset("numbers", tuple(Case(f"c-{n}", str(n), str(n)) for n in range(5)))


def echo(*proofs: Proof) -> App:
    return App(name="echo", models=[Scripted(lambda request: request.messages[-1].text)], proofs=proofs)


def test_a_question_is_answered_and_recorded_where_the_project_says(tmp_path: Path) -> None:
    (tmp_path / "vouch.toml").write_text('database = "here.db"\n')
    below = tmp_path / "deep" / "below"
    below.mkdir(parents=True)
    result = vouch.run(echo(), "hello", folder=below)
    assert (result.status, result.output) == ("answered", "hello")
    assert (tmp_path / "here.db").is_file()
    assert not (below / ".vouch").exists()


def test_without_a_project_the_usual_settings_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert vouch.run(echo(), "hello").output == "hello"
    assert vouch.run(echo(), "again", folder=str(tmp_path)).output == "again"
    assert (tmp_path / ".vouch" / "journal.db").is_file()


def test_a_project_file_with_a_mistake_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "vouch.toml").write_text("databse = 'here.db'\n")
    with pytest.raises(ConfigError, match="did you mean 'database'"):
        vouch.run(echo(), "hello", folder=tmp_path)
    assert not (tmp_path / ".vouch").exists()


def test_the_only_proof_or_the_one_of_a_name_is_run(tmp_path: Path) -> None:
    one, other = Proof(CASES, label(), name="one"), Proof(CASES, label(), Gate(claim=0.9), name="other")
    assert vouch.prove(echo(one), folder=tmp_path).proof == "one"
    report = vouch.prove(echo(one, other), proof="other", folder=tmp_path, options=Options(concurrency=2))
    assert (report.proof, report.right, report.verdict, report.cached) == ("other", 5, "undecided", 5)
    with pytest.raises(AppError, match="app 'echo' has no one proof ''; give the name of one: one, other"):
        vouch.prove(echo(one, other), folder=tmp_path)
    with pytest.raises(AppError, match="has no one proof 'third'; give the name of one: one, other"):
        vouch.prove(echo(one, other), proof="third", folder=tmp_path)
    with pytest.raises(AppError, match=r"has no proofs; add: proofs=\[Proof\("):
        vouch.prove(echo(), folder=tmp_path)


def test_cases_lie_where_the_project_is(tmp_path: Path) -> None:
    (tmp_path / "vouch.toml").write_text("")
    (tmp_path / "below").mkdir()
    (tmp_path / "cases.jsonl").write_text('{"input": "a", "expected": "a"}\n')
    assert vouch.prove(echo(Proof("cases.jsonl", label())), folder=tmp_path / "below").right == 1


async def test_within_a_running_loop_it_says_what_to_call_instead(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"an event loop, and one is running already; await those of `vouch.app.run`"):
        vouch.run(echo(), "hello", folder=tmp_path)


async def test_a_notebook_waits_for_its_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    for _cell in range(2):
        assert vouch.run(echo(), "hello", folder=tmp_path).output == "hello"
        report = vouch.prove(echo(Proof(CASES, label())), folder=tmp_path)
        assert (report.n, report.right) == (5, 5)
    assert report.cached == 5
    with pytest.raises(AppError, match="has no proofs"):
        vouch.prove(echo(), folder=tmp_path)
