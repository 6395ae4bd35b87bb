"""`vouch prove` as a real process on a project that notes every question it asks, and what the journal has of it."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def start(root: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "vouch", "prove", str(root), "--json", *options]
    # Whoever runs the tests in the background may have them ignore Ctrl-C, and children inherit that.
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_heed_interrupts,  # noqa: PLW1509 - it only sets a signal's handling
    )


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def asked(root: Path) -> list[str]:
    return (root / "asked.txt").read_text().splitlines()


def answered(root: Path) -> set[str]:
    """The questions that the database holds an ended run of."""
    query = (
        "SELECT json_extract(body, '$.input') FROM event JOIN run ON run.number = event.run "
        "WHERE kind = 'run.started' AND status = 'answered'"
    )
    with sqlite3.connect(root / ".vouch" / "journal.db") as database:
        found = {question for (question,) in database.execute(query)}
    database.close()
    return found


def wait_for(root: Path, n: int, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 60
    while len(asked(root)) < n:
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.005)


def finished(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return json.loads(out)


def left_open(root: Path) -> list[str]:
    """The runs that have not ended, and parts of files that were left behind."""
    with sqlite3.connect(root / ".vouch" / "journal.db") as database:
        found = [str(name) for (name,) in database.execute("SELECT name FROM run WHERE finished IS NULL")]
    database.close()
    return found + [str(path) for path in (root / ".vouch").rglob("*.part")]
