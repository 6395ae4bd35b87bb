"""Questions made of documents, where nobody has asked any yet.

It does not know what is searched with them. Such a question is a sentence of a chunk, so it lies nearer to its chunk
than what people ask: enough to compare engines, not to tell how good answers are.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Final

from vouch.contracts.index import Entry

_BETWEEN: Final = re.compile(r"(?<=[.!?。！？])\s+|\n+")
_FEWEST: Final = 4
_MOST: Final = 40
"""Words of a sentence."""


def made_questions(entries: Sequence[Entry], wanted: int, *, seed: int = 0) -> list[str]:
    """At most `wanted` different sentences, each of another chunk, drawn by the seed."""
    chunks = [chunk.text for entry in entries for chunk in entry.chunks]
    chance = random.Random(seed)  # noqa: S311 - a draw, no secret
    chance.shuffle(chunks)
    found: dict[str, None] = {}
    for text in chunks:
        fitting = [part.strip() for part in _BETWEEN.split(text) if _FEWEST <= len(part.split()) <= _MOST]
        if fitting:
            found[chance.choice(fitting)] = None
        if len(found) == wanted:
            break
    return list(found)
