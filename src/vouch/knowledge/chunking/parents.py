"""Chunks linked to the larger ones they are part of, so that what was found small can be shown in its surroundings.

It does not know how either were cut.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from msgspec.structs import replace

from vouch.values.document import Chunk


def with_parents(chunks: Sequence[Chunk], parents: Sequence[Chunk]) -> tuple[Chunk, ...]:
    """`chunks`, each with the id of the one of `parents` that holds most of it as its `parent`.

    Both are of one document and in order. Chunks of `by_structure` lie wholly within those of a larger limit. One that
    is as large as its parent has none.
    """
    starts = [parent.span[0] for parent in parents]
    found: list[Chunk] = []
    for chunk in chunks:
        place = bisect_right(starts, chunk.span[0]) - 1
        near = parents[max(0, place) : place + 2]
        parent = max(near, key=lambda candidate: _shared(chunk, candidate), default=None)
        within = parent is not None and parent.span != chunk.span and _shared(chunk, parent) > 0
        found.append(replace(chunk, parent=parent.id) if parent and within else chunk)
    return tuple(found)


def _shared(one: Chunk, other: Chunk) -> int:
    """Characters that both hold."""
    return min(one.span[1], other.span[1]) - max(one.span[0], other.span[0])
