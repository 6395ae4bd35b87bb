"""An index that follows its source: looked at before each question, brought up to date where something has changed.

It does not know who asks, how is searched, or which engine keeps the index.

Of up to a hundred items all are looked at before each question. Looking at thousands would take longer than the search,
so then all are looked at once a second; whether an item came or went, and whether what was found is still so, before
each answer.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from vouch.contracts.embedder import Embedder
from vouch.contracts.index import Index, IndexEngine
from vouch.errors import ConfigError, StoreBusy
from vouch.knowledge.building import Builder, Progress, Refreshed
from vouch.knowledge.crew import Cut
from vouch.knowledge.remembered import Remembered
from vouch.knowledge.source import Glanced, Noted, Source

OpenEmbedder = Callable[[str], Embedder]

OpenEngine = Callable[[], IndexEngine]

_FEW: Final = 100
_PAUSE: Final = 1.0
"""Seconds between two looks at all of many items."""

_NOTES: Final = "looked"
"""The file with what the source notes for its next look."""


class _Looked(NamedTuple):
    """Until when (of the monotonic clock) a look at all items is good for this version of the index."""

    version: str
    until: float


class Following:
    """`source`, cut by `cut`, in `engine`; vectors and notes are kept in `folder`.

    `open_engine` is called when the index is first needed. `embedder` is an opened one, the name of one that `wire`
    says how to open, or None. With `refreshes` False the index is brought up to date only by `refresh`.
    """

    def __init__(
        self,
        source: Source,
        open_engine: OpenEngine,
        folder: Path,
        *,
        cut: Cut,
        cutting: str,
        embedder: Embedder | str | None,
        refreshes: bool = True,
    ) -> None:
        self.source = source
        self.folder = folder
        self._open_engine = open_engine
        self._engine: IndexEngine | None = None
        self._cut = cut
        self._cutting = cutting
        self._named = embedder if isinstance(embedder, str) else ""
        self._embedder = None if isinstance(embedder, str) else embedder
        self._refreshes = refreshes
        self._open_embedder: OpenEmbedder | None = None
        self._builder: Builder | None = None
        self._remembered: Remembered | None = None
        self._looked = _Looked("", 0.0)
        self._noted = False
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()

    @property
    def engine(self) -> IndexEngine:
        """What keeps the index."""
        if self._engine is None:
            self._engine = self._open_engine()
        return self._engine

    def keep_in(self, open_engine: OpenEngine) -> None:
        """From now on the engine that this opens keeps the index."""
        self._open_engine, self._engine, self._builder = open_engine, None, None
        self._looked = _Looked("", 0.0)

    @property
    def embedder(self) -> Embedder | None:
        """The embedder; None where it searches by words alone, or nothing was said to open it."""
        return self.opened() if self._embedder is not None or self._open_embedder is not None else None

    def wire(self, open_embedder: OpenEmbedder) -> None:
        """From now on this opens the embedder of a name."""
        if self._named and open_embedder != self._open_embedder:
            self._open_embedder, self._embedder = open_embedder, None

    def opened(self) -> Embedder | None:
        """The embedder, opened if need be; None where it searches by words alone."""
        if self._embedder is None and self._named:
            if self._open_embedder is None:
                raise ConfigError(
                    f"nothing was said to open the embedder {self._named!r}; run the app within its project, "
                    "or give Knowledge(embedder=...) an opened one, or None to search by words alone"
                )
            self._embedder = self._open_embedder(self._named)
        return self._embedder

    async def index(self) -> Index | None:
        """What answers now: followed to what the source says, but for the pause that is told above."""
        index = await self.engine.snapshot()
        if index is not None and self._is_good(index):
            return index
        return await self._caught_up(index)

    async def checked(self, index: Index, documents: Collection[str]) -> Index | None:
        """The same index, if what it says of these documents is still so; else one that is brought up to date."""
        if not self._refreshes or index.pinned or not isinstance(self.source, Glanced):
            return index
        all_looked_at = self._looked.until == 0.0
        if (documents or all_looked_at) and self.source.unchanged(documents):
            return index
        self._looked = _Looked("", 0.0)
        return await self._caught_up(index)

    async def refresh(
        self,
        progress: Progress | None = None,
        *,
        reading: Progress | None = None,
        processes: int = 1,
        anew: bool = False,
    ) -> Refreshed:
        """Bring the index up to date now, also one that somebody went back to an older version of."""
        async with self._alone():
            return await self._refresh(progress, reading, processes, anew=anew)

    async def forget(self, documents: Collection[str]) -> None:
        """Erase documents from all versions, and from what is remembered of them."""
        await self.engine.forget(list(documents))
        remembered = self.remembered()
        if remembered is not None:
            await asyncio.to_thread(remembered.leave, dict.fromkeys(documents, ()))
        (self.folder / _NOTES).unlink(missing_ok=True)

    def builder(self) -> Builder:
        """What brings the index up to date with the embedder of now."""
        embedder = self.opened()
        if self._builder is None or self._builder.embedder is not embedder:
            self._remembered = None
            self._builder = self.builder_for(self.engine)
        return self._builder

    def builder_for(self, engine: IndexEngine) -> Builder:
        """What builds the same into another engine."""
        return Builder(
            self.source,
            engine,
            cut=self._cut,
            cutting=self._cutting,
            embedder=self.opened(),
            remembered=self.remembered(),
            after=self._builder if engine is self.engine else None,
        )

    def remembered(self) -> Remembered | None:
        """The vectors that are kept by content."""
        embedder = self.opened()
        if embedder is not None and self._remembered is None:
            folder = self.folder / "embedded"
            self._remembered = Remembered(folder, fingerprint=embedder.fingerprint, dimensions=embedder.dimensions)
        return self._remembered

    async def _caught_up(self, index: Index | None) -> Index | None:
        try:
            async with self._alone():
                # Of many that waited, the first has looked for all.
                if (now := await self.engine.snapshot()) is not None and self._is_good(now):
                    return now
                if self._refreshes:
                    await self._refresh(None, None, 1, anew=False)
        except StoreBusy:
            if index is None:
                raise
        return await self.engine.snapshot()

    def _is_good(self, index: Index) -> bool:
        if not self._refreshes or index.pinned:
            return True
        return index.version == self._looked.version and time.monotonic() < self._looked.until

    async def _refresh(
        self, progress: Progress | None, reading: Progress | None, processes: int, *, anew: bool
    ) -> Refreshed:
        first = not self._noted
        if first:
            self._noted = True
            await asyncio.to_thread(self._recollect)
        done = await self.builder().refresh(progress, reading=reading, processes=processes, anew=anew)
        if first or done.documents or done.removed:
            await asyncio.to_thread(self._note)
        many = done.items > _FEW and isinstance(self.source, Glanced)
        self._looked = _Looked(done.version, time.monotonic() + _PAUSE if many else 0.0)
        return done

    def _recollect(self) -> None:
        if isinstance(self.source, Noted):
            try:
                self.source.recollect((self.folder / _NOTES).read_bytes())
            except OSError:
                return  # then it looks at everything

    def _note(self) -> None:
        if isinstance(self.source, Noted):
            beside = self.folder / f"{_NOTES}.{os.getpid()}"
            try:
                for left in self.folder.glob(f"{_NOTES}.*"):
                    left.unlink(missing_ok=True)  # by somebody who was killed, or writes the same just now
                beside.write_bytes(self.source.note())
                beside.replace(self.folder / _NOTES)
            except OSError:
                beside.unlink(missing_ok=True)  # the next look takes longer, that is all

    def _alone(self) -> asyncio.Lock:
        """One refresh at a time; locks belong to the event loop that they are first used in."""
        return self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())
