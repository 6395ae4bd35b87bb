"""An index follows its source: only what changed is read, cut and embedded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.knowledge.made import WordVectors, cut, document

from vouch.contracts.index import Scope
from vouch.knowledge.building import Builder
from vouch.knowledge.exact.engine import ExactEngine
from vouch.knowledge.reading.limits import Skipped
from vouch.knowledge.remembered import Remembered
from vouch.knowledge.source import owner
from vouch.values.digest import digest
from vouch.values.document import Chunk, Document

OWNER = Scope(access=None)


class Shelf:
    """A source whose items change in the test."""

    def __init__(self, *documents: Document) -> None:
        self.items: dict[str, list[Document | Skipped]] = {each.id: [each] for each in documents}
        self.reads: list[str] = []

    def look(self) -> dict[str, str]:
        return {name: digest(of) for name, of in self.items.items()}

    def read(self, name: str) -> Iterator[Document | Skipped]:
        self.reads.append(name)
        yield from self.items[name]


A = document("a.md", "Lamps are bright.", "Bulbs go into lamps.")
B = document("b.md", "Chairs are wooden.")


class World:
    def __init__(self, folder: Path, *documents: Document, embedder: WordVectors | None = None) -> None:
        self.folder = folder
        self.shelf = Shelf(*documents)
        self.engine = ExactEngine(folder / "index")
        self.embedder = embedder or WordVectors()

    def builder(self, cutting: str = "", cut: object = cut) -> Builder:
        known = Remembered(
            self.folder / "embedded", fingerprint=self.embedder.fingerprint, dimensions=self.embedder.dimensions
        )
        return Builder(
            self.shelf,
            self.engine,
            cut=cut,  # type: ignore[arg-type]
            cutting=cutting,
            embedder=self.embedder,
            remembered=known,
        )

    async def found(self, text: str) -> list[str]:
        index = await self.engine.snapshot()
        assert index is not None
        chunks = await index.chunks([each.id for each in await index.keyword(text, 9, scope=OWNER)])
        return [chunk.document for chunk in chunks]


async def test_the_first_build_and_one_without_a_change(tmp_path: Path) -> None:
    world = World(tmp_path, A, B)
    told: list[tuple[int, int]] = []
    first = await world.builder().refresh(lambda *each: told.append(each))
    assert (first.documents, first.removed, first.chunks, first.embedded) == (2, 0, 3, 3)
    assert told == [(3, 3)]
    again = await world.builder().refresh()
    assert (again.version, again.documents, again.embedded) == (first.version, 0, 0)
    assert world.shelf.reads == ["a.md", "b.md"]


async def test_a_change_embeds_only_what_is_new(tmp_path: Path) -> None:
    world = World(tmp_path, A, B)
    builder = world.builder()
    await builder.refresh()
    world.embedder.asked.clear()
    world.shelf.items["a.md"] = [document("a.md", "Lamps are bright.", "Shades are new.")]
    del world.shelf.items["b.md"]
    done = await builder.refresh()
    assert (done.documents, done.removed, done.embedded) == (1, 1, 1)
    assert world.embedder.asked == ["Shades are new."]
    assert world.shelf.reads == ["a.md", "b.md", "a.md"]
    assert await world.found("bulbs chairs") == []
    assert await world.found("shades") == ["a.md"]


async def test_a_document_that_is_gone_is_in_no_cache(tmp_path: Path) -> None:
    world = World(tmp_path, A, B)
    await world.builder().refresh()
    del world.shelf.items["b.md"]
    await world.builder().refresh()
    known = Remembered(tmp_path / "embedded", fingerprint=world.embedder.fingerprint, dimensions=64)
    assert known.find(["Chairs are wooden."]) == {}
    assert len(known.find(["Lamps are bright.", "Bulbs go into lamps."])) == 2


async def test_a_build_that_broke_off_goes_on_where_it_ended(tmp_path: Path) -> None:
    class Failing(WordVectors):
        async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
            if len(self.asked) >= 128:
                raise ConnectionError("gone")
            return await super().embed(texts)

    many = [document(f"{number}.md", f"Lamp {number}.") for number in range(200)]
    world = World(tmp_path, *many, embedder=Failing())
    with pytest.raises(ConnectionError):
        await world.builder().refresh()
    assert await world.engine.snapshot() is None
    world.embedder = WordVectors()
    assert (await world.builder().refresh()).embedded == 72


async def test_another_embedder_makes_another_version_and_never_a_mix(tmp_path: Path) -> None:
    world = World(tmp_path, A, B)
    first = await world.builder().refresh()
    world.embedder = WordVectors(32)
    second = await world.builder().refresh()
    assert (second.documents, second.embedded) == (2, 3)
    index = await world.engine.snapshot()
    assert index is not None
    assert index.embedder == world.embedder.fingerprint
    assert {each.embedder for each in await world.engine.versions()} == {"words-64-1", "words-32-1"}
    assert first.version != second.version


async def test_another_way_to_cut_cuts_everything_anew(tmp_path: Path) -> None:
    world = World(tmp_path, A)
    await world.builder().refresh()

    def whole(document: Document) -> Sequence[Chunk]:
        return [Chunk(document.id, document.id, document.text, (0, len(document.text)))]

    done = await world.builder("whole", whole).refresh()
    assert (done.documents, done.chunks) == (1, 1)


async def test_without_an_embedder(tmp_path: Path) -> None:
    engine = ExactEngine(tmp_path)
    builder = Builder(Shelf(A, B), engine, cut=cut, cutting="", embedder=None, remembered=None)
    assert (await builder.refresh()).embedded == 0
    index = await engine.snapshot()
    assert index is not None
    assert index.embedder == ""


async def test_what_cannot_be_read_is_told_and_not_tried_again(tmp_path: Path) -> None:
    world = World(tmp_path, A)
    skipped = Skipped("bad.pdf", "it is damaged")
    world.shelf.items["bad.pdf"] = [skipped]
    world.shelf.items["mails.zip"] = [document("mails.zip/one.md", "One."), Skipped("mails.zip/two", "why")]
    builder = world.builder()
    done = await builder.refresh()
    assert done.skipped == (skipped, Skipped("mails.zip/two", "why"))
    world.shelf.reads.clear()
    assert (await builder.refresh()).skipped == done.skipped
    assert world.shelf.reads == []
    world.shelf.items["mails.zip"] = [document("mails.zip/three.md", "Three.")]
    world.shelf.items["a.md"] = [Skipped("a.md", "it is damaged now")]
    changed = await builder.refresh()
    assert (changed.documents, changed.removed) == (1, 2)
    assert await world.found("one lamps") == []
    assert await world.found("three") == ["mails.zip/three.md"]


async def test_a_refresh_that_is_asked_for_leaves_an_older_version(tmp_path: Path) -> None:
    world = World(tmp_path, A)
    await world.builder().refresh()
    world.shelf.items["b.md"] = [B]
    await world.builder().refresh()
    await world.engine.rollback()
    await world.builder().refresh()
    index = await world.engine.snapshot()
    assert index is not None
    assert (set(index.documents), index.pinned) == ({"a.md", "b.md"}, False)
    await world.engine.rollback((await world.engine.versions())[0].name)
    await world.builder().refresh()
    index = await world.engine.snapshot()
    assert index is not None
    assert not index.pinned


async def test_parents_are_not_embedded(tmp_path: Path) -> None:
    def nested(document: Document) -> Sequence[Chunk]:
        whole = Chunk("p", document.id, document.text, (0, len(document.text)))
        return [whole, *(Chunk(each.id, each.document, each.text, each.span, parent="p") for each in cut(document))]

    world = World(tmp_path, A)
    done = await world.builder("nested", nested).refresh()
    assert (done.chunks, done.embedded) == (3, 2)


def test_whose_a_document_is() -> None:
    items = {"a.zip", "b/c.md"}
    assert owner("a.zip", items) == owner("a.zip/x/y.md", items) == "a.zip"
    assert owner("b/c.md", items) == "b/c.md"
    assert owner("b/d.md", items) is owner("x", items) is None
