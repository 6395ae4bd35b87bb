"""The exact engine keeps the promise of an index engine, and what only a folder of files can get wrong."""

from __future__ import annotations

import asyncio
import errno
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.knowledge.contract_suite.suite import OWNER, A, B, IndexContract, by_words, change, live
from tests.knowledge.made import VECTORS, document, entry

from vouch.contracts.index import Change
from vouch.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull, StoreNewer, StoreReadOnly, UsageError
from vouch.knowledge.exact import packed, versions
from vouch.knowledge.exact.engine import ExactEngine
from vouch.knowledge.exact.lock import writing

ROOT = Path(__file__).parents[3]


class TestExactEngine(IndexContract):
    @pytest.fixture
    def engine(self, tmp_path: Path) -> ExactEngine:
        return ExactEngine(tmp_path / "index")

    @pytest.fixture
    def other(self, tmp_path: Path) -> ExactEngine:
        return ExactEngine(tmp_path / "index")


@pytest.fixture
def engine(tmp_path: Path) -> ExactEngine:
    return ExactEngine(tmp_path / "index", patience=0.05)


async def test_another_engine_opens_what_was_written(engine: ExactEngine) -> None:
    name = await engine.write(change(A, B))
    again = await live(ExactEngine(engine.folder))
    assert again.version == name
    one = await (await live(engine)).keyword("lamps", 9, scope=OWNER)
    assert await again.keyword("lamps", 9, scope=OWNER) == one


async def test_a_reader_elsewhere_sees_the_next_version_at_once(engine: ExactEngine) -> None:
    await engine.write(change(A))
    reader = ExactEngine(engine.folder)
    first = await reader.snapshot()
    assert await reader.snapshot() is first
    await engine.write(change(remove=["a.md"]))
    assert (await live(reader)).documents == {}


def killed_after(seconds: float, folder: Path) -> int:
    """Let a writer write for so long, kill it, and give the number of the last version that it acknowledged."""
    command = [sys.executable, "-m", "tests.knowledge.exact.killed", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "0"
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        rest = child.stdout.read().split()
    return int(rest[-1]) if rest else 0


async def test_killed_at_any_instant_the_live_version_answers_and_writing_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    draw = random.Random(7)
    for _ in range(5):
        acknowledged = killed_after(draw.random() * 0.15, folder)
        reader = ExactEngine(folder)
        index = await live(reader)
        found = await index.keyword("stands", 9, scope=OWNER)
        numbers = {chunk.text.split()[0] for chunk in await index.chunks([each.id for each in found])}
        assert len(found) == 3
        assert len(numbers) == 1
        assert int(numbers.pop().removeprefix("Number")) in (acknowledged, acknowledged + 1)
        await reader.write(change(A))
        assert await by_words(reader, "bulbs") == ["a.md"]
        await reader.write(change(remove=["a.md"]))
        leftovers = [each.name for each in folder.rglob("*.new")]
        assert leftovers == []


async def test_leftovers_of_a_killed_writer_are_swept_away(engine: ExactEngine) -> None:
    await engine.write(change(A))
    for name in ("segments/dead.seg", "segments/half.seg.new", "versions/000009-x.json.new", "live.json.new"):
        (engine.folder / name).write_text("half")
    await engine.write(change(B))
    names = {each.name for each in engine.folder.rglob("*") if each.is_file()}
    assert not names & {"dead.seg", "half.seg.new", "000009-x.json.new", "live.json.new"}


async def test_two_writers_wait_for_each_other(engine: ExactEngine) -> None:
    await engine.write(change(A))
    with writing(engine.folder, patience=0), pytest.raises(StoreBusy, match="another process"):
        await engine.write(change(B))
    patient = ExactEngine(engine.folder, patience=5)
    await asyncio.gather(*(patient.write(change(document(f"{each}.md", "Lamps."))) for each in range(5)))
    assert len((await live(engine)).documents) == 6


async def test_a_full_disk_leaves_the_live_version(engine: ExactEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    name = await engine.write(change(A))

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for module, what in ((packed.os, "fsync"), (versions, "settle")):
        with monkeypatch.context() as patched:
            patched.setattr(module, what, full)
            with pytest.raises(StoreFull, match="live version goes on"):
                await engine.write(change(B))
        index = await live(ExactEngine(engine.folder))
        assert (index.version, list(index.documents)) == (name, ["a.md"])
    await engine.write(change(B))
    assert len((await live(engine)).documents) == 2


async def test_a_folder_that_is_closed_is_named(
    open_folder: Path, nobody: Callable[[], AbstractContextManager[None]]
) -> None:
    folder = open_folder / "index"
    await ExactEngine(folder).write(change(A))
    for each in (folder, folder / "versions", folder / "segments"):
        each.chmod(0o755)
    (folder / "lock").chmod(0o644)
    with nobody():
        reader = ExactEngine(folder)
        assert await by_words(reader, "bulbs") == ["a.md"]
        with pytest.raises(StoreReadOnly, match="permissions"):
            reader._write(change(B), erase=False)


async def test_other_faults_of_the_system_are_store_errors(engine: ExactEngine) -> None:
    await engine.write(change(A))
    for path in (engine.folder / "segments").iterdir():
        path.unlink()
    with pytest.raises(StoreError, match="failed"):
        await ExactEngine(engine.folder).snapshot()


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\xfe", b"not json"])
async def test_a_damaged_file_is_told(engine: ExactEngine, damage: bytes) -> None:
    await engine.write(change(A))
    pointer = engine.folder / "live.json"
    whole = pointer.read_bytes()
    pointer.write_bytes(damage)
    with pytest.raises(StoreCorrupt, match="built anew"):
        await ExactEngine(engine.folder).snapshot()
    pointer.write_bytes(whole)
    segment = next((engine.folder / "segments").iterdir())
    content = segment.read_bytes()
    for torn in (damage, content[:-1], content[: len(content) // 2], b"\xff" * 8 + content[8:]):
        segment.write_bytes(torn)
        with pytest.raises(StoreCorrupt, match="damaged"):
            await ExactEngine(engine.folder).snapshot()


async def test_what_a_newer_version_wrote_is_refused(engine: ExactEngine) -> None:
    await engine.write(change(A))
    path = next((engine.folder / "versions").iterdir())
    path.write_text(path.read_text().replace('"format":1', '"format":2'))
    with pytest.raises(StoreNewer, match="update Vouch"):
        await ExactEngine(engine.folder).snapshot()


async def test_only_so_many_versions_and_segments_are_kept(engine: ExactEngine) -> None:
    for number in range(30):
        await engine.write(change(document(f"{number}.md", "Lamps.")))
    assert len(await engine.versions()) == 3
    assert len(list((engine.folder / "segments").iterdir())) <= 8 + 3 * 2
    with pytest.raises(UsageError, match="keep=0"):
        ExactEngine(engine.folder, keep=0)


async def test_what_is_forgotten_is_gone_from_the_disk(engine: ExactEngine) -> None:
    secret = document("s.md", "The password is swordfish.")
    await engine.write(change(A, secret))
    await engine.write(change(remove=["s.md"]))
    files = [each for each in engine.folder.rglob("*") if each.is_file()]
    assert any(b"swordfish" in each.read_bytes() for each in files)
    await engine.forget(["s.md"])
    files = [each for each in engine.folder.rglob("*") if each.is_file()]
    assert not any(b"swordfish" in each.read_bytes() or b"s.md" in each.read_bytes() for each in files)


async def test_another_stemming_writes_the_words_anew(engine: ExactEngine) -> None:
    await engine.write(change(A))
    assert await by_words(engine, "lamp") == ["a.md", "a.md"]
    plain = ExactEngine(engine.folder, stemming="none")
    assert await by_words(plain, "lamp") == ["a.md", "a.md"]
    await plain.write(change(A))
    assert await by_words(plain, "lamp") == []
    assert await by_words(engine, "lamps") == ["a.md", "a.md"]


async def test_vectors_are_mapped_not_read(engine: ExactEngine) -> None:
    await engine.write(change(A))
    index = await live(engine)
    vectors = index._segments[0].vectors  # type: ignore[attr-defined]
    base: Any = vectors
    while not isinstance(base, np.memmap):
        base = base.base
    assert base.mode == "r"


async def test_documents_without_vectors_are_found_by_words(engine: ExactEngine) -> None:
    bare = entry(A)._replace(vectors=np.zeros((2, 0), np.float32))
    await engine.write(Change([bare]))
    assert await by_words(engine, "bulbs") == ["a.md"]
    assert (await live(engine)).embedder == ""


async def test_many_scopes_do_not_grow_without_end(engine: ExactEngine) -> None:
    await engine.write(change(A))
    for number in range(200):
        await (await live(engine)).keyword("x", 1, scope=OWNER.__class__(access=(str(number),)))
    index: Any = await live(engine)
    assert len(index._scopes) <= 64


async def test_an_open_reader_outlives_the_files(engine: ExactEngine) -> None:
    await engine.write(change(A))
    index = await live(engine)
    for number in range(5):
        await engine.write(change(document("a.md", f"Version {number}.")))
    found = await index.keyword("bulbs", 3, scope=OWNER)
    assert [chunk.document for chunk in await index.chunks([each.id for each in found])] == ["a.md"]
    assert (await index.vectors([found[0].id]))[0] @ VECTORS.encode(["Bulbs go into lamps"])[0] > 0.9


def test_an_empty_array_survives_the_file(tmp_path: Path) -> None:
    arrays = {"none": np.empty((0, 384), np.float32), "some": np.arange(6).reshape(2, 3), "flat": np.empty(0, np.uint8)}
    packed.write_arrays(tmp_path / "a.seg", arrays)
    found = packed.read_arrays(tmp_path / "a.seg")
    assert all(
        np.array_equal(found[name], array) and found[name].dtype == array.dtype for name, array in arrays.items()
    )
