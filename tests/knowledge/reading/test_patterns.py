"""Patterns for paths, beside those of Git itself."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from vouch.knowledge.reading.patterns import matches

PATTERNS = [
    ["*.md"],
    ["/top.txt"],
    ["drafts/"],
    ["docs/*.md"],
    ["docs/**/old"],
    ["**/old"],
    ["docs/**"],
    ["*", "!*.md", "!*/"],
    ["*.m[de]", "a?.txt", "[!a]b.txt"],
    ["docs", "!docs/keep.md"],
    ["foo**bar", "with\\ space", "\\#hash", "trailing   "],
    ["a/b/"],
    ["x]y", "d.d"],
]
PATHS = [
    *("a.md", "top.txt", "sub/top.txt", "drafts/a.txt", "sub/drafts/b.txt", "docs/a.md", "docs/x/a.md", "docs/x/old"),
    *("docs/old", "old/x", "docs/keep.md", "ab.txt", "bb.txt", "a.me", "fooxbar", "foo/bar", "with space", "#hash"),
    *("trailing", "a/b/c", "a/b", "x/a/b/c", "[ab", "x]y", "d.d", "dxd", "docs/x/y/old", "sub/a.md"),
]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
@pytest.mark.parametrize("patterns", PATTERNS, ids=" ".join)
def test_paths_fit_as_git_says(patterns, tmp_path):
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("\n".join(patterns))
    asked = subprocess.run(  # noqa: PLW1510
        ["git", "check-ignore", "--no-index", "-z", "--stdin"],
        cwd=tmp_path,
        input="\0".join(PATHS).encode(),
        capture_output=True,
    )
    ignored = set(asked.stdout.decode().split("\0")) - {""}
    assert {path for path in PATHS if matches(path, patterns)} == ignored


def test_comments_and_blank_lines_say_nothing():
    assert not matches("# x", ["# x", "", "  "])
    assert matches("folder", ["folder/"], is_folder=True)
    assert not matches("folder", ["folder/"])
