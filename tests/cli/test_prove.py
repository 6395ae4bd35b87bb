from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest

from cli.conftest import Vouch
from vouch.proof.certificate import Issued
from vouch.proof.report import Report

Parity = Callable[..., Path]


def test_a_proof_ships_and_leaves_its_reports(vouch: Vouch, parity: Parity) -> None:
    root = parity()
    done = vouch("prove", root)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith("SHIP  parity · cases  ")
    assert lines[1].startswith("  60 cases · 60 right = 100 %; at 95 % confidence >= 95.1 % is proven (claimed 90 %).")
    folder = root / ".vouch" / "proofs" / "parity-cases"
    assert lines[-1] == f"  Report: {folder / 'report.html'}"
    assert sorted(path.name for path in folder.iterdir()) == [
        "certificate.json",
        "junit.xml",
        "report.html",
        "report.json",
        "report.jsonl",
        "report.md",
    ]
    report = msgspec.json.decode((folder / "report.json").read_bytes(), type=Report)
    assert (report.n, report.right, len(report.rows), report.verdict) == (60, 60, 60, "ship")
    certificate = msgspec.json.decode((folder / "certificate.json").read_bytes(), type=Issued).certificate
    assert (certificate.app_version, certificate.proof_run) == (report.app_version, report.proof_run)
    suites = ET.parse(folder / "junit.xml").getroot()
    assert len(list(suites.iter("testcase"))) == 61
    assert "<html" in (folder / "report.html").read_text()


def test_a_proof_that_is_not_proven_is_undecided_and_one_that_is_refuted_held(vouch: Vouch, parity: Parity) -> None:
    undecided = vouch("prove", parity(claim=0.99))
    assert undecided.exit_code == 3
    assert "UNDECIDED" in undecided.stdout
    folder = parity() / ".vouch" / "proofs" / "parity-cases"
    assert not (folder / "certificate.json").exists()
    assert vouch("prove", parity(claim=0.9)).exit_code == 0
    assert (folder / "certificate.json").exists()
    wrong = [str(number) for number in range(21, 60, 2)]
    held = vouch("prove", parity(claim=0.9, wrong=wrong, version="-2"))
    assert held.exit_code == 1
    assert held.stdout.startswith("HOLD  ")
    assert "vouch trace c-21 c-23" in held.stdout
    assert "Against the last version: 0 better, 20 worse" in held.stdout
    # No certificate is left beside a report that proves nothing.
    assert not (folder / "certificate.json").exists()
    shown = vouch("trace", "--in", parity(), "c-21")
    assert "output: even" in shown.stdout


def test_json_is_the_whole_report_and_a_second_proof_asks_nothing(vouch: Vouch, parity: Parity) -> None:
    root = parity()
    first = msgspec.json.decode(vouch("prove", root, "--json").stdout, type=Report)
    assert (first.cached, first.kept, len(first.rows)) == (0, True, 60)
    done = vouch("prove", root, "--json", "--concurrency", "2")
    second = msgspec.json.decode(done.stdout, type=Report)
    # Nothing changed, so it is not made again, but said again.
    assert (second.cached, second.proof_run, second.rows) == (60, first.proof_run, first.rows)
    assert done.stderr == ""
    fresh = json.loads(vouch("prove", root, "--json", "--fresh", "--no-keep").stdout)
    assert (fresh["cached"], fresh["kept"]) == (0, False)
    undecided = json.loads(vouch("prove", parity(claim=0.99), "--json", "--keep").stdout)
    assert (undecided["verdict"], undecided["kept"]) == ("undecided", True)


def test_reports_go_where_they_are_wanted(vouch: Vouch, parity: Parity, tmp_path: Path) -> None:
    root = parity()
    to = tmp_path / "deep" / "reports"
    done = vouch("prove", root, "--to", to)
    assert f"Report: {to / 'report.html'}" in done.stdout
    assert (to / "junit.xml").is_file()
    assert not (root / ".vouch" / "proofs").exists()
    (tmp_path / "file").write_text("")
    refused = vouch("prove", root, "--to", tmp_path / "file" / "below")
    assert refused.exit_code == 2
    assert f"the reports cannot be written to '{tmp_path / 'file' / 'below'}' (Not a directory)" in refused.stderr
    assert "--to FOLDER" in refused.stderr


SEVERAL = """
from vouch import App, Case, Dataset, Gate, Proof, Scripted, scorers
few = tuple(Case(f"f-{n}", str(n), str(n)) for n in range(8))
def proof(name, claim):
    return Proof(Dataset(name, few), scorers.label(), Gate(claim=claim), name=name)
echo = Scripted(lambda request: request.messages[-1].text)
none = Scripted(lambda request: "?", name="scripted/none")
app = App(name="a/b", models=[echo], proofs=[proof("easy", 0.5), proof("a hard/../one", 0.99)])
wrong = App(name="wrong", models=[none], proofs=[proof("easy", 0.5), proof("open", None)])
bare = App(name="bare", models=[echo])
"""


def test_an_app_with_several_proofs_is_as_good_as_the_worst(vouch: Vouch, parity: Parity, tmp_path: Path) -> None:
    root = parity()
    (root / "app.py").write_text(SEVERAL)
    (root / "vouch.toml").write_text('[apps]\napp = "app:app"\nwrong = "app:wrong"\nbare = "app:bare"\n')
    done = vouch("prove", f"{root}:app", "--json")
    assert done.exit_code == 3
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(report["proof"], report["verdict"]) for report in reports] == [
        ("easy", "ship"),
        ("a hard/../one", "undecided"),
    ]
    # Names are data: they lead out of no folder.
    assert sorted(path.name for path in (root / ".vouch" / "proofs").iterdir()) == ["a_b-a_hard_.._one", "a_b-easy"]
    assert vouch("prove", f"{root}:wrong").exit_code == 1
    # It was kept, and is this version itself: nothing can have become worse.
    assert vouch("prove", f"{root}:app", "--proof", "easy").exit_code == 0
    vouch("prove", f"{root}:app", "--to", tmp_path / "to")
    assert sorted(path.name for path in (tmp_path / "to").iterdir()) == ["a_hard_.._one", "easy"]
    unknown = vouch("prove", f"{root}:app", "--proof", "esay")
    assert unknown.exit_code == 2
    assert "app 'a/b' has no proof 'esay'; there are: easy, a hard/../one" in unknown.stderr
    bare = vouch("prove", f"{root}:bare")
    assert bare.exit_code == 2
    assert "app 'bare' has no proofs; add: proofs=[Proof('cases.jsonl', scorers.label())]" in bare.stderr


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        (None, "there is no file of cases"),
        (b"", "holds no cases; write a line a case"),
        (b'{"id": "a", "input": "1"}\n{"id": "a", "input": "2"}', "line 2: id 'a' is already used on line 1"),
        (b'{"input": "\xff"}', "line 1: not UTF-8 text (byte 0xff); save it as UTF-8"),
        (b"[]\n{}\nx", "line 1: Expected `object`, got `array`; line 2: "),
    ],
)
def test_bad_cases_are_one_line_and_nothing_is_asked(
    vouch: Vouch, parity: Parity, cases: bytes | None, said: str
) -> None:
    root = parity()
    file = root / "cases.jsonl"
    file.unlink() if cases is None else file.write_bytes(cases)
    done = vouch("prove", root)
    assert done.exit_code == 2
    assert done.stderr.startswith("vouch: error: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert vouch("trace", "--in", root).stdout == "No runs are recorded yet.\n"


def damaged(root: Path) -> str:
    (root / ".vouch" / "journal.db").write_bytes(b"not a database at all, but long enough " * 200)
    return "is damaged or not a database; move it away (a new one is made), or put back a backup"


def newer(root: Path) -> str:
    with sqlite3.connect(root / ".vouch" / "journal.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    return "has schema step '9999', which is newer than this Vouch knows"


def foreign(root: Path) -> str:
    (root / ".vouch" / "journal.db").unlink()
    with sqlite3.connect(root / ".vouch" / "journal.db") as database:
        database.execute("CREATE TABLE things (name TEXT)")
    database.close()
    return "is a database, but not one of Vouch (tables: things)"


def in_the_way(root: Path) -> str:
    for file in (root / ".vouch").iterdir():
        file.unlink()
    (root / ".vouch").rmdir()
    (root / ".vouch").write_text("a file where the folder should be")
    return "cannot be made or looked into"


@pytest.mark.parametrize("harm", [damaged, newer, foreign, in_the_way])
def test_a_database_that_cannot_be_used_is_one_line_and_code_2(
    vouch: Vouch, parity: Parity, harm: Callable[[Path], str]
) -> None:
    root = parity(n=3)
    assert vouch("run", root, "7").exit_code == 0
    said = harm(root)
    for command in (["prove", root], ["run", root, "7"], ["trace", "--in", root]):
        done = vouch(*command)
        assert done.exit_code == 2
        assert done.stderr.startswith("vouch: the journal: ")
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
        assert done.stdout == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_one_line_and_code_2(vouch: Vouch, parity: Parity) -> None:
    root = parity(n=3)
    root.chmod(0o500)
    try:
        done = vouch("prove", root)
    finally:
        root.chmod(0o700)
    assert done.exit_code == 2
    assert done.stderr.startswith("vouch: the journal: ")
    assert "Permission denied" in done.stderr
