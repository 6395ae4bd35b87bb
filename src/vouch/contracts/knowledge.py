"""The promise of knowledge: a question in, the passages that bear on it out.

It does not know how passages are stored or found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from msgspec import Struct

if TYPE_CHECKING:
    from vouch.contracts.embedder import Embedder  # at run time it would load NumPy


class Passage(Struct, frozen=True):
    """A piece of a document that bears on a question, and where it stands.

    `trusted`: nobody but the app's owner can have written it. `version` changes with the document's content; "" where
    that is not known.
    """

    document: str
    text: str
    score: float
    span: tuple[int, int] = (0, 0)
    trusted: bool = False
    version: str = ""


@runtime_checkable
class Knowledge(Protocol):
    """Finds passages."""

    @property
    def version(self) -> str:
        """Changes whenever the same question could find other passages."""
        ...

    async def recall(self, query: str) -> Sequence[Passage]:
        """The best passages, best first."""
        ...


@runtime_checkable
class WithEmbedder(Protocol):
    """Knowledge that finds by meaning, too."""

    @property
    def embedder(self) -> Embedder | None:
        """What made its vectors, where it is open."""
        ...
