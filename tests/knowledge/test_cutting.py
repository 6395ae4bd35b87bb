"""How documents are cut unless somebody says otherwise."""

from __future__ import annotations

from vouch.knowledge.cutting import nested, small
from vouch.values.document import Block, Document

SENTENCES = [f"Sentence number {number} of a longer text about lamps and chairs." for number in range(60)]
TEXT = " ".join(SENTENCES)
LONG = Document("a.md", TEXT, blocks=(Block("text", (0, len(TEXT))),))


def test_small_chunks_cover_the_text() -> None:
    chunks = small(LONG)
    assert all(len(chunk.text) <= 1200 and chunk.text == TEXT[slice(*chunk.span)] for chunk in chunks)
    assert sum(len(chunk.text) for chunk in chunks) + len(chunks) - 1 == len(TEXT)


def test_nested_chunks_lie_within_parents_that_are_there() -> None:
    chunks = nested(LONG)
    by_id = {chunk.id: chunk for chunk in chunks}
    assert len(by_id) == len(chunks)
    parts = [chunk for chunk in chunks if chunk.parent]
    assert parts
    for part in parts:
        parent = by_id[part.parent]
        assert parent.span[0] <= part.span[0] < part.span[1] <= parent.span[1]
    parents = {part.parent for part in parts}
    assert [chunk.id in parents for chunk in chunks] == [True] * len(parents) + [False] * (len(chunks) - len(parents))


def test_a_short_document_needs_no_parent() -> None:
    chunks = nested(Document("b.md", "Short.", blocks=(Block("text", (0, 6)),)))
    assert [(chunk.text, chunk.parent) for chunk in chunks] == [("Short.", "")]
