"""The edge engine keeps the promise of an index engine, with a graph of neighbours for every segment, however small."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from tests.knowledge.contract_suite.suite import OWNER, A, B, IndexContract, by_meaning, change, live
from tests.knowledge.made import VECTORS, document

from vouch.contracts.index import Change, Entry, Scope
from vouch.errors import ConfigError, StoreError
from vouch.knowledge.condition import read_condition
from vouch.knowledge.engines.edge import shard, snapshot
from vouch.knowledge.engines.edge.engine import EdgeEngine
from vouch.knowledge.engines.tuning import Tuning
from vouch.knowledge.exact.engine import ExactEngine
from vouch.knowledge.exact.lock import writing
from vouch.values.document import Chunk

pytest.importorskip("qdrant_edge")


class TestEdge(IndexContract):
    @pytest.fixture(autouse=True)
    def graphs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Graphs are searched although the rows are few."""
        monkeypatch.setattr(snapshot, "_FEW", 0)

    @pytest.fixture
    def engine(self, tmp_path: Path) -> EdgeEngine:
        return EdgeEngine(tmp_path / "index", least=4)

    @pytest.fixture
    def other(self, tmp_path: Path) -> EdgeEngine:
        return EdgeEngine(tmp_path / "index", least=4)


ROOT = Path(__file__).parents[3]


def many(number: int, *, seed: int = 0) -> list[Entry]:
    """Documents of one chunk each, around twenty centres; `kind` is their number's rest by ten."""
    drawn = np.random.default_rng(seed)
    centres = np.random.default_rng(1).standard_normal((20, 64))
    rows = (centres[drawn.integers(20, size=number)] + drawn.standard_normal((number, 64)) * 0.8).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return [
        Entry(f"{each}", "1", [Chunk(f"c{each}", f"{each}", "", (0, 0), metadata={"kind": each % 10})], row[None])
        for each, row in enumerate(rows)
    ]


async def recall(engine: EdgeEngine, scope: Scope) -> float:
    """The share of the ten best chunks, as exact search has them, that the engine finds."""
    exact, index = await live(ExactEngine(engine.folder)), await live(engine)
    right = 0
    for each in many(30, seed=2):
        true = {found.id for found in await exact.nearest(each.vectors[0], 10, scope=scope)}
        right += len(true & {found.id for found in await index.nearest(each.vectors[0], 10, scope=scope)})
    return right / 300


@pytest.fixture
def engine(tmp_path: Path) -> EdgeEngine:
    return EdgeEngine(tmp_path / "index", least=1_000)


def graphs(engine: EdgeEngine) -> int:
    return len(list((engine.folder / "shards").glob("*/whole")))


async def test_graphs_find_nearly_all_also_under_filters_and_after_deletes(
    engine: EdgeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "_FEW", 100)
    await engine.write(Change(many(4_000), embedder="e"))
    assert graphs(engine) == 1
    conditions = ("kind == 3", "kind < 3", "kind != 3", "not kind < 5")
    scopes = [Scope(access=None), *(Scope(read_condition(each), None) for each in conditions)]
    for scope in scopes:
        assert await recall(engine, scope) > 0.95
    await engine.write(Change(remove=[f"{each}" for each in range(800)], embedder="e"))
    assert graphs(engine) == 1  # the same, of which a fifth counts no more
    for scope in scopes:
        assert await recall(engine, scope) > 0.95
    found = await (await live(engine)).nearest(many(1)[0].vectors[0], 100, scope=Scope())
    assert len(found) == 100
    assert all(int(each.id[1:]) >= 800 for each in found)


async def test_a_graph_goes_with_its_segment(engine: EdgeEngine) -> None:
    await engine.write(Change(many(1_000), embedder="e"))
    (before,) = (engine.folder / "shards").glob("*/whole")
    await engine.forget(["7"])
    assert not before.parent.exists()
    await engine.write(Change(remove=[f"{each}" for each in range(900)], embedder="e"))
    assert len((await live(engine)).documents) == 100


async def test_without_a_graph_or_with_a_damaged_one_every_row_is_compared(engine: EdgeEngine) -> None:
    await engine.write(Change(many(1_000), embedder="e"))
    (whole,) = (engine.folder / "shards").glob("*/whole")
    (whole.parent / "edge_config.json").write_text("torn")
    reader = EdgeEngine(engine.folder, least=1_000)
    assert await recall(reader, Scope()) == 1
    assert not whole.exists()
    await engine.write(Change(many(1), embedder="e"))  # changes nothing, but what is missing is built
    assert whole.exists()
    assert await recall(EdgeEngine(engine.folder, least=1_000), Scope()) > 0.95


async def test_a_reader_takes_up_graphs_when_they_are_there(engine: EdgeEngine) -> None:
    await ExactEngine(engine.folder).write(Change(many(1_000), embedder="e"))
    first = await live(engine)
    assert await engine.snapshot() is first
    await engine.write(Change(many(1), embedder="e"))
    assert await engine.snapshot() is not first


async def test_a_graph_that_cannot_be_built_now_costs_time_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = EdgeEngine(tmp_path / "index", least=4, patience=0.05)
    await engine.write(change(A))
    with writing(engine.folder / "shards", patience=1):
        await engine.write(change(B, document("c.md", "Lamp.", "Bulb.", "Chair.", "Table.")))
    assert graphs(engine) == 0
    monkeypatch.setattr(shard, "_config", lambda *_: "nonsense")
    with pytest.raises(StoreError, match=r"could not be built: .* the new version is live"):
        await engine.write(change(document("a.md", "One.")))
    assert set((await live(engine)).documents) == {"a.md", "b.md", "c.md"}
    assert len(await by_meaning(engine, "Lamp.")) == 7
    monkeypatch.undo()
    await engine.write(change(remove=["b.md"]))
    assert graphs(engine) == 1


def test_killed_while_it_builds_graphs_the_live_version_answers(tmp_path: Path) -> None:
    """Versions hold the same number in each of their documents: none is ever seen in part."""
    folder, draw = tmp_path / "index", random.Random(3)
    for _ in range(4):
        command = [sys.executable, "-m", "tests.knowledge.engines.killed", str(folder)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline()
            time.sleep(draw.random() * 0.3)
            child.send_signal(signal.SIGKILL)
        asyncio.run(whole(EdgeEngine(folder, least=4)))
    engine = EdgeEngine(folder, least=4)
    asyncio.run(engine.write(change(document("a.md", "One.", "Two.", "Three.", "Four."), fresh=True)))
    assert all((folder / "segments" / f"{each.name}.seg").exists() for each in (folder / "shards").glob("[0-9a-f]*"))
    assert graphs(engine) >= 1


async def whole(engine: EdgeEngine) -> None:
    index = await live(engine)
    found = await index.nearest(VECTORS.encode(["stands in"])[0], 9, scope=OWNER)
    texts = [chunk.text for chunk in await index.chunks([each.id for each in found])]
    assert len({text.split()[0] for text in texts if "stands" in text}) == 1
    assert len(texts) == 6


def reader_of(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.knowledge.engines.killed", str(folder), "read"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


async def test_other_processes_read_beside_the_writer(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    engine = EdgeEngine(folder, least=4)
    await engine.write(change(document("0.md", "Lamp.", "Bulb.", "Chair.", "Table.")))
    readers = [reader_of(folder) for _ in range(2)]
    for number in range(1, 5):
        await engine.write(change(document(f"{number}.md", "Lamp.", "Bulb.", "Chair.", "Table.")))
    for reader in readers:
        told, _ = await asyncio.to_thread(reader.communicate, timeout=60)
        sizes = [int(each) for each in told.split()]
        assert sizes[-1] == 20
        assert sizes == sorted(sizes)
        assert {each % 4 for each in sizes} == {0}


def test_what_it_cannot_do_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="no kind 'ivf'"):
        EdgeEngine(tmp_path, tuning=Tuning(kind="ivf"))
    with pytest.raises(ConfigError, match="no quantization 'product'"):
        EdgeEngine(tmp_path, tuning=Tuning(quantization="product"))
    with pytest.raises(ConfigError, match="least=0"):
        EdgeEngine(tmp_path, least=0)
    monkeypatch.setitem(sys.modules, "qdrant_edge", None)
    with pytest.raises(ConfigError, match=r"pip install 'vouch-llm\[edge\]'"):
        EdgeEngine(tmp_path)
