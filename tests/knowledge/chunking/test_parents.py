"""Chunks linked to larger ones."""

from __future__ import annotations

from hypothesis import given, settings
from tests.knowledge.chunking.made import TEXTS, document

from vouch.knowledge.chunking.parents import with_parents
from vouch.knowledge.chunking.sentences import by_sentences
from vouch.knowledge.chunking.structure import by_structure
from vouch.values.document import Document


@given(text=TEXTS)
@settings(max_examples=25)
def test_chunks_lie_within_those_of_a_larger_limit(text):
    source = document(text)
    parents = {parent.id: parent for parent in by_structure(source, limit=400)}
    for chunk in with_parents(by_structure(source, limit=100), list(parents.values())):
        if chunk.parent:
            parent = parents[chunk.parent]
            assert parent.span[0] <= chunk.span[0] <= chunk.span[1] <= parent.span[1]
            assert parent.span != chunk.span
        else:
            assert chunk.id in parents


def test_a_chunk_across_two_parents_belongs_to_that_which_holds_most_of_it():
    source = Document("x", "One two three. Four. Five six seven eight.")
    parents = by_sentences(source, limit=24)
    (chunk,) = by_structure(source)
    assert with_parents([chunk], parents)[0].parent == parents[-1].id


def test_without_parents_chunks_stay_as_they_are():
    chunks = by_structure(Document("x", "text"))
    assert with_parents(chunks, ()) == chunks
    assert with_parents(chunks, chunks) == chunks
