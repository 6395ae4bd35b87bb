"""An embedder that needs no model and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray


class Counting:
    """Texts get pseudo-random directions."""

    name = "test/counting"

    def __init__(self, dimensions: int = 8, version: str = "1") -> None:
        self.dimensions = dimensions
        self.fingerprint = f"counting-{dimensions}-{version}"
        self.asked: list[str] = []

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.extend(texts)
        seeds = [crc32(text.encode("utf-8", "surrogatepass")) for text in texts]
        rows = [np.random.default_rng(seed).normal(size=self.dimensions) for seed in seeds]
        found = np.array(rows, np.float32).reshape(len(texts), self.dimensions)
        return found / np.linalg.norm(found, axis=1, keepdims=True)
