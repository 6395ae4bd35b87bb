"""The engine that nobody chose: exact while an index is small, with graphs of neighbours once it is large.

It does not know how either searches.

Both lie in the same files, so that nothing is written anew when an index outgrows the first.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from vouch.contracts.index import Change, Version
from vouch.knowledge.engines.edge.engine import EdgeEngine
from vouch.knowledge.exact.engine import ExactEngine
from vouch.knowledge.exact.snapshot import ExactIndex
from vouch.knowledge.words import Stemming

MOST: Final = 20_000
"""So many chunks are compared one by one: it takes less than 2 ms."""

_log = logging.getLogger("vouch")


class GrowingEngine:
    """An `IndexEngine` in `folder`: exact up to `most` chunks, beyond with graphs where `qdrant_edge` is installed.

    Where it is not, that is logged once, with what to type, and everything goes on exactly, only slower.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        keep: int = 3,
        patience: float = 10.0,
        stemming: Stemming = "light",
        most: int = MOST,
    ) -> None:
        self._keep = keep
        self._patience = patience
        self._stemming: Stemming = stemming
        self._most = most
        self._told = False
        self._engine = ExactEngine(folder, keep=keep, patience=patience, stemming=stemming)

    @property
    def folder(self) -> Path:
        """Where the index lies."""
        return self._engine.folder

    @property
    def place(self) -> str:
        """The same, for messages."""
        return str(self.folder)

    async def snapshot(self) -> ExactIndex | None:
        """The live version."""
        return self.open()

    def open(self) -> ExactIndex | None:
        """As `snapshot`."""
        index = self._engine.open()
        return self._engine.open() if index is not None and self._has_grown(index) else index

    async def at(self, version: str) -> ExactIndex:
        """A version that is kept, the live one or not; raises `UsageError` where it is not there."""
        return await self._engine.at(version)

    async def write(self, change: Change) -> str:
        """Make the change a new live version, and build what a large one lacks."""
        self.open()
        name = await self._engine.write(change)
        if not isinstance(self._engine, EdgeEngine):
            self.open()
            if isinstance(self._engine, EdgeEngine):
                await self._engine.lay()
        return name

    async def forget(self, documents: Sequence[str]) -> str:
        """Erase documents from every version and from the disk."""
        self.open()
        return await self._engine.forget(documents)

    async def rollback(self, version: str = "") -> str:
        """Make an older version live."""
        return await self._engine.rollback(version)

    async def versions(self) -> Sequence[Version]:
        """The versions that are kept, newest first."""
        return await self._engine.versions()

    def _has_grown(self, index: ExactIndex) -> bool:
        """Whether it is another engine from now on."""
        if isinstance(self._engine, EdgeEngine) or index.size <= self._most or not index.embedder:
            return False
        if find_spec("qdrant_edge") is None:
            self._tell(index.size)
            return False
        self._engine = EdgeEngine(
            self.folder,
            keep=self._keep,
            patience=self._patience,
            stemming=self._stemming,
            least=min(10_000, self._most),
        )
        return True

    def _tell(self, size: int) -> None:
        if not self._told:
            self._told = True
            _log.warning(
                "the index in '%s' has %s chunks, and each question is compared with all of them; to have them found "
                "in a tenth of the time: pip install 'vouch-llm[edge]'",
                self.folder,
                f"{size:,}",
            )
