"""Chunks by number of tokens, cut between words wherever they stand.

It does not know structure: headings, tables and code are cut like any text.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from zlib import crc32

from vouch.knowledge.chunking.assembly import assemble
from vouch.knowledge.chunking.grouping import grouped
from vouch.knowledge.chunking.measure import Measure, estimated_tokens, room
from vouch.knowledge.chunking.pieces import FINER, Piece, words
from vouch.values.document import Chunk, Document

_estimated: Final = lru_cache(maxsize=50_000)(estimated_tokens)
"""The same words come again and again."""

_FOLLOWING: Final = 24
"""Characters by which a place between words is known: words alone repeat too often."""


def by_tokens(
    document: Document, *, limit: int = 256, overlap: int = 0, measure: Measure = estimated_tokens
) -> tuple[Chunk, ...]:
    """Chunks of at most `limit` tokens, each with up to `overlap` tokens of what stands before it.

    `measure` counts the tokens of a word, such as `lambda word: len(encoding.encode(word))`; by default they are
    estimated. Raises `ConfigError` for limits that cannot be kept.
    """
    text = document.text
    if measure(text) <= limit:
        return assemble(document, [(0, len(text))])
    measure = _estimated if measure is estimated_tokens else measure
    pieces = words(text, Piece(0, len(text)))
    numbers = [crc32(text[start : start + _FOLLOWING].encode("utf-8", "surrogatepass")) for start, *_ in pieces]
    spans = grouped(text, pieces, limit=room(limit, overlap), measure=measure, numbers=numbers, step=len(FINER))
    return assemble(document, spans, overlap=overlap, measure=measure)
