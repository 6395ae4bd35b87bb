"""Chunks by meaning."""

from __future__ import annotations

import numpy as np
import pytest
from tests.knowledge.chunking.made import document

from vouch.errors import ConfigError
from vouch.knowledge.chunking.semantic import semantic, sentences_to_embed
from vouch.values.document import Document

SOURCE = Document("x", "Lamps shine. Bulbs glow. Light is good. Cats purr. Dogs bark. Pets are nice.")
VECTORS = [[1, 0.1], [1, 0.0], [0.9, 0.1], [0.1, 1], [0, 1], [0.1, 0.9]]


def test_it_is_cut_where_sentences_differ_most():
    assert len(sentences_to_embed(SOURCE)) == 6
    chunks = semantic(SOURCE, VECTORS, limit=45)
    assert [chunk.text for chunk in chunks] == [
        "Lamps shine. Bulbs glow. Light is good.",
        "Cats purr. Dogs bark. Pets are nice.",
    ]
    assert semantic(SOURCE, np.array(VECTORS) * 7, limit=45) == chunks


def test_headings_come_first():
    source = document("# A\n\nLamps shine. Cats purr.\n\n# B\n\nDogs bark.")
    chunks = semantic(source, [[1, 0], [0, 1], [0, 1]], limit=40)
    assert [chunk.text for chunk in chunks] == ["# A\n\nLamps shine. Cats purr.", "# B\n\nDogs bark."]


def test_other_vectors_than_sentences_are_refused():
    with pytest.raises(ConfigError, match=r"vectors of shape \(2, 2\) for a document of 6 sentences \('x'\)"):
        semantic(SOURCE, VECTORS[:2])
    with pytest.raises(ConfigError, match=r"vectors of shape \(6,\)"):
        semantic(SOURCE, [1.0] * 6)  # type: ignore[list-item]
    assert semantic(Document("x", ""), []) == ()
