"""Tests with real processes: killed at any instant, and writing side by side."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).with_name("processes.py")


def run(*arguments: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    found = run("kill", tmp_path, 10, 7)
    assert found["kills"] == 10
    assert found["acknowledged"] > 50, "or else nothing was put to the test"
    assert found["recorded"] >= found["acknowledged"]
    assert (found["lost"], found["not_whole"]) == (0, 0)


def test_processes_make_and_write_one_journal_side_by_side(tmp_path: Path) -> None:
    found = run("share", tmp_path, 4)
    assert found["codes"] == [0] * 4
    assert found["runs"] == 4 * 20 + 1
    assert found["whole"] == 4 * 20, "a run that clashes takes no other with it"
    assert len(found["kept"]) == 1, "of a run that all write, exactly one goes on"
    assert found["contested_whole"]
    assert [found["contested_last"]] == found["kept"]
