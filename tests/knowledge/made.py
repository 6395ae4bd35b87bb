"""Documents and chunks made by hand, an embedder that needs no model, and entries for an index."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from vouch.contracts.index import Entry
from vouch.knowledge.searched import searched_text
from vouch.values.digest import digest
from vouch.values.document import Chunk, Document


class WordVectors:
    """Texts are near when they share words: each word is a direction. Remembers what it was asked."""

    name = "test/words"

    def __init__(self, dimensions: int = 64, version: str = "1") -> None:
        self.dimensions = dimensions
        self.fingerprint = f"words-{dimensions}-{version}"
        self.asked: list[str] = []

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.extend(texts)
        return self.encode(texts)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        found = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                found[row, crc32(word.strip(".,?").encode()) % self.dimensions] += 1
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)


VECTORS = WordVectors()


def document(name: str, *sentences: str, access: Sequence[str] = (), **more: Any) -> Document:
    return Document(name, " ".join(sentences), metadata=more, access=tuple(access))


def cut(document: Document) -> tuple[Chunk, ...]:
    """A chunk a sentence."""
    return tuple(
        Chunk(
            digest((document.id, sentence[0], place)),
            document.id,
            sentence[0],
            sentence.span(),
            place,
            metadata=document.metadata,
            access=document.access,
            trusted=document.trusted,
        )
        for place, sentence in enumerate(re.finditer(r"[^. ][^.]*\.?", document.text))
    )


def entry(document: Document, embedder: WordVectors = VECTORS) -> Entry:
    chunks = cut(document)
    return Entry(document.id, digest(document), chunks, embedder.encode([searched_text(chunk) for chunk in chunks]))
