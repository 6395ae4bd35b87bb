"""The page of commands says what the commands say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "cli.md"


def reference(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.command_reference", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_the_page_is_up_to_date() -> None:
    done = reference("--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_stale_page_is_told_and_mended(tmp_path: Path) -> None:
    page = tmp_path / "cli.md"
    page.write_text(PAGE.read_text("utf-8").replace("Usage: vouch prove", "Usage: vouch approve"), "utf-8")

    checked = reference("--check", "--page", str(page))
    assert (checked.returncode, "make docs" in checked.stdout) == (1, True)
    assert "approve" in page.read_text("utf-8")

    assert reference("--page", str(page)).returncode == 0
    assert page.read_text("utf-8") == PAGE.read_text("utf-8")


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "cli.md"
    page.write_text("# Command line\n", "utf-8")
    done = reference("--page", str(page))
    assert (done.returncode, "has no place" in done.stdout) == (1, True)
    assert page.read_text("utf-8") == "# Command line\n"
