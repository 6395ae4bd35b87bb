"""Chunks by number of tokens."""

from __future__ import annotations

import itertools

from vouch.knowledge.chunking.tokens import by_tokens
from vouch.values.document import Document

TEXT = " ".join(f"word{number}" for number in range(500))


def test_words_are_put_together_up_to_the_limit():
    chunks = by_tokens(Document("x", TEXT), limit=40, measure=lambda text: len(text.split()))
    counts = [len(chunk.text.split()) for chunk in chunks]
    assert sum(counts) == 500
    assert max(counts) <= 40
    assert sum(counts) / len(counts) > 20


def test_the_overlap_is_counted_in_tokens():
    chunks = by_tokens(Document("x", TEXT), limit=40, overlap=10, measure=lambda text: len(text.split()))
    shared = [last.span[1] - chunk.span[0] for last, chunk in itertools.pairwise(chunks)]
    counts = [len(TEXT[chunk.span[0] :][:gap].split()) for gap, chunk in zip(shared, chunks[1:], strict=True)]
    assert max(counts) == sorted(counts)[len(counts) // 2] == 10
    assert max(len(chunk.text.split()) for chunk in chunks) <= 40


def test_a_text_that_fits_is_one_chunk():
    assert [chunk.span for chunk in by_tokens(Document("x", " two words\n"))] == [(0, 10)]
