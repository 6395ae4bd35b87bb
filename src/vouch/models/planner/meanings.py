"""How near texts are in meaning, as far as their vectors are known; what is not known yet is noted.

It does not know how vectors are made. A plan that met unknown texts is made again once they are known: so all planning
is plain arithmetic, and every text is embedded once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Vectors = OrderedDict[str, Floats]

_KEPT: Final = 8192  # vectors, 1.5 kB each


class Meanings:
    """Vectors by text, `known` ones shared with others. `missing` are the texts asked for in vain."""

    def __init__(self, dimensions: int, known: Vectors | None = None) -> None:
        self.missing: dict[str, None] = {}
        self._known: Vectors = OrderedDict() if known is None else known
        self._nothing = np.zeros(dimensions, np.float32)

    def of(self, texts: Sequence[str]) -> Floats:
        """Unit vectors, shape (len(texts), dimensions); zeros where one is missing."""
        rows = np.empty((len(texts), len(self._nothing)), np.float32)
        for place, text in enumerate(texts):
            found = self._known.get(text)
            if found is None:
                self.missing[text] = None
                found = self._nothing
            else:
                self._known.move_to_end(text)
            rows[place] = found
        return rows

    def near(self, text: str, others: Sequence[str]) -> Floats:
        """The cosine similarity of `text` with each of `others`, shape (len(others),)."""
        vectors = self.of([text, *others])
        return vectors[1:] @ vectors[0]

    def learn(self, texts: Sequence[str], vectors: Floats) -> None:
        """These are the vectors of these texts."""
        self.missing.clear()
        self._known.update(zip(texts, vectors, strict=True))

    def forget(self) -> None:
        """Keep the vectors used last, as many as there is room for."""
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
