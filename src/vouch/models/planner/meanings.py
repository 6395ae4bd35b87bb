"""How near texts are in meaning, as far as their vectors are known; what is not known yet is noted.

It does not know how vectors are made. A plan that met unknown texts is made again once they are known: so all planning
is plain arithmetic, and every text is embedded once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_KEPT: Final = 8192  # vectors, 1.5 kB each
_KEPT_MADE: Final = 256

T = TypeVar("T")


class Known:
    """What several plans share: vectors by text, and what was made of vectors."""

    def __init__(self) -> None:
        self.vectors: OrderedDict[str, Floats] = OrderedDict()
        self.made: OrderedDict[Hashable, Any] = OrderedDict()

    def forget(self) -> None:
        """Keep what was used last, as much as there is room for."""
        while len(self.vectors) > _KEPT:
            self.vectors.popitem(last=False)
        while len(self.made) > _KEPT_MADE:
            self.made.popitem(last=False)


class Meanings:
    """Vectors by text, `known` ones shared with others. `missing` are the texts asked for in vain."""

    def __init__(self, dimensions: int, known: Known | None = None) -> None:
        self.missing: dict[str, None] = {}
        self._known = known or Known()
        self._dimensions = dimensions

    def of(self, texts: Sequence[str]) -> Floats:
        """Unit vectors, shape (len(texts), dimensions); zeros where one is missing."""
        rows = np.empty((len(texts), self._dimensions), np.float32)
        vectors = self._known.vectors
        for place, text in enumerate(texts):
            found = vectors.get(text)
            if found is None:
                self.missing[text] = None
                rows[place] = 0.0
            else:
                vectors.move_to_end(text)
                rows[place] = found
        return rows

    def near(self, text: str, others: Sequence[str]) -> Floats:
        """The cosine similarity of `text` with each of `others`, shape (len(others),)."""
        vectors = self.of([text, *others])
        return vectors[1:] @ vectors[0]

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` makes of vectors, made once for each `key` as soon as no vector is missing."""
        made = self._known.made
        if key in made:
            made.move_to_end(key)
            return cast("T", made[key])
        value = make()
        if not self.missing:
            made[key] = value
        return value

    def learn(self, texts: Sequence[str], vectors: Floats) -> None:
        """These are the vectors of these texts."""
        self.missing.clear()
        self._known.vectors.update(zip(texts, vectors, strict=True))
