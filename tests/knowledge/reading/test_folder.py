"""The files of a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vouch.knowledge.reading.folder import files_of
from vouch.knowledge.reading.limits import Limits, Skipped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "docs"
    for name in ("b.md", "a.md", "sub/c.txt", "sub/deep/d.md", "drafts/e.md", ".git/config", "sub/out.tmp", "sub/.hid"):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return root


def names(root: Path, **wishes) -> list[str]:
    return [
        found.path if isinstance(found, Skipped) else found.relative_to(root).as_posix()
        for found in files_of(root, **wishes)
    ]


def test_files_come_in_order_without_hidden_ones(folder):
    assert names(folder) == ["a.md", "b.md", "drafts/e.md", "sub/c.txt", "sub/deep/d.md", "sub/out.tmp"]


def test_patterns_choose(folder):
    assert names(folder, include=["*.md"], exclude=["drafts/"]) == ["a.md", "b.md", "sub/deep/d.md"]
    assert names(folder, include=["/sub/**"]) == ["sub/.hid", "sub/c.txt", "sub/deep/d.md", "sub/out.tmp"]


def test_ignore_files_hold_for_their_folder_and_below(folder):
    (folder / ".gitignore").write_text("# all\n\ndrafts/\n*.tmp\n")
    (folder / "sub/.vouchignore").write_text("/c.txt\ndeep/*\n!d.md\n!out.tmp\n")
    assert names(folder) == ["a.md", "b.md", "sub/deep/d.md", "sub/out.tmp"]


def test_links_out_of_the_folder_are_not_followed(folder, tmp_path):
    (tmp_path / "secret.md").write_text("secret")
    (folder / "link.md").symlink_to(tmp_path / "secret.md")
    (folder / "inner.md").symlink_to("a.md")
    (folder / "circle.md").symlink_to("circle.md")
    (folder / "dir").symlink_to(folder)
    (folder / "nowhere.md").symlink_to("missing")
    found = {one.path: one.why for one in files_of(folder) if isinstance(one, Skipped)}
    assert found["link.md"].startswith("it is a link that leads out of the folder")
    assert found["circle.md"].startswith("it cannot be looked at")
    assert found["nowhere.md"].startswith("it cannot be looked at")
    assert set(found) == {"link.md", "circle.md", "nowhere.md"}
    assert "inner.md" in names(folder)
    assert "dir" not in names(folder)


def test_what_is_no_file_is_reported_and_never_opened(folder):
    os.mkfifo(folder / "pipe")
    assert Skipped("pipe", "it is no regular file") in list(files_of(folder))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
def test_a_closed_folder_is_reported(folder):
    (folder / "sub").chmod(0)
    assert any(isinstance(found, Skipped) and found.path == "sub" for found in files_of(folder))
    (folder / "sub").chmod(0o755)


def test_a_folder_that_is_gone_is_reported(folder):
    assert [found.path for found in files_of(folder / "missing") if isinstance(found, Skipped)] == ["."]


def test_folders_have_a_limit(folder):
    *_, last = files_of(folder, limits=Limits(files=2))
    assert last == Skipped(".", "it holds more than 2 files, the rest was left out; raise Limits.files")


def test_an_ignore_file_that_cannot_be_read_ignores_nothing(folder):
    (folder / ".gitignore").mkdir()
    assert "a.md" in names(folder)
