"""Remembers the vectors of the texts seen last.

It does not know how a vector is made.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

_LONGEST: Final = 2_000  # characters; longer texts are documents, which seldom come twice

Vectors = dict[str, NDArray[np.float32]]


class Memory:
    """At most `size` vectors by their text; the one not asked for longest is forgotten first. Safe between threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def recall(self, texts: Iterable[str]) -> Vectors:
        """The vectors of those texts that are remembered."""
        found: Vectors = {}
        with self._lock:
            for text in texts:
                vector = self._kept.get(text)
                if vector is not None:
                    self._kept.move_to_end(text)
                    found[text] = vector
        return found

    def keep(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Remember these, each as a copy, so that no vector holds the whole batch it was made in."""
        with self._lock:
            for text, vector in vectors.items():
                if len(text) <= _LONGEST:
                    self._kept[text] = vector.copy()
                    self._kept.move_to_end(text)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
