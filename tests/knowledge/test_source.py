"""Files that fit patterns, and documents that are given."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.knowledge.made import document

from vouch.errors import ConfigError
from vouch.knowledge.reading.limits import Limits, Skipped
from vouch.knowledge.source import Files, Given, Source
from vouch.values.document import Document


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policy" / "more").mkdir(parents=True)
    (tmp_path / "policy" / "a.md").write_text("# Returns\n\nWithin a week.")
    (tmp_path / "policy" / "b.txt").write_text("Plain.")
    (tmp_path / "policy" / "more" / "c.md").write_text("Deep.")
    return tmp_path


def test_patterns(folder: Path) -> None:
    assert list(Files(folder, ["policy/*.md"]).look()) == ["policy/a.md"]
    assert list(Files(folder, ["policy/**/*.md", "policy/b.*"]).look()) == [
        "policy/a.md",
        "policy/b.txt",
        "policy/more/c.md",
    ]
    assert Files(folder, ["nothing/*"]).look() == {}


@pytest.mark.parametrize("pattern", ["../*.md", "/etc/*", "a/../../b", ""])
def test_a_pattern_stays_below_its_folder(folder: Path, pattern: str) -> None:
    with pytest.raises(ConfigError, match="leads out"):
        Files(folder, [pattern])


def test_links_that_lead_out_are_left_out(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.md"
    outside.write_text("Secret.")
    (folder / "policy" / "link.md").symlink_to(outside)
    assert list(Files(folder, ["policy/*.md"]).look()) == ["policy/a.md"]


def test_a_digest_follows_the_content_and_the_labels(folder: Path) -> None:
    files = Files(folder, ["policy/*.md"])
    first = files.look()
    assert files.look() == first
    path = folder / "policy" / "a.md"
    path.write_text("Other.")
    second = files.look()
    assert second != first
    path.write_text("# Returns\n\nWithin a week.")
    os.utime(path, (1, 1))
    assert files.look() == first
    assert Files(folder, ["policy/*.md"], trusted=True).look() != first


def test_documents_are_read_and_labelled(folder: Path) -> None:
    files = Files(folder, ["policy/*"], trusted=True, access=["staff"])
    (found,) = files.read("policy/a.md")
    assert isinstance(found, Document)
    assert (found.id, found.trusted, found.access) == ("policy/a.md", True, ("staff",))
    assert "Within a week." in found.text
    (plain,) = Files(folder, ["policy/*"]).read("policy/b.txt")
    assert isinstance(plain, Document)
    assert (plain.trusted, plain.access) == (False, ())


def test_what_cannot_be_read_is_skipped(folder: Path) -> None:
    (folder / "policy" / "bad.pdf").write_bytes(b"no pdf at all")
    files = Files(folder, ["policy/*"], limits=Limits(bytes=15))
    for name in ("policy/gone.md", "policy/bad.pdf", "policy/a.md"):
        (found,) = files.read(name)
        assert isinstance(found, Skipped)
        assert found.path == name
    assert "more than 15" in found.why  # type: ignore[union-attr]


def test_given_documents() -> None:
    one, two = document("a", "One."), document("b", "Two.")
    given = Given([one, two])
    assert isinstance(given, Source)
    assert list(given.read("a")) == [one]
    assert given.look().keys() == {"a", "b"}
    assert given.look() != Given([one, document("b", "Other.")]).look()
