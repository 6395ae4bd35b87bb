"""Brings an index up to date with its source: only what changed is read, cut and embedded.

It does not know which engine keeps the index, or which model embeds.

The live version answers until the new one is whole. Every batch of vectors is durable before the next is made, so that
a build that was killed goes on where it ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from vouch.contracts.embedder import Embedder
from vouch.contracts.index import Change, Entry, IndexEngine
from vouch.knowledge.reading.limits import Skipped
from vouch.knowledge.remembered import Remembered
from vouch.knowledge.searched import searched_text
from vouch.knowledge.source import Source
from vouch.values.document import Chunk, Document

Floats = NDArray[np.float32]

Cut = Callable[[Document], Sequence[Chunk]]
"""How a document becomes chunks."""

Progress = Callable[[int, int], None]
"""Told how many chunks are embedded, of how many that must be."""

_BATCH: Final = 64


class Refreshed(Struct, frozen=True):
    """What a refresh did: the live version now, how much was new, and what could not be read."""

    version: str
    documents: int = 0
    removed: int = 0
    chunks: int = 0
    embedded: int = 0
    skipped: tuple[Skipped, ...] = ()


class Builder:
    """Builds from `source` into `engine`; `cutting` names how `cut` cuts, and whoever changes it changes the name."""

    def __init__(
        self,
        source: Source,
        engine: IndexEngine,
        *,
        cut: Cut,
        cutting: str,
        embedder: Embedder | None,
        remembered: Remembered | None,
    ) -> None:
        self._source = source
        self._engine = engine
        self._cut = cut
        self._cutting = cutting
        self._embedder = embedder
        self._remembered = remembered
        self._read_before: dict[str, _Told] = {}

    async def refresh(self, progress: Progress | None = None) -> Refreshed:
        """Make the index what its source says now; raises what the embedder or the engine raises."""
        wanted = await asyncio.to_thread(self.wanted)
        index = await self._engine.snapshot()
        fingerprint = self._embedder.fingerprint if self._embedder else ""
        fresh = index is not None and index.embedder != fingerprint
        have: Mapping[str, str] = {} if index is None or fresh else index.documents
        changed = self._changed(wanted, have)
        leaving = {each for each in have if owner(each, wanted) is None or owner(each, wanted) in changed}
        if index is not None and not fresh and not index.pinned and not changed and not leaving:
            return Refreshed(index.version, skipped=self._skipped(wanted))
        made = await asyncio.to_thread(self._read, {name: wanted[name] for name in changed})
        vectors, embedded = await self._embed(made, progress)
        entries = [Entry(each.document, each.digest, each.chunks, self._rows(each, vectors)) for each in made]
        gone = sorted(leaving - {each.document for each in made})
        version = await self._engine.write(Change(entries, gone, fingerprint, fresh))
        await asyncio.to_thread(self._tidy, made, gone)
        chunks = sum(len(each.chunks) for each in made)
        return Refreshed(version, len(made), len(gone), chunks, embedded, self._skipped(wanted))

    def wanted(self) -> Mapping[str, str]:
        """What the source holds, by name: the digest of its content and the name of the way it is cut."""
        return {name: f"{content}-{self._cutting}" for name, content in self._source.look().items()}

    def _changed(self, wanted: Mapping[str, str], have: Mapping[str, str]) -> Sequence[str]:
        """The items that are new, or are other than they were; not those known to hold nothing that can be read."""
        owners = {document: owner(document, wanted) for document in have}
        known = {name: have[document] for document, name in owners.items() if name is not None}
        known = {name: told.digest for name, told in self._read_before.items() if told.empty} | known
        return [name for name, content in wanted.items() if known.get(name) != content]

    def _read(self, items: Mapping[str, str]) -> Sequence[_Made]:
        made: dict[str, _Made] = {}
        for name, content in items.items():
            skipped: list[Skipped] = []
            found_any = False
            for found in self._source.read(name):
                if isinstance(found, Skipped):
                    skipped.append(found)
                else:
                    found_any = True
                    made[found.id] = _Made(found.id, content, self._cut(found))
            self._read_before[name] = _Told(content, tuple(skipped), empty=not found_any)
        return list(made.values())

    def _skipped(self, wanted: Mapping[str, str]) -> tuple[Skipped, ...]:
        return tuple(each for name in wanted if name in self._read_before for each in self._read_before[name].skipped)

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

    def _tidy(self, made: Sequence[_Made], gone: Sequence[str]) -> None:
        """Remember no vector of what is in the live version no more."""
        if self._remembered:
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


class _Told(NamedTuple):
    """What reading an item gave: nothing at all if `empty`, so that no document stands for it in the index."""

    digest: str
    skipped: tuple[Skipped, ...]
    empty: bool


def owner(document: str, items: Container[str]) -> str | None:
    """The item that a document belongs to, by its id; None where there is no such item any more."""
    name = document
    while name not in items:
        name, slash, _ = name.rpartition("/")
        if not slash:
            return None
    return name
