"""Whether a change can be made to an index at all: its shapes, and whose vectors it has.

It does not know where the index is kept.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from vouch.contracts.index import Change
from vouch.errors import UsageError


class Made(NamedTuple):
    """Which embedder made the vectors, and how many numbers each has; `empty` where there are none yet."""

    embedder: str = ""
    dimensions: int = 0
    empty: bool = True


def checked(base: Made, change: Change) -> Made:
    """What the index will be made of after the change; raises `UsageError` where that does not fit together."""
    dimensions = _shapes(change, base.dimensions)
    if base.empty or change.fresh:
        return Made(change.embedder, dimensions, empty=not change.put)
    if not change.put:
        return base
    if (change.embedder, dimensions) != (base.embedder, base.dimensions):
        raise UsageError(
            f"the index was built with embedder {base.embedder!r} ({base.dimensions} numbers a vector), the change with"
            f" {change.embedder!r} ({dimensions}); vectors of two embedders cannot be compared: give all documents, "
            "with fresh=True"
        )
    return base


def _shapes(change: Change, default: int) -> int:
    """How many numbers the vectors of a change have."""
    sizes = {entry.vectors.shape[1] for entry in change.put if entry.vectors.ndim == 2 and len(entry.chunks)}
    if len(sizes) > 1:
        raise UsageError(f"vectors of {', '.join(map(str, sorted(sizes)))} numbers were given; all must have as many")
    for entry in change.put:
        if entry.vectors.ndim != 2 or len(entry.vectors) != len(entry.chunks):
            raise UsageError(
                f"document {entry.document!r} has {len(entry.chunks)} chunks, but vectors of shape "
                f"{entry.vectors.shape}; give one row a chunk"
            )
    twice = [document for document, times in Counter(entry.document for entry in change.put).items() if times > 1]
    if twice:
        raise UsageError(f"document {twice[0]!r} was given twice; give each document once")
    return sizes.pop() if sizes else default
