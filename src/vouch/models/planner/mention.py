"""A value that a text mentions, and where.

It does not know which parameter it is for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

Span = tuple[int, int]


class Mention(NamedTuple):
    """A value and its span. `sure` is how certain it is that this is such a value; `sign` is a unit or currency."""

    value: Any
    start: int
    end: int
    sure: float = 0.99
    sign: str = ""


def free(mentions: Iterable[Mention], taken: Sequence[Span]) -> list[Mention]:
    """The mentions that overlap none of the spans taken."""
    return [one for one in mentions if not any(one.start < end and start < one.end for start, end in taken)]


def without_overlap(mentions: Iterable[Mention]) -> list[Mention]:
    """The longest of mentions that overlap, in order."""
    kept: list[Mention] = []
    for one in sorted(mentions, key=lambda mention: (mention.start - mention.end, mention.start)):
        if free([one], [(other.start, other.end) for other in kept]):
            kept.append(one)
    return sorted(kept, key=lambda mention: mention.start)
