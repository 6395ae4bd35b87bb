from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cli.conftest import Vouch
from vouch.bench.line import Line


@pytest.fixture
def sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two small sets in one folder; the journal goes into a project in another."""
    folder = tmp_path / "sets"
    folder.mkdir()
    rows = [f"{'test' if place < 3 else 'train'},text {place},{place % 2}" for place in range(9)]
    (folder / "sst2.csv").write_text("split,text,label\n" + "\n".join(rows), "utf-8")
    (folder / "xsum").mkdir()
    (folder / "xsum" / "test.jsonl").write_text('{"document": "Cats sleep. So do dogs.", "summary": "Cats sleep."}\n')
    (folder / "xsum" / "train.jsonl").write_text('{"document": "A.", "summary": "A."}\n')
    project = tmp_path / "project"
    project.mkdir()
    (project / "vouch.toml").write_text("")
    monkeypatch.chdir(project)
    return folder


def test_one_table_of_several_tasks(vouch: Vouch, sets: Path) -> None:
    done = vouch("bench", "sst2", "xsum", "--data", sets)
    assert (done.exit_code, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [line[:2] for line in lines if line[:1] in (["sst2"], ["xsum"])] == [
        ["sst2", "baseline/frequent"],
        ["sst2", "local/classifier"],
        ["xsum", "baseline/lead"],
    ]
    assert "xsum: the rows asked are from test" in done.stdout
    assert Path(".vouch/journal.db").is_file()


def test_json_is_a_line_a_line(vouch: Vouch, sets: Path) -> None:
    done = vouch(
        "bench", "xsum", "--data", sets / "xsum", "--json", "--models", " baseline/lead, ", "--temperature", "-1"
    )
    [line] = [msgspec.json.decode(text, type=Line) for text in done.stdout.splitlines()]
    assert (line.model, line.figure.name, line.figure.interval.estimate, line.n) == ("baseline/lead", "ROUGE-L", 1.0, 1)
    assert [figure.name for figure in line.more] == ["rouge(unit='1', stemmed=True)", "rouge(unit='2', stemmed=True)"]


def test_without_a_project_the_journal_lies_here(
    vouch: Vouch, sets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    assert vouch("bench", "sst2", "--data", sets, "--models", "baseline/frequent").exit_code == 0
    assert Path(".vouch/journal.db").is_file()


def test_the_embedder_is_opened_when_it_is_wanted(vouch: Vouch, sets: Path) -> None:
    rows = '{"tokens": ["Ada", "sleeps"], "tags": ["B-person", "O"]}\n'
    (sets / "wnut17.jsonl").write_text(rows * 10, "utf-8")
    done = vouch("bench", "wnut17", "--data", sets, "--models", "baseline/tagger", "--json")
    assert msgspec.json.decode(done.stdout, type=Line).figure.interval.estimate == 1.0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("sst", "--data", "."), "there is no task 'sst'; did you mean 'sst2'?"),
        (("sst2", "--data", "nowhere"), "neither a file nor a folder"),
        (("sst2", "--data", ".", "--shots", "0,x"), "--shots '0,x': whole numbers"),
        (("sst2", "--data", ".", "--split", "all"), "--split 'all': train, dev or test is wanted"),
        (("sst2", "--data", ".", "--select", "best"), "select='best'"),
        (("sst2", "rte", "--data", "."), "no file or folder that is called sst2"),
    ],
)
def test_a_mistake_is_one_line(vouch: Vouch, sets: Path, arguments: tuple[str, ...], told: str) -> None:
    done = vouch("bench", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
