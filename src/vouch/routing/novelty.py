"""Whether a question is of the kind that was learned from: another language or field is not.

It does not know any model. Nothing learned is to be believed on questions that are not familiar.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from vouch.routing.hashing import Hashes, clipped, words

RARE: Final = 0.005
"""This share of the questions that were learned from would themselves be called unfamiliar."""

_MOST_FLOOR: Final = 0.6


class Familiar(Struct, frozen=True, eq=False):
    """`known` are the hashes of all words learned from, sorted; a question needs the share `floor` of its own there."""

    known: NDArray[np.uint32]
    floor: float

    def share(self, text: str) -> float:
        """The share of the words of a text that are known; 0 for a text without words."""
        return _share(words(clipped(text)), self.known)

    def knows(self, text: str) -> bool:
        """Whether what was learned may be believed on this text."""
        return self.share(text) >= self.floor > 0


def learn(each: Sequence[Hashes]) -> Familiar:
    """What is familiar after texts of these words.

    The floor is where few of them fall once their own words do not count.
    """
    kinds = [np.unique(found) for found in each]
    known, counts = np.unique(np.concatenate([*kinds, np.zeros(0, np.uint32)]), return_counts=True)
    shared = known[counts > 1]
    shares = [_share(found, shared) for found in each if len(found)]
    floor = float(np.quantile(shares, RARE)) if shares else 0.0
    return Familiar(known, min(max(floor, 0.05), _MOST_FLOOR))


def _share(found: Hashes, known: NDArray[np.uint32]) -> float:
    if not len(found) or not len(known):
        return 0.0
    places = np.minimum(np.searchsorted(known, found), len(known) - 1)
    return float((known[places] == found).mean())
