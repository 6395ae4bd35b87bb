"""The engine that nobody chose: exact, and with graphs once an index is large."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from tests.knowledge.made import WordVectors, entry

from vouch.contracts.index import Change, Scope
from vouch.errors import UsageError
from vouch.knowledge.engines import growing
from vouch.knowledge.engines.edge.engine import EdgeEngine
from vouch.knowledge.engines.edge.snapshot import EdgeIndex
from vouch.knowledge.engines.growing import GrowingEngine
from vouch.knowledge.exact.snapshot import ExactIndex
from vouch.values.document import Document

EVERYTHING = Scope(access=None)


def documents(first: int, last: int) -> Change:
    vectors = WordVectors(4096)
    return Change(
        [entry(Document(f"{number}.md", f"lamp number{number}"), vectors) for number in range(first, last)],
        embedder=vectors.fingerprint,
    )


async def test_it_becomes_the_larger_engine_with_the_same_files(tmp_path: Path) -> None:
    pytest.importorskip("qdrant_edge")
    engine = GrowingEngine(tmp_path, most=30)
    first = await engine.write(documents(0, 10))
    assert type(await engine.snapshot()) is ExactIndex
    second = await engine.write(documents(10, 40))
    index = await engine.snapshot()
    assert isinstance(index, EdgeIndex)
    assert [path.name for path in (tmp_path / "shards").iterdir() if path.is_dir()] != []
    asked = (await WordVectors(4096).embed(["lamp number17"]))[0]
    found = await index.nearest(asked, 1, scope=EVERYTHING)
    assert (await index.chunks([found[0].id]))[0].document == "17.md"

    later = GrowingEngine(tmp_path, most=30)  # another process
    assert isinstance(later.open(), EdgeIndex)
    assert (later.folder, [each.name for each in await later.versions()]) == (tmp_path, [second, first])
    assert len((await later.at(first)).documents) == 10
    await later.forget(["17.md"])
    index = await later.snapshot()
    assert index is not None
    assert "17.md" not in index.documents
    with pytest.raises(UsageError, match="no version"):
        await later.rollback(first)


async def test_without_the_package_it_says_once_what_to_install(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing, "find_spec", {}.get)
    engine = GrowingEngine(tmp_path, most=5)
    with caplog.at_level(logging.WARNING, logger="vouch"):
        await engine.write(documents(0, 10))
        await engine.write(documents(10, 12))
    assert type(await engine.snapshot()) is ExactIndex
    (told,) = caplog.records
    assert told.getMessage() == (
        f"the index in '{tmp_path}' has 10 chunks, and each question is compared with all of them; to have them found "
        "in a tenth of the time: pip install 'vouch-llm[edge]'"
    )


async def test_an_index_of_words_alone_stays_as_it_is(tmp_path: Path) -> None:
    engine = GrowingEngine(tmp_path, most=5)
    words = documents(0, 10)
    await engine.write(Change([each._replace(vectors=each.vectors[:, :0]) for each in words.put]))
    assert type(await engine.snapshot()) is ExactIndex
    assert not (tmp_path / "shards").exists()
    assert not isinstance(engine, EdgeEngine)
