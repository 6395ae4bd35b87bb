"""Pinecone keeps the promise of an index engine as far as a stand-in for its service can show."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from tests.knowledge.contract_suite.suite import ABOUT_TEXTS, A, IndexContract, change
from tests.knowledge.engines.pinecone_stand_in import running
from tests.knowledge.made import WordVectors, entry

from vouch.contracts.index import Change, IndexEngine
from vouch.errors import ConfigError, StoreError
from vouch.knowledge.engines.engine import ServerEngine
from vouch.knowledge.engines.pinecone.rows import PineconeRows

pytest.importorskip("pinecone")


@pytest.fixture
def address() -> Iterator[str]:
    with running(64) as address:
        yield address


class TestPinecone(IndexContract):
    cannot = ABOUT_TEXTS

    @pytest.fixture
    def engine(self, address: str) -> Iterator[ServerEngine]:
        rows = PineconeRows(address, "handbook", key="secret")
        yield ServerEngine(rows)
        rows.close()

    @pytest.fixture
    def other(self, address: str) -> Iterator[ServerEngine]:
        rows = PineconeRows(address, "handbook", key="secret")
        yield ServerEngine(rows)
        rows.close()

    async def test_vectors_of_two_embedders_never_mix(self, engine: IndexEngine) -> None:
        """An index of Pinecone has vectors of one length for ever."""
        await engine.write(change(A))
        other = WordVectors(32)
        with pytest.raises(ConfigError, match="vectors of 64 numbers, and cannot take 32; make another index"):
            await engine.write(Change([entry(A, other)], embedder=other.fingerprint, fresh=True))

    async def test_an_index_may_have_no_vectors(self, engine: IndexEngine) -> None:
        """Not here."""
        with pytest.raises(ConfigError, match="cannot take 1"):
            await engine.write(Change([entry(A)._replace(vectors=np.zeros((2, 0), np.float32))]))


async def test_a_wrong_key_and_a_chunk_that_is_too_large_are_told(address: str) -> None:
    rows = PineconeRows(address, "handbook", key="wrong")
    with pytest.raises(StoreError, match="see whether the host and the key are right"):
        await ServerEngine(rows).snapshot()
    rows.close()
    rows = PineconeRows(address, "handbook", key="secret")
    large = entry(A)
    large = large._replace(chunks=[large.chunks[0], *large.chunks[1:]])
    with pytest.raises(StoreError, match="40000 at most; cut the documents smaller"):
        rows._record("key", large.vectors[0], {"id": "a", "record": "x" * 50_000})
    rows.close()
