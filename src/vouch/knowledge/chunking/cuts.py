"""Where to cut a row of pieces so that every part fits a limit, and an edit moves only the cuts beside it.

It does not know what the pieces are: sections, sentences, rows or words.

Filling part after part up to the limit would move every later cut with each edit. Here every place between two pieces
has a rank that follows from the pieces beside it alone. A place is cut where the pieces around it, as far as the next
place of higher rank on either side, are together larger than the limit. So a cut depends on nothing farther away than
the limit; a larger limit cuts at a part of the same places, which is why the chunks of a smaller limit lie within those
of a larger one; and parts are filled a little more than half on average.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_TINY: Final = 8
"""A piece below a so many-eighth part of the limit would rather not stand alone."""

Rank = tuple[float, bool, float, int]
"""How gladly a place is cut: strength, that no piece beside it is tiny, a number, and what decides between equals."""


def ranks(strengths: Sequence[float], sizes: Sequence[float], numbers: Sequence[float], limit: float) -> Sequence[Rank]:
    """The rank of the place before each piece, from a strength, a size and a number for each.

    The greater strength is cut first; among equals, that which leaves no tiny piece alone; among those, the greater
    number. Numbers are checksums of the pieces, which is as good as chance and does not change with what stands
    elsewhere. Numbers that repeat are ranked so that their row is halved, again and again.
    """
    least = limit / _TINY
    seen: dict[float, int] = {}
    found: list[Rank] = []
    wide_before = False
    for strength, size, number in zip(strengths, sizes, numbers, strict=True):
        count = seen[number] = seen.get(number, 0) + 1
        wide = size >= least
        found.append((strength, wide and wide_before, number, count & -count))
        wide_before = wide
    return found


def cuts(before: Sequence[float], after: Sequence[float], ranked: Sequence[Rank], limit: float) -> list[int]:
    """The pieces before which to cut, in order.

    The size of pieces `i` to `j` is `after[j] - before[i]`. All three have one value for every piece.
    """
    count = len(ranked)
    found: list[int] = []
    falling: list[int] = []
    for right in range(1, count + 1):
        while falling and (right == count or ranked[falling[-1]] < ranked[right]):
            place = falling.pop()
            left = falling[-1] if falling else 0
            if after[right - 1] - before[left] > limit:
                found.append(place)
        falling.append(right)
    return sorted(found)
