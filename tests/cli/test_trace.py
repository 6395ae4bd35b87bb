from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Vouch

Parity = Callable[..., Path]


def run_of(vouch: Vouch, root: Path, question: str) -> str:
    return json.loads(vouch("run", root, question, "--json").stdout)["run"]


def test_the_latest_runs_are_listed_with_their_whole_names(vouch: Vouch, parity: Parity) -> None:
    root = parity(n=25)
    assert vouch("trace", "--in", root).stdout == "No runs are recorded yet.\n"
    assert vouch("trace", "--in", root, "--json").stdout == ""
    vouch("prove", root)
    failed, last = run_of(vouch, root, "13"), run_of(vouch, root, "7")
    done = vouch("trace", "--in", root)
    lines = done.stdout.splitlines()
    assert len(lines) == 21
    assert lines[0].split() == ["run", "app", "case", "started", "status"]
    assert lines[1].split()[:3] == [last, "parity", "-"]
    assert lines[1].endswith("answered")
    assert lines[2].startswith(failed)
    assert lines[2].split()[-1] == "failed"
    listed = [json.loads(line) for line in vouch("trace", "--in", root, "--json", "--limit", "100").stdout.splitlines()]
    assert len(listed) == 28
    assert listed[0]["run"] == last
    assert {row["case"] for row in listed} >= {f"c-{number}" for number in range(20, 45)}
    assert vouch("trace", "--in", root, "--app", "other").stdout == "No runs are recorded yet.\n"
    assert vouch("trace", "--in", root, "--app", "parity", "--limit", "1").stdout.splitlines()[1].startswith(last)


def test_every_event_of_one_run_or_of_several_is_shown(vouch: Vouch, parity: Parity) -> None:
    root = parity(n=3)
    vouch("prove", root)
    name = run_of(vouch, root, "7")
    done = vouch("trace", "--in", root, name)
    assert done.stdout.startswith(f"{name}  20")
    shown = [line.split(" ms  ")[1] for line in done.stdout.splitlines() if " ms  " in line]
    assert shown == ["run.started", "prompt.rendered", "route.chosen", "model.asked", "model.answered", "run.finished"]
    assert "input: 7" in done.stdout
    events = [json.loads(line) for line in vouch("trace", "--in", root, name, "c-21", "--json").stdout.splitlines()]
    assert [event["seq"] for event in events] == [0, 1, 2, 3, 4, 5] * 2
    assert events[0]["run"] == name
    assert events[6]["body"]["case"] == "c-21"
    assert events[5]["body"]["output"] == "odd"
    ambiguous = vouch("trace", "--in", root, "01")
    assert ambiguous.exit_code == 2
    assert "'01' begins several runs" in ambiguous.stderr
    unknown = vouch("trace", "--in", root, "zzz")
    assert unknown.exit_code == 2
    assert "no run or case 'zzz' in" in unknown.stderr


def test_runs_go_out_and_come_in_unchanged(vouch: Vouch, parity: Parity, tmp_path: Path) -> None:
    root, other = parity(n=5), parity(name="other")
    vouch("prove", root)
    file = tmp_path / "runs.jsonl"
    done = vouch("trace", "--in", root, "--export", file)
    assert done.stdout == f"37 events of 6 runs written to {file}\n"
    assert vouch("trace", "--in", other, "--import", file).stdout == "6 runs added, 0 were there already\n"
    assert vouch("trace", "--in", other, "--import", file).stdout == "0 runs added, 6 were there already\n"
    again = tmp_path / "again.jsonl"
    vouch("trace", "--in", other, "--export", again)
    assert sorted(again.read_bytes().splitlines()) == sorted(file.read_bytes().splitlines())
    names = [json.loads(line)["run"] for line in vouch("trace", "--in", root, "--json").stdout.splitlines()]
    for name in names:
        shown = [vouch("trace", "--in", where, name, "--json").stdout for where in (root, other)]
        assert shown[0] == shown[1] != ""
    # What was imported counts: nothing is asked again.
    (other / "cases.jsonl").write_bytes((root / "cases.jsonl").read_bytes())
    assert json.loads(vouch("prove", other, "--json").stdout)["cached"] == 5


def test_transfers_speak_json_too(vouch: Vouch, parity: Parity, tmp_path: Path) -> None:
    root, other = parity(n=2), parity(name="other")
    name = run_of(vouch, root, "7")
    run_of(vouch, root, "8")
    file = tmp_path / "one.jsonl"
    assert json.loads(vouch("trace", "--in", root, name, "--export", file, "--json").stdout) == {
        "events": 6,
        "runs": 1,
        "file": str(file),
    }
    assert json.loads(vouch("trace", "--in", other, "--import", file, "--json").stdout) == {"runs": 1, "skipped": 0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot read runs from"),
        ("not an event", "runs.jsonl:1: not an event"),
        (
            '{"run": "a", "seq": 3, "at": 1, "body": {"kind": "run.finished", "status": "answered"}}',
            "event 3 of run 'a'",
        ),
    ],
)
def test_a_file_that_is_no_export_is_one_line_and_code_2(
    vouch: Vouch, parity: Parity, tmp_path: Path, text: str | None, said: str
) -> None:
    file = tmp_path / "runs.jsonl"
    if text is not None:
        file.write_text(text)
    done = vouch("trace", "--in", parity(), "--import", file)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    refused = vouch("trace", "--in", parity(), "--export", tmp_path / "no" / "such" / "folder.jsonl")
    assert refused.exit_code == 2
    assert "cannot write runs to" in refused.stderr


STRANGE = {
    "run": "[/bold] :boom:",
    "seq": 0,
    "at": 1e300,
    "body": {
        "kind": "run.started",
        "app": "[red]app",
        "version": "v",
        "key": "k",
        "input": "\x1b[31mred\x07\r\n" + "long " * 200,
        "case": "[/case]",
    },
}


def test_whatever_an_imported_run_says_is_only_text(vouch: Vouch, parity: Parity, tmp_path: Path) -> None:
    root = parity()
    file = tmp_path / "strange.jsonl"
    file.write_text(json.dumps(STRANGE))
    vouch("trace", "--in", root, "--import", file)
    listed = vouch("trace", "--in", root)
    assert listed.exit_code == 0
    assert "[/bold] :boom:" in listed.stdout
    assert "[red]app" in listed.stdout
    assert "1e+300" in listed.stdout
    assert "not ended" in listed.stdout
    shown = vouch("trace", "--in", root, "[/case]")
    assert shown.exit_code == 0
    assert "input: \\x1b[31mred\\x07\\r ⏎ long long" in shown.stdout
    assert "… (1011 characters)" in shown.stdout
    assert "\x1b" not in shown.stdout


def test_a_folder_without_a_project_is_one_line_and_code_2(vouch: Vouch, tmp_path: Path) -> None:
    done = vouch("trace", "--in", tmp_path / "nothing")
    assert done.exit_code == 2
    assert "no vouch.toml in" in done.stderr
