"""The three ways to search an index: by words, by meaning, and by both together, which is the default.

It does not know how an index does it, or what is made of what was found.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from vouch.contracts.index import Found
from vouch.errors import UsageError
from vouch.knowledge.fusion import Fusion, fuse
from vouch.knowledge.parts import parts_of
from vouch.knowledge.question import Library, Question, Retriever, hits
from vouch.values.document import Hit


class Keyword(Struct, frozen=True):
    """By words alone (BM25)."""

    @property
    def name(self) -> str:
        """Its name."""
        return "keyword()"

    async def find(self, question: Question, library: Library) -> Sequence[Hit]:
        """The chunks that have words of the question."""
        found = await library.index.keyword(question.text, question.limit, scope=question.scope)
        return await hits(library, found, "keyword")


class Dense(Struct, frozen=True):
    """By meaning alone."""

    @property
    def name(self) -> str:
        """Its name."""
        return "dense()"

    async def find(self, question: Question, library: Library) -> Sequence[Hit]:
        """The chunks whose vectors are nearest to the question's."""
        vectors = await library.asked_by(self.name).embed([question.text])
        found = await library.index.nearest(vectors[0], question.limit, scope=question.scope)
        return await hits(library, found, "dense")


class Hybrid(Struct, frozen=True):
    """By words and by meaning; see `hybrid`."""

    weight: float
    fusion: Fusion
    candidates: int
    decomposed: bool

    @property
    def name(self) -> str:
        """Its name, with all settings."""
        return f"hybrid({self.weight}, {self.fusion!r}, {self.candidates}, {self.decomposed})"

    async def find(self, question: Question, library: Library) -> Sequence[Hit]:
        """The chunks that fit best by both."""
        embedder, index = library.asked_by("hybrid()"), library.index
        limit = max(self.candidates, question.limit)
        parts = parts_of(question.text) if self.decomposed else [question.text]
        keyword: list[Sequence[Found]] = []
        nearest: list[Sequence[Found]] = []
        for part, vector in zip(parts, await embedder.embed(parts), strict=True):
            keyword.append(await index.keyword(part, limit, scope=question.scope))
            nearest.append(await index.nearest(vector, limit, scope=question.scope))
        fused = fuse(keyword, nearest, weight=self.weight, fusion=self.fusion, limit=question.limit)
        return await hits(library, fused, "hybrid")


def keyword() -> Retriever:
    """Search by words alone: it needs no embedder."""
    return Keyword()


def dense() -> Retriever:
    """Search by meaning alone."""
    return Dense()


def hybrid(
    *, weight: float = 0.5, fusion: Fusion = "convex", candidates: int = 300, decomposed: bool = False
) -> Retriever:
    """Search by words and by meaning; `weight` in [0, 1] is that of meaning.

    The `candidates` best of either are made one ranking by `fusion`. `decomposed` asks for every sentence of a long
    question as well, so that each of the things it needs is found. Raises `UsageError` for settings out of range.
    """
    if not 0 <= weight <= 1:
        raise UsageError(f"hybrid(weight={weight!r}): give the share of meaning, from 0 (words alone) to 1")
    if fusion not in ("convex", "reciprocal"):
        raise UsageError(f"hybrid(fusion={fusion!r}): give 'convex' or 'reciprocal'")
    if candidates < 1:
        raise UsageError(f"hybrid(candidates={candidates!r}): give 1 or more")
    return Hybrid(weight, fusion, candidates, decomposed)
