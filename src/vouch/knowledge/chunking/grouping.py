"""Pieces of a document put together to spans that fit a limit; what is too large alone is taken apart.

It does not know how the pieces were made, or what chunks hold besides their text.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from zlib import crc32

from vouch.knowledge.chunking.cuts import cuts, ranks
from vouch.knowledge.chunking.measure import Measure
from vouch.knowledge.chunking.pieces import FINER, Piece, slices

Span = tuple[int, int]


def grouped(
    text: str,
    pieces: Sequence[Piece],
    *,
    limit: int,
    measure: Measure = len,
    numbers: Sequence[float] = (),
    step: int = 0,
) -> list[Span]:
    """Spans of neighbouring pieces, none larger than `limit` as `measure` sees the sum of its pieces.

    `numbers` say how gladly to cut before each piece where nothing else decides, by default a checksum of it. `step` is
    the number of times that the pieces have been taken apart already.
    """
    if not pieces:
        return []
    before, after = _extents(text, pieces, measure)
    if after[-1] - before[0] <= limit:
        return [(pieces[0].start, pieces[-1].end)]
    ranked = ranks(
        [piece.strength for piece in pieces],
        [last - first for first, last in zip(before, after, strict=True)],
        numbers or [crc32(text[piece.start : piece.end].encode("utf-8", "surrogatepass")) for piece in pieces],
        limit,
    )
    spans: list[Span] = []
    for first, last in pairwise((0, *cuts(before, after, ranked, limit), len(pieces))):
        if last - first == 1 and after[first] - before[first] > limit and step <= len(FINER):
            spans += grouped(
                text, _finer(text, pieces[first], limit, step), limit=limit, measure=measure, step=step + 1
            )
        else:
            spans.append((pieces[first].start, pieces[last - 1].end))
    return spans


def _finer(text: str, piece: Piece, limit: int, step: int) -> list[Piece]:
    return FINER[step](text, piece) if step < len(FINER) else slices(piece, max(1, limit // 4))


def _extents(text: str, pieces: Sequence[Piece], measure: Measure) -> tuple[Sequence[int], Sequence[int]]:
    """Where each piece begins and ends, in what `measure` counts."""
    if measure is len:
        return [piece.start for piece in pieces], [piece.end for piece in pieces]
    ends = list(accumulate(measure(text[piece.start : piece.end]) for piece in pieces))
    return [0, *ends[:-1]], ends
