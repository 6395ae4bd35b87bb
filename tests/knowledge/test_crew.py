"""Items read and cut by several processes give what one process gives."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.knowledge.made import cut

from vouch.knowledge import crew
from vouch.knowledge.crew import ItemRead, Reader, read_items
from vouch.knowledge.cutting import small
from vouch.knowledge.reading.limits import Skipped
from vouch.knowledge.source import Files
from vouch.values.document import Chunk, Document


@pytest.fixture
def files(tmp_path: Path) -> Files:
    for number in range(40):
        (tmp_path / f"{number:02}.md").write_text(f"# Lamp {number}\n\nIt costs {number} euros.")
    (tmp_path / "bad.pdf").write_bytes(b"no pdf")
    return Files(tmp_path, ["*"])


def names(files: Files) -> list[str]:
    return list(files.look())


def test_alone(files: Files) -> None:
    found = list(read_items(Reader(files, small), names(files)))
    assert [each.name for each in found] == names(files)
    assert found[0].documents["00.md"][0].document == "00.md"
    (skipped,) = found[-1].skipped
    assert (skipped.path, found[-1].documents) == ("bad.pdf", {})
    assert isinstance(skipped, Skipped)


def test_helpers_give_the_same_in_the_same_order(files: Files) -> None:
    alone = list(read_items(Reader(files, small), names(files)))
    assert list(read_items(Reader(files, small), names(files), processes=2, alone=0.0)) == alone


def test_what_cannot_be_sent_is_read_here(files: Files) -> None:
    def mine(document: Document) -> Sequence[Chunk]:
        return cut(document)

    found = list(read_items(Reader(files, mine), names(files), processes=2, alone=0.0))
    assert len(found) == 41


def test_what_a_helper_does_not_know_is_read_here(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "only_here.py"
    module.write_text("def cut(document):\n    from vouch.knowledge.cutting import small\n    return small(document)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import only_here  # type: ignore[import-not-found]

    monkeypatch.setattr("sys.path", [path for path in __import__("sys").path if path != str(tmp_path)])
    found = list(read_items(Reader(files, only_here.cut), names(files)[:20], processes=2, alone=0.0))
    assert [each.name for each in found] == names(files)[:20]


def test_in_a_helper(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    import pickle

    monkeypatch.setattr(crew, "_readers", [])
    crew._begin(b"cvouch_nowhere\nnothing\n.")
    assert crew._read(["00.md"]) is None
    crew._begin(pickle.dumps(Reader(files, small)))
    (found,) = crew._read(["00.md"]) or []
    assert isinstance(found, ItemRead)


def test_a_helper_that_dies_leaves_the_work_here(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    found = list(read_items(Reader(_Deadly(files), small), names(files)[:20], processes=2, alone=0.0))
    assert [each.name for each in found] == names(files)[:20]


class _Deadly:
    """A source that ends every process but that of the test."""

    def __init__(self, files: Files) -> None:
        import os

        self.files, self.home = files, os.getpid()

    def look(self) -> dict[str, str]:
        return dict(self.files.look())

    def read(self, name: str) -> object:
        import os

        if os.getpid() != self.home:
            os._exit(1)
        return self.files.read(name)
