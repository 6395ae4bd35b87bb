"""Sources become documents."""

from __future__ import annotations

import asyncio
import os
import threading

import fsspec
import pytest
from sqlalchemy import create_engine, text
from tests.knowledge.reading.made import pdf, zipped
from tests.knowledge.reading.test_web import Site, site

from vouch.errors import ConfigError
from vouch.knowledge.reading import read as module
from vouch.knowledge.reading.labels import Label
from vouch.knowledge.reading.limits import Limits, Skipped
from vouch.knowledge.reading.read import read
from vouch.knowledge.reading.rows import Rows
from vouch.knowledge.reading.web import Web
from vouch.values.document import Document

_ = site
HERE = Web(pause=0, allowed=frozenset({"127.0.0.1"}))


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "handbook"
    (root / "hr").mkdir(parents=True)
    (root / "a.md").write_text("# A\n\ntext")
    (root / "hr/pay.txt").write_text("pay")
    (root / "b.pdf").write_bytes(pdf([[(72, 700, 12, "page")]]))
    (root / "c.pdf").write_bytes(b"%PDF- broken")
    (root / "d.zip").write_bytes(zipped({"e.md": "e", "f.bin": b"f"}))
    os.utime(root / "a.md", (0, 0))
    return root


async def all_of(source, **wishes) -> list[Document | Skipped]:
    return [found async for found in read(source, **wishes)]


def named(found: list[Document | Skipped]) -> list[str]:
    return [f"! {one.path}" if isinstance(one, Skipped) else one.id for one in found]


async def test_a_folder_gives_its_documents_and_what_was_skipped(folder):
    found = await all_of(folder, labels=[Label("hr/", ("hr",)), Label("*.md", trusted=True)])
    assert named(found) == ["a.md", "b.pdf", "! c.pdf", "d.zip/e.md", "! d.zip/f.bin", "hr/pay.txt"]
    first, *_, last = (one for one in found if isinstance(one, Document))
    assert first.metadata == {"title": "A", "modified": "1970-01-01T00:00:00+00:00"}
    assert (first.trusted, first.access, last.trusted, last.access) == (True, (), False, ("hr",))


async def test_patterns_and_limits_are_handed_on(folder):
    assert named(await all_of(folder, include=["*.md", "*.pdf"], exclude=["c.*"])) == ["a.md", "b.pdf"]
    assert "! a.md" in named(await all_of(str(folder), limits=Limits(bytes=5)))


async def test_files_and_several_sources(folder):
    assert named(await all_of([folder / "hr/pay.txt", str(folder / "a.md")])) == ["pay.txt", "a.md"]


async def test_a_source_that_is_not_there_is_an_error(folder):
    with pytest.raises(ConfigError, match=r"there is no file or folder '.*missing'; give a path, an https:// address"):
        await all_of(folder / "missing")


async def test_a_file_that_may_not_be_opened_is_skipped(folder, monkeypatch):
    def refused(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(folder), "read_bytes", refused)
    (found,) = await all_of(folder / "a.md")
    assert found == Skipped("a.md", "it cannot be opened: Permission denied")


async def test_pages_of_the_web(site):
    found = await all_of([f"{site}/moved#top", f"{site}/missing"], web=HERE)
    assert named(found) == [f"{site}/moved", f"! {site}/missing"]
    assert isinstance(found[0], Document)
    assert (found[0].text, found[0].metadata) == ("Hello", {"modified": "yesterday", "address": f"{site}/page"})
    assert Site.asked
    (untyped,) = await all_of(f"{site}/untyped", web=HERE)
    assert untyped.id == f"{site}/untyped"


async def test_stores(folder):
    system = fsspec.filesystem("memory")
    system.pipe({"/books/a.md": b"# A", "/books/b.bin": b"", "/books/big.md": b"x" * 99})
    found = await all_of("memory://books", limits=Limits(bytes=50))
    system.store.clear()
    assert named(found) == ["a.md", "! b.bin", "! big.md"]


async def test_rows(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.begin() as connection:
        connection.execute(text("create table t (id integer)"))
        connection.execute(text("insert into t values (:n)"), [{"n": number} for number in range(300)])
    engine.dispose()
    found = await all_of(Rows(f"sqlite:///{tmp_path / 'a.db'}", "select * from t order by id", "id"))
    assert named(found) == [f"rows/{number}" for number in range(300)]


async def test_files_are_read_beside_the_event_loop(folder, monkeypatch):
    threads: set[int] = set()
    original = module.read_file

    def noted(*args, **kwargs):
        threads.add(threading.get_ident())
        return original(*args, **kwargs)

    monkeypatch.setattr(module, "read_file", noted)
    await all_of(folder)
    assert threads
    assert threading.get_ident() not in threads


async def test_who_stops_early_leaves_nothing_open(tmp_path, monkeypatch):
    for number in range(200):
        (tmp_path / f"{number:03}.txt").write_text("x")
    closed: list[bool] = []
    original = module._of

    def noted(*args):
        try:
            yield from original(*args)
        finally:
            closed.append(True)

    monkeypatch.setattr(module, "_of", noted)
    documents = read(tmp_path)
    async for _ in documents:
        break
    await documents.aclose()
    assert closed == [True]


async def test_a_reader_that_is_cancelled_leaves_nothing_open(tmp_path, monkeypatch):
    entered, leave, closed = threading.Event(), threading.Event(), []

    def slow(*_):
        try:
            entered.set()
            leave.wait(5)
            yield Skipped("x", "y")
        finally:
            closed.append(True)

    monkeypatch.setattr(module, "_of", slow)
    task = asyncio.create_task(all_of(tmp_path))
    await asyncio.to_thread(entered.wait, 5)
    task.cancel()
    await asyncio.sleep(0)
    leave.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert closed == [True]
