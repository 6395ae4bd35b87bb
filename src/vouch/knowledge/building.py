"""Brings an index up to date with its source: only what changed is read, cut and embedded.

It does not know which engine keeps the index, or which model embeds.

The live version answers until the new one is whole. Every batch of vectors is durable before the next is made, so that
a build that was killed goes on where it ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from threading import Event
from typing import Final, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from vouch.contracts.embedder import Embedder
from vouch.contracts.index import Change, Entry, IndexEngine
from vouch.knowledge.crew import Cut, Reader, read_items
from vouch.knowledge.reading.limits import Skipped
from vouch.knowledge.remembered import Remembered
from vouch.knowledge.searched import searched_text
from vouch.knowledge.source import Source, owner
from vouch.values.document import Chunk

Floats = NDArray[np.float32]

Progress = Callable[[int, int], None]
"""Told how many are done, of how many that must be."""

_BATCH: Final = 64


class Refreshed(Struct, frozen=True):
    """What a refresh did: the live version now, how much was new, what could not be read, of how many items."""

    version: str
    documents: int = 0
    removed: int = 0
    chunks: int = 0
    embedded: int = 0
    skipped: tuple[Skipped, ...] = ()
    items: int = 0


class Builder:
    """Builds from `source` into `engine`; `cutting` names how `cut` cuts, and whoever changes it changes the name.

    `after` is an earlier builder of the same source: what it knows of items that hold nothing is known here, too.
    """

    def __init__(
        self,
        source: Source,
        engine: IndexEngine,
        *,
        cut: Cut,
        cutting: str,
        embedder: Embedder | None,
        remembered: Remembered | None,
        after: Builder | None = None,
    ) -> None:
        self._source = source
        self._engine = engine
        self._cut = cut
        self._cutting = cutting
        self._embedder = embedder
        self._remembered = remembered
        self.read_before: dict[str, Told] = {} if after is None else after.read_before
        """What reading each item gave."""

    @property
    def embedder(self) -> Embedder | None:
        """What makes the vectors."""
        return self._embedder

    async def refresh(
        self,
        progress: Progress | None = None,
        *,
        reading: Progress | None = None,
        processes: int = 1,
        anew: bool = False,
    ) -> Refreshed:
        """Make the index what its source says now; raises what the embedder or the engine raises.

        `progress` is told of chunks that are embedded, `reading` of items that are read, which up to `processes` do.
        `anew` reads and cuts everything, also what has not changed; vectors that are remembered are not made again.
        """
        wanted = await asyncio.to_thread(self.wanted)
        index = await self._engine.snapshot()
        fingerprint = self._embedder.fingerprint if self._embedder else ""
        fresh = index is not None and (anew or index.embedder != fingerprint)
        have: Mapping[str, str] = {} if index is None or fresh else index.documents
        changed, leaving = self._compared(wanted, have)
        if index is not None and not fresh and not index.pinned and not changed and not leaving:
            return Refreshed(index.version, skipped=self._skipped(wanted), items=len(wanted))
        made = await self._made({name: wanted[name] for name in changed}, reading, processes)
        entries, embedded = await self._entries(made, progress)
        gone = sorted(leaving - {each.document for each in made})
        version = await self._engine.write(Change(entries, gone, fingerprint, fresh))
        await asyncio.to_thread(self._tidy, made, gone, fresh=fresh)
        chunks = sum(len(each.chunks) for each in made)
        return Refreshed(version, len(made), len(gone), chunks, embedded, self._skipped(wanted), len(wanted))

    async def entries(self, progress: Progress | None = None, *, processes: int = 1) -> Sequence[Entry]:
        """All that the source holds, as it would be written into an empty index."""
        wanted = await asyncio.to_thread(self.wanted)
        return (await self._entries(await self._made(wanted, None, processes), progress))[0]

    async def _entries(self, made: Sequence[_Made], progress: Progress | None) -> tuple[list[Entry], int]:
        """What is written, and how many vectors had to be made."""
        vectors, embedded = await self._embed(made, progress)
        return [Entry(each.document, each.digest, each.chunks, self._rows(each, vectors)) for each in made], embedded

    def wanted(self) -> Mapping[str, str]:
        """What the source holds, by name: the digest of its content and the name of the way it is cut."""
        return {name: f"{content}-{self._cutting}" for name, content in self._source.look().items()}

    def _compared(self, wanted: Mapping[str, str], have: Mapping[str, str]) -> tuple[list[str], set[str]]:
        """The items to read: new, or other than they were. And the documents that leave or are put anew.

        Items known to hold nothing that can be read are not read again.
        """
        known = {name: told.digest for name, told in self.read_before.items() if told.empty}
        leaving: set[str] = set()
        owned: list[tuple[str, str]] = []
        for document, content in have.items():
            name = document if document in wanted else owner(document, wanted)
            if name is None:
                leaving.add(document)
                continue
            known[name] = content
            if content != wanted[name]:
                owned.append((document, name))
        changed = [name for name, content in wanted.items() if known.get(name) != content]
        anew = set(changed)
        leaving |= {document for document, name in owned if name in anew}
        return changed, leaving

    async def _made(self, items: Mapping[str, str], reading: Progress | None, processes: int) -> Sequence[_Made]:
        stopped = Event()
        try:
            return await asyncio.to_thread(self._read, items, reading, processes, stopped)
        finally:
            # Whoever interrupts need not wait until all is read.
            stopped.set()

    def _read(
        self, items: Mapping[str, str], reading: Progress | None, processes: int, stopped: Event
    ) -> Sequence[_Made]:
        made: dict[str, _Made] = {}
        found = read_items(Reader(self._source, self._cut), list(items), processes=processes)
        for done, (name, documents, skipped) in enumerate(found, 1):
            made |= {document: _Made(document, items[name], chunks) for document, chunks in documents.items()}
            self.read_before[name] = Told(items[name], skipped, empty=not documents)
            if reading:
                reading(done, len(items))
            if stopped.is_set():
                break
        return list(made.values())

    def _skipped(self, wanted: Mapping[str, str]) -> tuple[Skipped, ...]:
        return tuple(each for name in wanted if name in self.read_before for each in self.read_before[name].skipped)

    async def _embed(self, made: Sequence[_Made], progress: Progress | None) -> tuple[dict[str, Floats], int]:
        """The vectors by text, and how many of them had to be made."""
        if self._embedder is None:
            return {}, 0
        texts = {text: each.document for each in made for text in each.texts()}
        vectors: dict[str, Floats] = {}
        if self._remembered:
            vectors |= await asyncio.to_thread(self._remembered.find, list(texts))
        missing = [text for text in texts if text not in vectors]
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            fresh = dict(zip(batch, await self._embedder.embed(batch), strict=True))
            vectors |= fresh
            if self._remembered:
                owned = [(texts[text], text, vector) for text, vector in fresh.items()]
                await asyncio.to_thread(self._remembered.keep, owned)
            if progress:
                progress(start + len(batch), len(missing))
        return vectors, len(missing)

    def _rows(self, made: _Made, vectors: Mapping[str, Floats]) -> Floats:
        rows = np.zeros((len(made.chunks), self._embedder.dimensions if self._embedder else 0), np.float32)
        for row, chunk in enumerate(made.chunks):
            if (vector := vectors.get(searched_text(chunk))) is not None:
                rows[row] = vector
        return rows

    def _tidy(self, made: Sequence[_Made], gone: Sequence[str], *, fresh: bool) -> None:
        """Remember no vector of what is in the live version no more, nor of another embedder."""
        if self._remembered:
            if fresh:
                self._remembered.only()
            self._remembered.leave({each.document: each.texts() for each in made} | dict.fromkeys(gone, ()))
            self._remembered.only()


class _Made(NamedTuple):
    """A document cut into chunks, and the digest of the item it came from."""

    document: str
    digest: str
    chunks: Sequence[Chunk]

    def texts(self) -> Sequence[str]:
        """What is embedded: parents are not."""
        parents = {chunk.parent for chunk in self.chunks}
        return [searched_text(chunk) for chunk in self.chunks if chunk.id not in parents]


class Told(NamedTuple):
    """What reading an item gave: nothing at all if `empty`, so that no document stands for it in the index."""

    digest: str
    skipped: tuple[Skipped, ...]
    empty: bool
