"""An index follows its files, also where there are so many that all are looked at once a second only."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.knowledge.made import WordVectors, document

from vouch.errors import ConfigError, StoreFull, UsageError
from vouch.knowledge import following as module
from vouch.knowledge.exact.engine import ExactEngine
from vouch.knowledge.knowledge import Knowledge
from vouch.knowledge.reading.limits import Skipped
from vouch.knowledge.searches import keyword
from vouch.knowledge.source import Files
from vouch.values.document import Document

MANY = 120


class Counted(Files):
    """Files that count the looks at all of them."""

    looks = 0

    def look(self) -> dict[str, str]:
        self.looks += 1
        return dict(super().look())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    for number in range(MANY):
        (tmp_path / "files" / f"{number}.md").write_text(f"Lamp number{number} is bright.")
    return tmp_path / "files"


def many(folder: Path) -> tuple[Knowledge, Counted]:
    source = Counted(folder, ["*.md"])
    return Knowledge(source=source, folder=folder.parent / "index", embedder=None, limit=3), source


async def documents(knowledge: Knowledge, query: str) -> list[str]:
    return [passage.document for passage in await knowledge.recall(query)]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the monotonic clock says."""
    now = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


async def test_many_files_are_looked_at_once_a_second(folder: Path, clock: list[float]) -> None:
    knowledge, source = many(folder)
    for _ in range(5):
        assert await documents(knowledge, "number7") == ["7.md"]
    assert source.looks == 1
    clock[0] += 1.5
    assert await documents(knowledge, "number7") == ["7.md"]
    assert source.looks == 2


async def test_what_was_found_is_looked_at_before_it_is_told(folder: Path, clock: list[float]) -> None:
    knowledge, _ = many(folder)
    assert await documents(knowledge, "number7") == ["7.md"]
    (folder / "7.md").write_text("It is other now.")
    assert await documents(knowledge, "number7") == []
    assert await documents(knowledge, "other") == ["7.md"]


async def test_what_came_and_what_went_is_seen_at_once(folder: Path, clock: list[float]) -> None:
    knowledge, _ = many(folder)
    assert await documents(knowledge, "number7") == ["7.md"]
    (folder / "new.md").write_text("Lamp number7 in another file.")
    os.utime(folder, (1, 1))  # the date of a folder is another, however coarse the clock of the disk
    assert set(await documents(knowledge, "number7")) == {"7.md", "new.md"}
    (folder / "7.md").unlink()
    assert await documents(knowledge, "number7") == ["new.md"]


async def test_where_nothing_is_found_all_is_looked_at(folder: Path, clock: list[float]) -> None:
    knowledge, _ = many(folder)
    assert await documents(knowledge, "zebra") == []
    (folder / "7.md").write_text("A zebra.")
    assert await documents(knowledge, "zebra") == ["7.md"]


async def test_of_many_that_wait_one_looks_for_all(folder: Path, clock: list[float]) -> None:
    knowledge, source = many(folder)
    found = await asyncio.gather(*(documents(knowledge, f"number{number}") for number in range(8)))
    assert found == [[f"{number}.md"] for number in range(8)]
    assert source.looks == 1


async def test_another_process_need_not_read_what_has_its_date(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vouch.knowledge.source._SETTLED", -1_000_000_000)
    knowledge, _ = many(folder)
    await knowledge.refresh()
    (folder.parent / "index" / "looked.99").write_text("left by somebody who was killed")
    (folder / "7.md").write_text("Other.")
    read: list[str] = []
    monkeypatch.setattr(Files, "_digest", lambda self, name: read.append(name) or "x")
    again, _ = many(folder)
    assert (await again.refresh()).documents == 1
    assert read == ["7.md"]
    assert not (folder.parent / "index" / "looked.99").exists()


def test_notes_that_cannot_be_used_are_none(folder: Path) -> None:
    first = Files(folder, ["*.md"])
    digests = first.look()
    noted = first.note()
    for other in (Files(folder, ["*.md"], trusted=True), Files(folder, ["*.md"])):
        other.recollect(b"\xff nonsense")
        other.recollect(noted)
        assert len(other.look()) == MANY
    assert Files(folder, ["*.md"], trusted=True).look() != digests


async def test_notes_that_cannot_be_written_are_no_error(folder: Path) -> None:
    (folder.parent / "index" / "looked").mkdir(parents=True)
    knowledge, _ = many(folder)
    assert await documents(knowledge, "number7") == ["7.md"]
    assert not list((folder.parent / "index").glob("looked.*"))


class Plain:
    """A source of one's own that does no more than it must."""

    def __init__(self, *documents: Document) -> None:
        self.items = {each.id: each for each in documents}
        self.looks = 0

    def look(self) -> dict[str, str]:
        self.looks += 1
        return {name: each.text for name, each in self.items.items()}

    def read(self, name: str) -> Iterator[Document | Skipped]:
        yield self.items[name]


async def test_a_source_that_cannot_be_glanced_at_is_looked_at_each_time(tmp_path: Path) -> None:
    source = Plain(document("a.md", "Lamps."))
    knowledge = Knowledge(source=source, folder=tmp_path, embedder=None)
    for _ in range(3):
        assert await documents(knowledge, "lamps") == ["a.md"]
    before = source.looks
    source.items["a.md"] = document("a.md", "Chairs.")
    assert await documents(knowledge, "lamps") == []
    assert source.looks == before + 1


async def test_vectors_of_two_embedders_are_never_compared(tmp_path: Path) -> None:
    shelf = [document("a.md", "Lamps are bright.")]

    def with_version(version: str, **more: bool) -> Knowledge:
        return Knowledge(documents=shelf, folder=tmp_path, embedder=WordVectors(version=version), **more)

    assert await documents(with_version("1"), "lamps") == ["a.md"]
    second = with_version("2")
    assert await documents(second, "lamps") == ["a.md"]
    await second.engine.rollback()
    for other in (second, with_version("2", refresh=False)):
        with pytest.raises(UsageError, match="built with embedder 'words-64-1', the app has 'words-64-2'"):
            await other.recall("lamps")
    await second.refresh()
    assert await documents(second, "lamps") == ["a.md"]
    assert len(list((tmp_path / "embedded").iterdir())) == 1


async def test_another_house_opens_another_embedder(tmp_path: Path) -> None:
    knowledge = Knowledge(documents=[document("a.md", "Lamps are bright.")], folder=tmp_path)
    assert knowledge.embedder is None
    with pytest.raises(ConfigError, match="nothing was said to open"):
        await knowledge.recall("lamps")
    opened = [WordVectors(), WordVectors()]

    def first(name: str) -> WordVectors:
        assert name == "local/minilm"
        return opened[0]

    knowledge.wire(first)
    assert await documents(knowledge, "lamps") == ["a.md"]
    assert knowledge.embedder is opened[0]
    knowledge.wire(lambda name: opened[1])
    assert await documents(knowledge, "bright") == ["a.md"]
    assert knowledge.embedder is opened[1]
    assert opened[1].asked == ["bright"]


async def test_a_full_disk_is_told_and_the_live_version_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = {"a.md": "Lamps are bright."}
    (tmp_path / "a.md").write_text(shelf["a.md"])
    knowledge = Knowledge("*.md", root=tmp_path, embedder=WordVectors(), retriever=keyword())
    assert await documents(knowledge, "lamps") == ["a.md"]
    (tmp_path / "a.md").write_text("Chairs are wooden.")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("vouch.knowledge.remembered.os.pwrite", full)
        with pytest.raises(StoreFull, match="no space left"):
            await knowledge.refresh()
    index = await ExactEngine(knowledge.following.folder).snapshot()
    assert index is not None
    assert set(index.documents) == {"a.md"}
    assert (await knowledge.refresh()).embedded == 1
    assert await documents(knowledge, "chairs") == ["a.md"]


async def test_who_interrupts_does_not_wait_for_the_reading(folder: Path) -> None:
    class Slow(Plain):
        def read(self, name: str) -> Iterator[Document | Skipped]:
            import time

            time.sleep(0.01)
            return super().read(name)

    source = Slow(*(document(f"{number}.md", "Lamps.") for number in range(500)))
    knowledge = Knowledge(source=source, folder=folder.parent / "index", embedder=None)
    done: list[int] = []
    begun, loop = asyncio.Event(), asyncio.get_running_loop()

    def reading(count: int, of: int) -> None:
        done.append(count)
        loop.call_soon_threadsafe(begun.set)

    task = asyncio.create_task(knowledge.following.refresh(reading=reading))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.get_running_loop().shutdown_default_executor()
    assert len(done) < 400
