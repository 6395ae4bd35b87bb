"""An embedder whose vectors are counts of letters: real enough to test what scorers do with similarity.

It does not know meaning.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Letters:
    """Texts with the same letters are alike."""

    name = "letters"
    fingerprint = "1"
    dimensions = 27

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of letter counts; the last number keeps a text without letters from having none."""
        counts = np.array([[text.lower().count(chr(97 + n)) for n in range(26)] + [0.01] for text in texts], np.float32)
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)
