"""Versions on a server: what a writer leaves that is killed, two writers, and readers that lag behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from tests.knowledge.contract_suite.suite import OWNER, A, B, by_meaning, by_words, change, live
from tests.knowledge.made import document

from vouch.errors import StoreBusy, StoreError, UsageError
from vouch.knowledge.engines import beside, engine
from vouch.knowledge.engines.engine import ServerEngine
from vouch.knowledge.engines.qdrant.rows import QdrantRows
from vouch.knowledge.engines.rows import Catalog, Row

pytest.importorskip("qdrant_client")


class Failing(QdrantRows):
    """A server that fails at the given addition of rows; from then on it is `gone`, if that was said."""

    at = 0
    dies = False
    gone = False

    def add(self, shelf: str, rows: Sequence[Row]) -> None:
        self.at -= 1
        if self.at == 0:
            super().add(shelf, rows[:1])
            self.gone = self.dies
            raise StoreError("the line is cut")
        super().add(shelf, rows)

    def catalog(self) -> Catalog:
        if self.gone:
            raise StoreError("nobody answers")
        return super().catalog()


@pytest.fixture
def rows() -> Any:
    rows = Failing(":memory:", "handbook")
    yield rows
    rows.close()


async def content(server: ServerEngine) -> tuple[list[str], list[str], list[str]]:
    index = await live(server)
    return sorted(index.documents), sorted(await by_words(server, "lamps")), sorted(await by_meaning(server, "lamps"))


@pytest.mark.parametrize("dies", [False, True])
async def test_a_write_that_fails_leaves_nothing_behind(
    rows: Failing, monkeypatch: pytest.MonkeyPatch, dies: bool
) -> None:
    monkeypatch.setattr(engine, "_BATCH", 1)
    monkeypatch.setattr(engine, "_LEASE", 0.0)  # whoever is killed counts as gone at once
    server = ServerEngine(rows)
    await server.write(change(A, B))
    before = await content(server)
    rows.at, rows.dies = 2, dies
    with pytest.raises(StoreError):
        await server.write(change(document("a.md", "Lamps everywhere.", "More lamps."), document("c.md", "Lamps.")))
    rows.gone = False
    assert await content(ServerEngine(rows)) == before
    assert rows.catalog().writer == "" or dies
    await server.write(change(document("d.md", "Lamps, too.")))
    assert await content(server) == await content(ServerEngine(rows))
    assert sorted((await live(server)).documents) == ["a.md", "b.md", "d.md"]
    assert "everywhere" not in str(list(rows.find("1", engine.Number(engine.SINCE, ">", 0), vectors=False)))


async def test_a_first_write_that_fails_leaves_no_version(rows: Failing) -> None:
    rows.at = 1
    with pytest.raises(StoreError):
        await ServerEngine(rows).write(change(A))
    assert await ServerEngine(rows).snapshot() is None
    await ServerEngine(rows).write(change(B))
    assert (await content(ServerEngine(rows)))[0] == ["b.md"]


async def test_of_two_writers_one_waits(rows: Failing) -> None:
    server = ServerEngine(rows, patience=0.1)
    await server.write(change(A))
    catalog = rows.catalog()
    held = msgspec.structs.replace(catalog, revision=catalog.revision + 1, writer="other", expires=9e9)
    assert rows.swap(catalog.revision, held)
    assert not rows.swap(catalog.revision, held)
    with pytest.raises(StoreBusy, match="another process has been writing"):
        await server.write(change(B))
    assert (await content(server))[0] == ["a.md"]


async def test_a_writer_that_was_taken_over_gives_up(rows: Failing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_LEASE", 0.0)
    slow, quick = ServerEngine(rows), ServerEngine(rows)
    await slow.write(change(A))
    add, calls = rows.add, []

    def taken_over(shelf: str, given: Sequence[Row]) -> None:
        add(shelf, given)
        calls.append(shelf)
        if len(calls) == 1:
            quick._write(change(document("q.md", "Lamps.")), erase=False)

    monkeypatch.setattr(rows, "add", taken_over)
    with pytest.raises(StoreBusy, match="took over"):
        await slow.write(change(B))
    assert (await content(ServerEngine(rows)))[0] == ["a.md", "q.md"]


async def test_words_follow_from_version_to_version(rows: Failing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_MOST_BLOCKS", 3)
    server = ServerEngine(rows)
    for number in range(8):
        await server.write(change(document(f"{number % 3}.md", f"Lamp number{number}."), remove=[f"{number % 2}.md"]))
        one, two = await live(server), await live(ServerEngine(rows))
        for text in ("lamp", f"number{number}", "number1 number2"):
            found = await one.keyword(text, 10, scope=OWNER)
            assert found == await two.keyword(text, 10, scope=OWNER)
    await server.rollback()
    assert await by_words(server, "lamp") == await by_words(ServerEngine(rows), "lamp")


async def test_a_snapshot_that_is_kept_no_more_says_so(rows: Failing, monkeypatch: pytest.MonkeyPatch) -> None:
    server = ServerEngine(rows, keep=1)
    await server.write(change(A))
    old = await live(server)
    await server.write(change(document("a.md", "Tables.")))
    assert len(await old.keyword("lamps", 10, scope=OWNER)) == 2  # for a while it answers still
    older = await live(server)
    monkeypatch.setattr(engine, "_GRACE", 0.0)
    await server.write(change(document("a.md", "Chairs.")))
    with pytest.raises(StoreError, match="kept no more; take the snapshot again"):
        await older.keyword("tables", 10, scope=OWNER)


async def test_another_length_of_vectors_lies_on_another_shelf(rows: Failing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_GRACE", 0.0)
    server = ServerEngine(rows, keep=2)
    await server.write(change(A))
    plain = change(B, fresh=True)
    short = plain.put[0]._replace(vectors=plain.put[0].vectors[:, :32])
    await server.write(plain._replace(put=[short], embedder="short"))
    await server.rollback()
    assert await by_meaning(server, "lamps") == ["a.md", "a.md"]
    await server.rollback((await server.versions())[0].name)
    await server.write(plain._replace(put=[short._replace(digest="2")], embedder="short", fresh=False))
    assert not rows._client.collection_exists("handbook-1")


def test_at_least_one_version_is_kept(rows: Failing) -> None:
    with pytest.raises(UsageError, match="keep=0"):
        ServerEngine(rows, keep=0)
