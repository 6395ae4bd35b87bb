"""A question to a library, and the promise of whatever finds chunks for it.

It does not know how they are found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from msgspec import Struct

from vouch.contracts.embedder import Embedder
from vouch.contracts.index import Index, Scope
from vouch.errors import UsageError
from vouch.values.document import Hit


class Question(Struct, frozen=True):
    """What is asked, how many chunks are wanted, and among which to look."""

    text: str
    limit: int = 5
    scope: Scope = Scope()


class Library(Struct, frozen=True):
    """What is searched: one version of an index, and what embeds questions as its chunks were."""

    index: Index
    embedder: Embedder | None = None

    def asked_by(self, name: str) -> Embedder:
        """The embedder; raises `UsageError` where there is none."""
        if self.embedder is None:
            raise UsageError(f"{name} searches by meaning, which needs an embedder; give one, or use keyword()")
        return self.embedder


@runtime_checkable
class Retriever(Protocol):
    """Finds chunks. What improves on another retriever wraps it."""

    @property
    def name(self) -> str:
        """What it is and with which settings: equal names find equally."""
        ...

    async def find(self, question: Question, library: Library) -> Sequence[Hit]:
        """At most `question.limit` chunks, best first."""
        ...


async def hits(library: Library, found: Sequence[tuple[str, float]], by: str) -> Sequence[Hit]:
    """The chunks of a ranking as hits."""
    chunks = await library.index.chunks([each for each, _ in found])
    scores = dict(found)
    return [Hit(chunk, scores[chunk.id], by) for chunk in chunks]
