"""Weaviate keeps the promise of an index engine as far as a stand-in for its server can show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("weaviate")

from tests.knowledge.contract_suite.suite import ABOUT_TEXTS, A, IndexContract, change, live
from tests.knowledge.engines.weaviate_stand_in import Running, running
from tests.knowledge.made import document

from vouch.contracts.index import Scope
from vouch.errors import ConfigError, StoreError
from vouch.knowledge.condition import read_condition
from vouch.knowledge.engines.address import Opening, open_engine
from vouch.knowledge.engines.engine import ServerEngine
from vouch.knowledge.engines.tuning import Tuning
from vouch.knowledge.engines.weaviate import rows as module
from vouch.knowledge.engines.weaviate.rows import Server, WeaviateRows


@pytest.fixture
def server() -> Iterator[Running]:
    with running() as server:
        yield server


def opened(server: Running, **more: Any) -> WeaviateRows:
    where = Server("127.0.0.1", server.port, "127.0.0.1", server.grpc_port, secure=False)
    return WeaviateRows(where, "handbook", **{"key": "secret", **more})


@pytest.fixture
def rows(server: Running) -> Iterator[WeaviateRows]:
    rows = opened(server)
    yield rows
    rows.close()


class TestWeaviate(IndexContract):
    cannot = ABOUT_TEXTS

    @pytest.fixture
    def engine(self, rows: WeaviateRows) -> ServerEngine:
        return ServerEngine(rows)

    @pytest.fixture
    def other(self, server: Running) -> Iterator[ServerEngine]:
        rows = opened(server)
        yield ServerEngine(rows)
        rows.close()


async def test_a_wrong_key_and_a_server_that_is_not_there_are_told(server: Running) -> None:
    with pytest.raises(StoreError, match=r"Weaviate 127.0.0.1:\d+, .* did not do as told: .*whether the key is right"):
        opened(server, key="wrong")
    nowhere = Server("127.0.0.1", 9, "127.0.0.1", 9, secure=False)
    with pytest.raises(StoreError, match="see whether the server runs"):
        WeaviateRows(nowhere, "handbook")


async def test_what_it_cannot_do_is_said_when_it_is_opened(server: Running) -> None:
    with pytest.raises(ConfigError, match="Weaviate has no kind 'ivf' that can be set; it has: exact, hnsw"):
        opened(server, tuning=Tuning(kind="ivf"))
    with pytest.raises(ConfigError, match=r"Weaviate has no quantization 'scalar' .*; it has: binary, none"):
        opened(server, tuning=Tuning(kind="exact", quantization="scalar"))


@pytest.mark.parametrize(
    ("tuning", "kind", "found"),
    [
        (Tuning(links=32), "hnsw", {"maxConnections": 32, "efConstruction": 128, "ef": 128}),
        (Tuning(quantization="scalar"), "hnsw", {"sq": {"enabled": True}}),
        (Tuning(quantization="binary"), "hnsw", {"bq": {"enabled": True}}),
        (Tuning(kind="exact"), "flat", {}),
    ],
)
def test_the_index_is_made_as_tuned(server: Running, tuning: Tuning, kind: str, found: dict[str, Any]) -> None:
    rows = opened(server, tuning=tuning)
    rows.create("1", 64)
    made = server.service.collections["Vouch_handbook_1"].schema["vectorConfig"]["default"]
    assert made["vectorIndexType"] == kind
    assert made["vectorIndexConfig"]["distance"] == "dot"
    assert found.items() <= made["vectorIndexConfig"].items()
    rows.close()


async def test_what_is_refused_is_told_and_nothing_of_it_is_live(server: Running, rows: WeaviateRows) -> None:
    engine = ServerEngine(rows)
    name = await engine.write(change(A))
    server.service.refused = "Chairs"
    with pytest.raises(StoreError, match="it is refused"):
        await engine.write(change(document("c.md", "Chairs are wooden.")))
    server.service.refused = ""
    assert (await live(engine)).version == name
    assert list((await live(engine)).documents) == ["a.md"]


async def test_pages_go_on_where_the_last_ended(rows: WeaviateRows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAGE", 4)
    engine = ServerEngine(rows)
    many = [document(f"{number}.md", f"Text number{number}.") for number in range(30)]
    await engine.write(change(*many))
    assert len((await live(ServerEngine(rows))).documents) == 30
    monkeypatch.setattr(module, "_SLOTS", 3)  # many at one place
    await engine.write(change(*many[:4], remove=[f"{number}.md" for number in range(4, 28)], fresh=True))


async def test_numbers_are_found_by_whoever_did_not_write_them(server: Running, rows: WeaviateRows) -> None:
    other = opened(server)
    reader = ServerEngine(other)
    await ServerEngine(rows).write(change(document("a.md", "A lamp.", price=20)))
    index = await live(reader)
    asked = (await index.vectors([(await index.keyword("lamp", 1, scope=Scope(access=None)))[0].id]))[0]
    for where, n in (("price > 10", 1), ("price > 30", 0), ("weight > 1", 0)):
        assert len(await index.nearest(asked, 5, scope=Scope(read_condition(where)))) == n
    await ServerEngine(other).write(change(document("b.md", "A chair.", price=40)))
    assert len((await live(reader)).documents) == 2
    other.close()


async def test_an_address_opens_it(server: Running, tmp_path: Path) -> None:
    address = f"weaviate://127.0.0.1:{server.port}/handbook?grpc={server.grpc_port}"
    engine = open_engine(address, Opening(key="secret", part="a"))
    assert isinstance(engine, ServerEngine)
    assert engine.place == f"Weaviate 127.0.0.1:{server.port}, collections 'handbook_a'"
    assert await engine.snapshot() is None
    engine._rows.close()  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(ConfigError, match="names no host"):
        open_engine("weaviate:///handbook")
