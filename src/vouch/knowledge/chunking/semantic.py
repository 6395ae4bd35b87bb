"""Chunks by meaning: cut where one sentence is about something else than the one before.

It does not know how sentences become vectors: the caller embeds them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vouch.errors import ConfigError
from vouch.knowledge.chunking.assembly import assemble
from vouch.knowledge.chunking.grouping import grouped
from vouch.knowledge.chunking.measure import Measure, room
from vouch.knowledge.chunking.pieces import HEADING, Piece, blocks_of, parts
from vouch.values.document import Chunk, Document


def sentences_to_embed(document: Document) -> list[str]:
    """The sentences of which `semantic` wants the vectors, in order."""
    return [document.text[start:end] for start, end, *_ in _sentences(document)]


def semantic(
    document: Document,
    vectors: NDArray[np.floating] | Sequence[Sequence[float]],
    *,
    limit: int = 1200,
    overlap: int = 0,
    measure: Measure = len,
) -> tuple[Chunk, ...]:
    """Chunks of at most `limit`, cut before headings first, then where neighbouring sentences differ most.

    `vectors` has a row for each of `sentences_to_embed(document)`, of any length but zero; how much two differ is one
    less the cosine between them. `limit` and `overlap` are in what `measure` counts, characters by default. Raises
    `ConfigError` for limits that cannot be kept, or another number of vectors.
    """
    pieces = _sentences(document)
    rows = np.asarray(vectors, dtype=np.float64)
    if len(rows) != len(pieces) or (len(pieces) and rows.ndim != 2):
        raise ConfigError(
            f"vectors of shape {rows.shape} for a document of {len(pieces)} sentences ({document.id!r}); embed what "
            "sentences_to_embed(document) gives, one row each"
        )
    spans = grouped(
        document.text, pieces, limit=room(limit, overlap), measure=measure, numbers=_differences(rows), step=1
    )
    return assemble(document, spans, overlap=overlap, measure=measure)


def _sentences(document: Document) -> list[Piece]:
    """Sentences; only headings are stronger places to cut than others."""
    found: list[Piece] = []
    for block in blocks_of(document):
        first, *others = parts(document.text, block)
        found.append(first._replace(strength=block.strength if block.strength > HEADING // 2 else 0))
        found += [other._replace(strength=0) for other in others]
    return found


def _differences(rows: NDArray[np.float64]) -> list[float]:
    """How much each row differs from the one before; nothing for the first."""
    if len(rows) < 2:
        return [0.0] * len(rows)
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return [0.0, *(1.0 - np.einsum("ij,ij->i", unit[1:], unit[:-1])).tolist()]
