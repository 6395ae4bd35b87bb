"""Tests of the embedder against a provider over real HTTP."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from models.http.raw import always, ok, raw_server
from vouch.contracts.embedder import Embedder
from vouch.errors import ConfigError, MalformedAnswer, ModelNotFound, RateLimited
from vouch.models.http.pool import HttpPool
from vouch.models.openai.embed import OpenAIEmbedder
from vouch.testing.fault import Fault
from vouch.testing.provider import StandIn
from vouch.testing.vector import unit_vector


@pytest_asyncio.fixture
async def pool() -> AsyncIterator[HttpPool]:
    made = HttpPool()
    yield made
    await made.aclose()


def embedder_at(address: str, pool: HttpPool, *, name: str = "openai/e5", dimensions: int = 8, **rest: Any) -> Embedder:
    return OpenAIEmbedder(name, http=pool, address=address, dimensions=dimensions, **rest)


async def test_vectors_come_in_order_whatever_the_batch(pool: HttpPool) -> None:
    texts = [f"text {number}" for number in range(7)]
    async with StandIn() as provider:
        embedder = embedder_at(provider.address, pool, batch=3)
        assert isinstance(embedder, Embedder)
        vectors = await embedder.embed(texts)
        assert [len(request["input"]) for request in provider.requests] == [3, 3, 1]
        assert (await embedder.embed([])).shape == (0, 8)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, [unit_vector(text, 8) for text in texts], atol=1e-6)


async def test_only_models_that_can_be_shortened_are_told_the_length(pool: HttpPool) -> None:
    async with StandIn(dimensions=8) as provider:
        short = embedder_at(provider.address, pool, name="openai/text-embedding-3-large", dimensions=4)
        assert (await short.embed(["a"])).shape == (1, 4)
        assert provider.requests[-1]["dimensions"] == 4
        with pytest.raises(ConfigError, match="8 dimensions, not 4; say dimensions=8"):
            await embedder_at(provider.address, pool, dimensions=4).embed(["a"])
        assert "dimensions" not in provider.requests[-1]


def answering(*vectors: Any, **rest: Any) -> bytes:
    return ok(json.dumps({"data": list(vectors)} | rest).encode())


async def test_plain_numbers_in_any_order_become_unit_vectors(pool: HttpPool) -> None:
    answer = answering({"index": 1, "embedding": [0, 5]}, {"index": 0, "embedding": [3, 4]})
    async with raw_server(always(answer, answering({"embedding": [0.0, 0.0]}))) as server:
        embedder = embedder_at(server.url, pool, dimensions=2)
        np.testing.assert_allclose(await embedder.embed(["a", "b"]), [[0.6, 0.8], [0.0, 1.0]], atol=1e-6)
        np.testing.assert_array_equal(await embedder.embed(["nothing"]), [[0.0, 0.0]])


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (ok(b"<html>"), "cannot be read"),
        (ok(b'{"data": [{"index": 0}]}'), "cannot be read"),
        (ok(b'{"vectors": []}'), "no embeddings"),
        (answering(), "0 vectors for 1 texts"),
        (answering({"index": 3, "embedding": [1, 2]}), "1 vectors for 1 texts"),
        (answering({"index": 0, "embedding": "*"}), "no base 64"),
        (answering({"index": 0, "embedding": "AAA="}), "no base 64"),
    ],
)
async def test_what_is_not_the_format_is_malformed(pool: HttpPool, answer: bytes, said: str) -> None:
    async with raw_server(always(answer)) as server:
        with pytest.raises(MalformedAnswer, match=said):
            await embedder_at(server.url, pool, dimensions=2).embed(["a"])


async def test_refusals_are_errors(pool: HttpPool) -> None:
    async with StandIn(faults=[Fault(kind="rate_limited", at=(0,), retry_after=3)]) as provider:
        with pytest.raises(RateLimited) as caught:
            await embedder_at(provider.address, pool).embed(["a"])
        assert caught.value.retry_after == 3.0
    async with raw_server(always(ok(b'{"error": {"message": "no", "code": "model_not_found"}}'))) as server:
        with pytest.raises(ModelNotFound):
            await embedder_at(server.url, pool).embed(["a"])


async def test_name_dimensions_and_fingerprint(pool: HttpPool) -> None:
    embedder = OpenAIEmbedder("openai/e5", http=pool, key="sk-secret", dimensions=8)
    assert (embedder.name, embedder.dimensions, embedder.fingerprint) == ("openai/e5", 8, "openai/e5@8")
    assert repr(embedder) == "OpenAIEmbedder('openai/e5', address='https://api.openai.com/v1', dimensions=8)"
    for wrong in ({"dimensions": 0}, {"dimensions": 8, "batch": 0}):
        with pytest.raises(ConfigError, match="must be at least 1"):
            OpenAIEmbedder("openai/e5", http=pool, **wrong)


@pytest.mark.data
async def test_recorded_embeddings_are_read(pool: HttpPool, data: Callable[[str], Path]) -> None:
    read: list[int] = []
    with gzip.open(data("gateway/wire_traffic_pydantic_ai.jsonl.gz"), "rt", encoding="utf-8") as lines:
        recorded = [json.loads(line) for line in lines if '"/v1/embeddings"' in line]
    for exchange in recorded:
        if exchange["status"] == 200:
            wanted = len(exchange["response"]["data"])
            dimensions = 1536
            async with raw_server(always(ok(json.dumps(exchange["response"]).encode()))) as server:
                vectors = await embedder_at(server.url, pool, dimensions=dimensions).embed(["x"] * wanted)
            np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
            read.append(wanted)
    assert read
