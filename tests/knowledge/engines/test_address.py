"""An address names an engine, or says what is wrong with it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from vouch.errors import ConfigError, StoreError
from vouch.knowledge.engines.address import Opening, open_engine
from vouch.knowledge.engines.edge.engine import EdgeEngine
from vouch.knowledge.engines.tuning import Tuning
from vouch.knowledge.exact.engine import ExactEngine


def test_folders_are_below_the_root(tmp_path: Path) -> None:
    for address in ("exact:index", "index"):
        engine = open_engine(address, Opening(root=tmp_path))
        assert type(engine) is ExactEngine
        assert engine.folder == tmp_path / "index"
    pytest.importorskip("qdrant_edge")
    engine = open_engine("edge:index", Opening(root=tmp_path))
    assert isinstance(engine, EdgeEngine)
    assert engine.folder == tmp_path / "index"


def test_what_is_wrong_with_an_address_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"scheme that is not known; there are: chroma, .*'edge:.vouch/index'"):
        open_engine("milvus://host/name")
    with pytest.raises(ConfigError, match="names no host; write it as qdrant://host:6333/name"):
        open_engine("qdrant:name")
    with pytest.raises(ConfigError, match="needs a host, as in pinecone://host/name, and a key"):
        open_engine("pinecone://host/name")
    with pytest.raises(ConfigError, match="use 'edge:' instead"):
        open_engine("exact:index", Opening(tuning=Tuning()))


@pytest.mark.parametrize(
    ("address", "module", "extra"),
    [
        ("qdrant://127.0.0.1:1/name", "qdrant_client", "qdrant"),
        ("chroma://127.0.0.1:1/name", "chromadb", "chroma"),
        ("postgresql://127.0.0.1:1/name?index=x", "psycopg", "pgvector"),
        ("pinecone://host/name", "pinecone", "pinecone"),
        ("edge:name", "qdrant_edge", "edge"),
    ],
)
def test_a_missing_package_is_named(address: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigError, match=rf"pip install 'vouch-llm\[{extra}\]'"):
        open_engine(address, Opening(key="secret"))


@pytest.mark.parametrize(
    ("address", "module", "word"),
    [
        ("qdrant://127.0.0.1:1/name", "qdrant_client", "Qdrant at http://127.0.0.1:1/name did not do as told"),
        ("chroma://127.0.0.1:1/name", "chromadb", "Chroma 127.0.0.1:1, collections 'name' did not do as told"),
        ("postgresql://127.0.0.1:1/base?index=x", "psycopg", "Postgres '127.0.0.1', database 'base' did not do"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_server_that_is_not_there_is_named(address: str, module: str, word: str) -> None:
    pytest.importorskip(module)
    with pytest.raises(StoreError, match=word):
        asyncio.run(open_engine(address).snapshot())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("address", "module", "tuning", "word"),
    [
        ("qdrant://127.0.0.1:1/x", "qdrant_client", Tuning(kind="ivf"), "Qdrant has no kind 'ivf' .* exact, hnsw"),
        ("chroma://127.0.0.1:1/x", "chromadb", Tuning(kind="ivf"), "Chroma has no kind 'ivf'"),
        ("chroma://127.0.0.1:1/x", "chromadb", Tuning(quantization="binary"), "no quantization 'binary'"),
        ("postgresql://127.0.0.1:1/x", "psycopg", Tuning(quantization="product"), "no quantization 'product'"),
        ("pinecone://127.0.0.1/x", "pinecone", Tuning(kind="exact"), "Pinecone has no kind 'exact'"),
    ],
)
def test_what_a_server_cannot_do_is_said(address: str, module: str, tuning: Tuning, word: str) -> None:
    pytest.importorskip(module)
    with pytest.raises(ConfigError, match=word):
        open_engine(address, Opening(key="secret", tuning=tuning))
