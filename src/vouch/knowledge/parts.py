"""The parts of a long question: its sentences, each asked for by itself.

It does not know how a part is searched, and needs no model.
"""

from __future__ import annotations

import re
from typing import Final

_BETWEEN: Final = re.compile(r"(?<=[.!?;。！？])\s+|\n+")
_FEWEST: Final = 3
"""Words; what is shorter says too little by itself."""

_MOST: Final = 64
"""Of a longer question, the first so many parts are asked for."""


def parts_of(text: str) -> list[str]:
    """The whole text first, then its sentences and lines where there are several."""
    sentences = [part.strip() for part in _BETWEEN.split(text)]
    long = list(dict.fromkeys(part for part in sentences if len(part.split()) >= _FEWEST))
    return [text, *long[:_MOST]] if len(long) > 1 else [text]
