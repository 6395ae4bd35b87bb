"""Files that fit patterns: as pathlib finds them, without what leads out and what we wrote ourselves."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vouch.knowledge.fitting import Folders, fitting


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a.md", "b.txt", "x/c.md", "x/y/d.md", "x/y/[e].md", "z/.hidden.md", ".vouch/index/f.md", "x/.vouch"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    os.mkfifo(tmp_path / "pipe.md")
    return tmp_path


def found(root: Path, *patterns: str) -> list[str]:
    return sorted(fitting(root, patterns, {}))


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("*.md", ["a.md"]),
        ("./a.md", ["a.md"]),
        ("x/*.md", ["x/c.md"]),
        ("x/*/d.md", ["x/y/d.md"]),
        ("?.txt", ["b.txt"]),
        ("**/*.md", ["a.md", "x/c.md", "x/y/[e].md", "x/y/d.md", "z/.hidden.md"]),
        ("x/**", ["x/c.md", "x/y/[e].md", "x/y/d.md"]),
        ("**/y/*.md", ["x/y/[e].md", "x/y/d.md"]),
        ("x/y/[[]e].md", ["x/y/[e].md"]),
        ("[a-b].*", ["a.md", "b.txt"]),
        ("*/c.md", ["x/c.md"]),
        ("a.md/*", []),
        ("nothing/*", []),
    ],
)
def test_patterns(tree: Path, pattern: str, wanted: list[str]) -> None:
    assert found(tree, pattern) == wanted


def test_what_is_named_is_found_also_where_it_is_ours(tree: Path) -> None:
    assert found(tree, ".vouch/index/*.md") == [".vouch/index/f.md"]


def test_links(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.md").write_text("Secret.")
    (tree / "out.md").symlink_to(outside / "secret.md")
    (tree / "in.md").symlink_to(tree / "x" / "c.md")
    (tree / "nowhere.md").symlink_to(tree / "nothing")
    (tree / "away").symlink_to(outside)
    (tree / "near").symlink_to(tree / "x")
    (tree / "round").symlink_to(tree)
    assert found(tree, "*.md") == ["a.md", "in.md"]
    assert found(tree, "away/*.md", "near/*.md") == ["near/c.md"]
    assert "round/a.md" not in found(tree, "**/*.md")


def test_the_dates_of_folders_are_told(tree: Path) -> None:
    folders: Folders = {}
    fitting(tree, ["x/**/*.md"], folders)
    assert set(folders) == {str(tree), str(tree / "x"), str(tree / "x" / "y")}


def test_a_folder_that_may_not_be_opened_is_left_out(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = os.scandir

    def closed(path: str) -> object:
        if path.endswith("/y"):
            raise PermissionError(13, "closed")
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)
    assert found(tree, "x/**/*.md") == ["x/c.md"]
