"""The first numbers of another embedder's vectors, as unit vectors again.

It does not know whether the embedder was trained for that (Matryoshka, Kusupati et al. 2022); of others, such as
`local/minilm`, half of the numbers cost more than they save.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vouch.contracts.embedder import Embedder
from vouch.errors import ConfigError


class Shortened:
    """An `Embedder` of `dimensions` numbers, which are the first of the inner one's."""

    def __init__(self, inner: Embedder, dimensions: int) -> None:
        if not 1 <= dimensions <= inner.dimensions:
            raise ConfigError(
                f"Shortened({inner.name!r}, {dimensions!r}): give a length from 1 to {inner.dimensions}, which is what "
                "it makes"
            )
        self._inner = inner
        self.dimensions = dimensions
        self.name = f"{inner.name}@{dimensions}"
        self.fingerprint = f"{inner.fingerprint}@{dimensions}"

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimensions); raises what the inner one raises."""
        first = (await self._inner.embed(texts))[:, : self.dimensions]
        lengths = np.linalg.norm(first, axis=1, keepdims=True)
        return (first / np.where(lengths > 0, lengths, 1)).astype(np.float32)
