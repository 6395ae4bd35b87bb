"""What must hold of every chunker: spans give back the text, limits are kept, an edit touches only what is near it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.knowledge.chunking.made import SENTENCES, TEXTS, blocks, check, document, numbered

from vouch.knowledge.chunking.measure import estimated_tokens
from vouch.knowledge.chunking.semantic import semantic, sentences_to_embed
from vouch.knowledge.chunking.sentences import by_sentences
from vouch.knowledge.chunking.structure import by_structure
from vouch.knowledge.chunking.tokens import by_tokens
from vouch.values.document import Chunk, Document


def by_meaning(source: Document, *, limit: int = 200, overlap: int = 0) -> tuple[Chunk, ...]:
    vectors = [[len(text), text.count("a") + 1.0, ord(text[-1])] for text in sentences_to_embed(source)]
    return semantic(source, np.array(vectors), limit=limit, overlap=overlap)


CHUNKERS = {
    "structure": by_structure,
    "sentences": by_sentences,
    "tokens": lambda source, *, limit, overlap=0: by_tokens(source, limit=limit, overlap=overlap, measure=len),
    "semantic": by_meaning,
}


every_chunker = pytest.mark.parametrize("chunker", CHUNKERS.values(), ids=CHUNKERS)


@every_chunker
@given(text=TEXTS, limit=st.integers(1, 400), share=st.integers(0, 2))
@settings(max_examples=25)
def test_spans_give_back_the_text_and_limits_are_kept(chunker, text, limit, share):
    source = document(text)
    chunks = chunker(source, limit=limit, overlap=limit * share // 4)
    check(source, chunks)
    assert all(len(chunk.text) <= limit for chunk in chunks)


@every_chunker
@given(text=st.text(max_size=300), limit=st.integers(1, 60))
@settings(max_examples=25)
def test_any_text_can_be_cut(chunker, text, limit):
    source = Document("x", text)
    check(source, chunker(source, limit=limit))


@given(text=TEXTS, limit=st.integers(8, 80))
@settings(max_examples=20)
def test_limits_in_tokens_are_kept(text, limit):
    source = document(text)
    chunks = by_tokens(source, limit=limit)
    check(source, chunks)
    # A word is cut by its letters only where it is larger than the limit.
    assert all(estimated_tokens(chunk.text) <= limit for chunk in chunks)
    structured = by_structure(source, limit=limit, measure=estimated_tokens)
    check(source, structured)
    assert all(estimated_tokens(chunk.text) <= limit for chunk in structured)


@given(
    pieces=st.lists(blocks(), min_size=1, max_size=25).map(numbered),
    place=st.integers(0, 24),
    new=st.none() | SENTENCES.map(lambda text: f"{text} anew"),
    limit=st.integers(60, 300),
)
@settings(max_examples=40)
def test_an_edited_paragraph_changes_its_chunks_and_at_most_their_neighbours(pieces, place, new, limit):
    place %= len(pieces)
    edited = [*pieces[:place], *([] if new is None else [new]), *pieces[place + 1 :]]
    before, after = document("\n\n".join(pieces)), document("\n\n".join(edited))
    old, young = by_structure(before, limit=limit), by_structure(after, limit=limit)
    was, now = changed(before, after)
    check_near(old, was, young, now)
    check_near(young, now, old, was)


def changed(before: Document, after: Document) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where the two differ, to whole blocks: taking out a heading may make one list of two."""
    blocks = [[(block.kind, source.text[slice(*block.span)]) for block in source.blocks] for source in (before, after)]
    most = min(map(len, blocks))
    same = next((place for place in range(most) if blocks[0][place] != blocks[1][place]), most)
    left = most - same
    last = next((place for place in range(left) if blocks[0][-1 - place] != blocks[1][-1 - place]), left)
    first, second = (
        (
            source.blocks[same - 1].span[1] if same else 0,
            source.blocks[len(source.blocks) - last].span[0] if last else len(source.text),
        )
        for source in (before, after)
    )
    return first, second


def check_near(
    chunks: tuple[Chunk, ...], edit: tuple[int, int], others: tuple[Chunk, ...], edited: tuple[int, int]
) -> None:
    """The chunks that the other version lacks are those that the edit touches and their neighbours, or else parts of
    what is such a chunk in the other version: a neighbour may have grown by the one beyond."""
    known = {chunk.text for chunk in others}  # ids of the same text differ by how often it stood before
    near = {chunk.place for chunk in nearby(chunks, edit)}
    far = [chunk for chunk in chunks if chunk.text not in known and chunk.place not in near]
    assert all(any(chunk.text in one.text for one in nearby(others, edited)) for chunk in far)


def nearby(chunks: tuple[Chunk, ...], edit: tuple[int, int]) -> list[Chunk]:
    """The chunks that hold some of the edit, or those on both sides where none does; and their neighbours."""
    held = [chunk.place for chunk in chunks if chunk.span[0] < edit[1] and chunk.span[1] > edit[0]]
    held = held or [chunk.place for chunk in chunks if chunk.span[0] <= edit[1] and chunk.span[1] >= edit[0]]
    return list(chunks[max(0, held[0] - 1) : held[-1] + 2]) if held else []


def test_a_word_more_at_the_beginning_leaves_the_rest_as_it_was():
    text = "\n\n".join(f"Paragraph {number} is about the lamp of number {number * 7919}." * 3 for number in range(200))
    old = by_structure(Document("x", text), limit=600)
    young = by_structure(Document("x", f"Really. {text}"), limit=600)
    assert len({chunk.id for chunk in young} - {chunk.id for chunk in old}) == 1
    assert len(old) > 40


def test_the_same_text_twice_has_two_ids():
    chunks = by_sentences(Document("x", "Yes. No. Yes."))
    assert [chunk.text for chunk in chunks] == ["Yes.", "No.", "Yes."]
    assert len({chunk.id for chunk in chunks}) == 3
    assert chunks[0].id == by_sentences(Document("x", "Yes. No."))[0].id
    assert chunks[0].id != by_sentences(Document("y", "Yes. No."))[0].id
