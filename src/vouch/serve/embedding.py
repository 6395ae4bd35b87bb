"""The way to an embedder of ours.

It does not know which embedder.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vouch.contracts.embedder import Embedder
from vouch.errors import BadRequest
from vouch.serve.exchange import BYTES_A_TOKEN, Exchange
from vouch.serve.faces.embeddings.embeddings import Embeddings
from vouch.serve.outlet import Outlet
from vouch.serve.way import Reply
from vouch.values.money import Usage


class Embedding:
    """`connect` gives the embedder, at its first use. What it reads is counted by its length: it tells no tokens."""

    def __init__(self, name: str, connect: Callable[[], Embedder], face: Embeddings) -> None:
        self._name = name
        self._connect = connect
        self._face = face
        self._embedder: Embedder | None = None

    async def ask(self, exchange: Exchange) -> Reply:
        """The vectors; with `dimensions` their first so many, made unit vectors again."""
        asked = self._face.asked(exchange.body, self._name)
        if self._embedder is None:
            self._embedder = self._connect()
        vectors = await self._embedder.embed(asked.texts)
        if asked.dimensions is not None and not 0 < asked.dimensions <= vectors.shape[1]:
            raise BadRequest(f"{self._name} gives {vectors.shape[1]} dimensions; ask for at most so many", status=400)
        if asked.dimensions is not None and asked.dimensions < vectors.shape[1]:
            vectors = vectors[:, : asked.dimensions]
            vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        usage = Usage(sum(len(text.encode()) for text in asked.texts) // BYTES_A_TOKEN)
        rows = [row.astype("<f4").tobytes() for row in vectors]
        return _Vectors(self._face.told(rows, asked, usage, self._name), usage)


class _Vectors:
    def __init__(self, body: bytes, usage: Usage) -> None:
        self._body = body
        self._usage = usage

    async def deliver(self, exchange: Exchange, outlet: Outlet) -> None:
        exchange.charge(self._usage)
        await outlet.whole(200, self._body)

    def close(self) -> None:
        pass
