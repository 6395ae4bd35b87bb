"""Chunks of whole sentences, whichever blocks they stand in.

It does not know the language: full stops, question and exclamation marks end sentences, also those of Chinese and
Japanese, unless an abbreviation, an initial, a short number or a small letter says otherwise.
"""

from __future__ import annotations

from vouch.knowledge.chunking.assembly import assemble
from vouch.knowledge.chunking.grouping import grouped
from vouch.knowledge.chunking.measure import Measure, room
from vouch.knowledge.chunking.pieces import Piece, blocks_of, parts
from vouch.values.document import Chunk, Document


def by_sentences(
    document: Document, *, limit: int | None = None, overlap: int = 0, measure: Measure = len
) -> tuple[Chunk, ...]:
    """Chunks of whole sentences, rows of tables, items of lists and lines of code.

    Without a `limit` every sentence is a chunk, with the headings right above it: small enough to be found exactly; its
    neighbours have the next `place`. With one, neighbours are put together up to `limit`, and longer sentences are cut.
    `limit` and `overlap` are in what `measure` counts, characters by default. Raises `ConfigError` for limits that
    cannot be kept.
    """
    pieces = sentences_of(document)
    if limit is None:
        return assemble(document, [(piece.start, piece.end) for piece in pieces], overlap=overlap, measure=measure)
    spans = grouped(document.text, pieces, limit=room(limit, overlap), measure=measure, step=1)
    return assemble(document, spans, overlap=overlap, measure=measure)


def sentences_of(document: Document) -> list[Piece]:
    """Its sentences in order, all as gladly cut."""
    return [
        Piece(part.start, part.end, 0, part.kind)
        for block in blocks_of(document)
        for part in parts(document.text, block)
    ]
