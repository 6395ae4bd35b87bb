"""How documents are cut unless somebody says otherwise: along their structure, each chunk within a larger one.

It does not know how chunks are found.
"""

from __future__ import annotations

from collections.abc import Sequence

from vouch.knowledge.chunking.parents import with_parents
from vouch.knowledge.chunking.structure import by_structure
from vouch.values.document import Chunk, Document


def small(document: Document, *, limit: int = 1200) -> Sequence[Chunk]:
    """Chunks of at most `limit` characters."""
    return by_structure(document, limit=limit)


def nested(document: Document, *, limit: int = 400, parent: int = 1600) -> Sequence[Chunk]:
    """Chunks of at most `limit` characters, for `merged`: before them, those of at most `parent` that hold several."""
    parts = with_parents(by_structure(document, limit=limit), by_structure(document, limit=parent))
    needed = {chunk.parent for chunk in parts}
    return (*(chunk for chunk in by_structure(document, limit=parent) if chunk.id in needed), *parts)
