from __future__ import annotations

from pathlib import Path

import pytest

from vouch.cli.files import changed, stamp_of, stamps


def test_what_a_project_is_made_of_is_seen_and_nothing_else(tmp_path: Path) -> None:
    seen = ("app.py", "prompts/a.prompt.md", "deep/er/cases.jsonl")
    others = (".vouch/report.json", "__pycache__/a.py", "node_modules/b.py", "journal.db", "out/report.json", "app.log")
    for name in (*seen, *others):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path)
    extra = tmp_path / "app.log"
    found = stamps(tmp_path, also=[extra, tmp_path / "gone"], without=[tmp_path / "out"])
    assert set(found) == {extra, *(tmp_path / name for name in seen)}
    assert found[extra] == (extra.stat().st_mtime_ns, 1)


def test_changes_are_files_that_are_new_gone_or_written(tmp_path: Path) -> None:
    a, b, c, d = (tmp_path / name for name in "abcd")
    assert changed({a: (1, 1), b: (1, 1), d: (1, 1)}, {a: (1, 1), b: (2, 1), c: (1, 1)}) == [b, c, d]


def test_what_cannot_be_seen_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stamps(tmp_path / "gone") == {}
    assert stamp_of(tmp_path / "nul\0") is None
