"""Qdrant keeps the promise of an index engine: its client's own engine stands in for a server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.knowledge.contract_suite.suite import ABOUT_TEXTS, A, IndexContract, by_words, change

from vouch.knowledge.engines.engine import ServerEngine
from vouch.knowledge.engines.qdrant.rows import QdrantRows
from vouch.knowledge.engines.tuning import Quantization, Tuning

pytest.importorskip("qdrant_client")


class TestQdrant(IndexContract):
    cannot = tuple(each for each in ABOUT_TEXTS if "<" in each or ">" in each)

    @pytest.fixture
    def rows(self) -> Iterator[QdrantRows]:
        rows = QdrantRows(":memory:", "handbook")
        yield rows
        rows.close()

    @pytest.fixture
    def engine(self, rows: QdrantRows) -> ServerEngine:
        return ServerEngine(rows)

    @pytest.fixture
    def other(self, rows: QdrantRows) -> ServerEngine:
        return ServerEngine(rows)


@pytest.mark.parametrize(
    ("quantization", "kind"),
    [("scalar", "ScalarQuantization"), ("product", "ProductQuantization"), ("binary", "BinaryQuantization")],
)
@pytest.mark.filterwarnings("ignore")
def test_a_server_is_told_how_to_quantize_and_to_score_anew(quantization: Quantization, kind: str) -> None:
    """Only a server quantizes: here it is seen that what it would be told can be written."""
    rows = QdrantRows("http://127.0.0.1:1", "handbook", tuning=Tuning(quantization=quantization, oversampling=3))
    assert type(rows._quantization()).__name__ == kind
    asked = rows._searching()
    assert (asked.hnsw_ef, asked.quantization.rescore, asked.quantization.oversampling) == (128, True, 3)
    rows.close()


async def test_a_folder_is_kept(tmp_path: Path) -> None:
    rows = QdrantRows(str(tmp_path), "handbook")
    await ServerEngine(rows).write(change(A))
    rows.close()
    rows = QdrantRows(str(tmp_path), "handbook", tuning=Tuning(kind="exact"))
    assert await by_words(ServerEngine(rows), "lamps") == ["a.md", "a.md"]
    rows.close()
