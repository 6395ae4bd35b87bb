"""Chunks along the structure of a document: sections, then blocks, are kept whole as far as they fit.

It does not know the format that the document had.
"""

from __future__ import annotations

from vouch.knowledge.chunking.assembly import assemble
from vouch.knowledge.chunking.grouping import grouped
from vouch.knowledge.chunking.measure import Measure, room
from vouch.knowledge.chunking.pieces import blocks_of
from vouch.values.document import Chunk, Document


def by_structure(
    document: Document, *, limit: int = 1200, overlap: int = 0, measure: Measure = len
) -> tuple[Chunk, ...]:
    """Chunks of at most `limit`, cut first before the highest headings, then between blocks, last within them.

    A chunk is several small sections, a section, or blocks of one; a heading stays with what follows it. A block is cut
    only if it is larger than the limit itself: a text between sentences, a table between rows (a Markdown table's first
    row is then carried in `headings`), a list between items, code between lines. `limit` and `overlap` are in what
    `measure` counts, characters by default. Raises `ConfigError` for limits that cannot be kept.
    """
    within = room(limit, overlap)
    spans = grouped(document.text, blocks_of(document), limit=within, measure=measure)
    return assemble(document, spans, overlap=overlap, measure=measure)
