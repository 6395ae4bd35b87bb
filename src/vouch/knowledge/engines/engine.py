"""Versions of an index on a server: what was live stays until the next is whole, and going back is one small write.

It does not know which server: that is a `Rows`.

A write adds rows that count from the next number on, says of the rows they replace that they end with it, and then
replaces the catalog: before that nobody sees any of it, afterwards everybody does. Whoever is killed leaves rows of a
version that is in no catalog; the next writer sweeps them away. One writes at a time, under a lease in the catalog.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Final, NamedTuple, TypeVar
from uuid import uuid4

import msgspec
import numpy as np

from vouch.contracts.index import Change, Entry, Version
from vouch.errors import StoreBusy, StoreError, UsageError
from vouch.knowledge.engines.beside import Words
from vouch.knowledge.engines.checking import Made, checked
from vouch.knowledge.engines.rows import FOREVER, SINCE, UNTIL, Catalog, Kept, Row, Rows
from vouch.knowledge.engines.snapshot import RowsIndex, counting
from vouch.knowledge.engines.wanted import HEAD, SEARCHED, All, Number, Token, document_token
from vouch.knowledge.words import Stemming
from vouch.values.digest import digest
from vouch.values.document import Chunk

_BATCH: Final = 500
_LEASE: Final = 60.0
"""Seconds after which a writer that says nothing counts as gone."""

_PAUSE: Final = 0.05
_GRACE: Final = 60.0
"""For so many seconds the rows of a version that was given up stay for whoever is reading them."""

_T = TypeVar("_T")


class _Document(NamedTuple):
    digest: str
    chunks: int


class _Held(NamedTuple):
    """A lease: the catalog as it is under it."""

    catalog: Catalog
    owner: str


class ServerEngine:
    """An `IndexEngine` over the rows of a server. Keeps `keep` versions; a writer waits `patience` seconds."""

    def __init__(self, rows: Rows, *, keep: int = 3, patience: float = 10.0, stemming: Stemming = "light") -> None:
        if keep < 1:
            raise UsageError(f"keep={keep!r}: give how many versions to keep, 1 or more")
        self._rows = rows
        self._keep = keep
        self._patience = patience
        self._stemming: Stemming = stemming
        self._snapshot: RowsIndex | None = None
        self._seen: tuple[Kept, bool] | None = None
        self._known_words: tuple[str, Words] | None = None
        self._documents: tuple[str, int, Mapping[str, _Document]] | None = None
        self._opening = threading.Lock()

    @property
    def place(self) -> str:
        """Where the index is kept, for messages; without passwords."""
        return self._rows.place

    async def snapshot(self) -> RowsIndex | None:
        """The live version; costs one small question to the server while that does not change."""
        return await asyncio.to_thread(self._open)

    async def at(self, version: str) -> RowsIndex:
        """A version that is kept, the live one or not; raises `UsageError` where it is not there."""
        return await asyncio.to_thread(self._at, version)

    async def write(self, change: Change) -> str:
        """Make the change a new live version."""
        return await asyncio.to_thread(self._write, change, erase=False)

    async def forget(self, documents: Sequence[str]) -> str:
        """Erase documents: from the live version, and with all older versions."""
        return await asyncio.to_thread(self._write, Change(remove=documents), erase=True)

    async def rollback(self, version: str = "") -> str:
        """Make an older version live; it stays so until the next write."""
        return await asyncio.to_thread(self._roll_back, version)

    async def versions(self) -> Sequence[Version]:
        """The versions that are kept, newest first."""
        catalog = await asyncio.to_thread(self._rows.catalog)
        return [
            Version(each.name, each.embedder, each.documents, each.chunks, each.made, each.number == catalog.live)
            for each in catalog.versions
        ]

    def _open(self) -> RowsIndex | None:
        with self._opening:
            catalog = self._rows.catalog()
            kept = catalog.version(catalog.live)
            if kept is None:
                self._snapshot = self._seen = None
            elif self._snapshot is None or self._seen != (kept, catalog.pinned):
                self._snapshot = self._opened(kept, catalog)
                self._seen = (kept, catalog.pinned)
            return self._snapshot

    def _at(self, version: str) -> RowsIndex:
        with self._opening:
            catalog = self._rows.catalog()
            kept = next((each for each in catalog.versions if each.name == version), None)
            if kept is None:
                names = ", ".join(each.name for each in catalog.versions) or "none"
                raise UsageError(f"the index in {self._rows.place} has no version {version!r}; there are: {names}")
            return self._opened(kept, msgspec.structs.replace(catalog, pinned=True))

    def _opened(self, kept: Kept, catalog: Catalog) -> RowsIndex:
        documents = {name: each.digest for name, each in self._documents_of(kept).items()}
        read_words = partial(self._words, kept, catalog.stemming)
        return RowsIndex(self._rows, kept, documents, pinned=catalog.pinned, read_words=read_words)

    def _documents_of(self, kept: Kept) -> Mapping[str, _Document]:
        """The documents of a version, by id; those of one version are remembered."""
        if self._documents is None or self._documents[:2] != (kept.shelf, kept.number):
            where = All((Token((HEAD,)), *counting(kept.number)))
            rows = self._rows.find(kept.shelf, where, vectors=False)
            found = {row.chunk.document: _Document(row.digest, row.size) for row in rows}
            self._documents = (kept.shelf, kept.number, found)
        return self._documents[2]

    def _words(self, kept: Kept, stemming: Stemming) -> Words:
        """The words of a version, from those of an earlier one where they are known."""
        shelf, known = self._known_words or ("", None)
        grows = known is not None and shelf == kept.shelf and known.number <= kept.number and not known.many
        for base in (known, None) if grows else (None,):
            words = self._grown(base, kept) if base else self._read_words(kept, stemming)
            # What a version holds is erased when it is kept no more, also while it is read.
            if {kept.number, base.number if base else kept.number} <= self._numbers():
                self._known_words = (kept.shelf, words)
                return words
        raise StoreError(
            f"version {kept.name!r} of the index in {self._rows.place} is kept no more; take the snapshot again"
        )

    def _numbers(self) -> set[int]:
        return {each.number for each in self._rows.catalog().readable}

    def _read_words(self, kept: Kept, stemming: Stemming) -> Words:
        where = All((Token((SEARCHED,)), *counting(kept.number)))
        return Words.of(kept.number, list(self._rows.find(kept.shelf, where, vectors=False)), stemming)

    def _grown(self, known: Words, kept: Kept) -> Words:
        since = All((Number(SINCE, ">", known.number), Number(SINCE, "<=", kept.number), Token((SEARCHED,))))
        until = All((Number(UNTIL, ">", known.number), Number(UNTIL, "<=", kept.number)))
        added = list(self._rows.find(kept.shelf, since, vectors=False))
        ended = {row.key: row.until for row in self._rows.find(kept.shelf, until, vectors=False)}
        return known.later(kept.number, added, ended)

    def _roll_back(self, version: str) -> str:
        with self._writing() as held:
            catalog = held.catalog
            names = [each.name for each in catalog.versions]
            numbers = [each.number for each in catalog.versions]
            if not names:
                raise UsageError(f"the index in {self._rows.place} has no version yet; build it first")
            older = names[numbers.index(catalog.live) + 1 :]
            wanted = version or (older[0] if older else "")
            if wanted not in names:
                raise UsageError(
                    f"the index in {self._rows.place} has no version {version or 'older than the live one'!r}; "
                    f"there are: {', '.join(names)}"
                )
            live = numbers[names.index(wanted)]
            self._publish(held, msgspec.structs.replace(catalog, live=live, pinned=True))
            return wanted

    def _write(self, change: Change, *, erase: bool) -> str:
        with self._writing() as held:
            catalog = held.catalog
            live = catalog.version(catalog.live)
            known: Mapping[str, _Document] = {} if live is None else self._documents_of(live)
            made = checked(Made() if live is None else Made(live.embedder, live.dimensions, empty=not known), change)
            if live is not None and not erase and self._same(catalog, known, change):
                return live.name
            kept = self._kept(catalog, live, made, _changed({} if change.fresh else known, change))
            held = self._fill(held, live, kept, change)
            following = self._following(held.catalog, kept, erase=erase)
            self._publish(held, following)
            self._prune(catalog, following)
            return kept.name

    def _same(self, catalog: Catalog, known: Mapping[str, _Document], change: Change) -> bool:
        """Whether the change would change nothing."""
        if change.fresh or catalog.pinned or catalog.stemming != self._stemming:
            return False
        put = all(entry.document in known and known[entry.document].digest == entry.digest for entry in change.put)
        return put and known.keys().isdisjoint(change.remove)

    def _kept(self, catalog: Catalog, live: Kept | None, made: Made, documents: Mapping[str, _Document]) -> Kept:
        number = catalog.number + 1
        content = digest(sorted((name, each.digest) for name, each in documents.items()))
        stays = live is not None and live.dimensions == made.dimensions
        return Kept(
            number=number,
            name=f"{number:06}-{content[:8]}",
            shelf=live.shelf if live is not None and stays else str(number),
            embedder=made.embedder,
            dimensions=made.dimensions,
            documents=len(documents),
            chunks=sum(each.chunks for each in documents.values()),
            made=time.time(),
        )

    def _following(self, catalog: Catalog, kept: Kept, *, erase: bool) -> Catalog:
        """The catalog with one version more; the oldest are given up, and to erase all others."""
        now = time.time()
        versions = (kept, *catalog.versions)[: 1 if erase else self._keep]
        given_up = [msgspec.structs.replace(each, retired=now) for each in catalog.versions[len(versions) - 1 :]]
        retired = [each for each in (*given_up, *catalog.retired) if now - each.retired < _GRACE]
        return msgspec.structs.replace(
            catalog,
            number=kept.number,
            live=kept.number,
            pinned=False,
            versions=versions,
            retired=() if erase else tuple(retired),
            stemming=self._stemming,
        )

    def _fill(self, held: _Held, live: Kept | None, kept: Kept, change: Change) -> _Held:
        """Make the rows on the version's shelf such that those count at its number that it is to hold."""
        fresh = change.fresh or live is None
        if live is None or live.shelf != kept.shelf:
            self._rows.create(kept.shelf, _length(kept))
        elif fresh:
            self._rows.end(kept.shelf, Number(UNTIL, ">=", FOREVER), kept.number)
        else:
            held = self._carry(held, live, kept, change)
        for batch in _batches(_rows_of(change.put, kept), _BATCH):
            self._rows.add(kept.shelf, batch)
            held = self._renewed(held)
        self._rows.settle(kept.shelf)
        return held

    def _carry(self, held: _Held, live: Kept, kept: Kept, change: Change) -> _Held:
        """Take over what the live version holds, less what is removed or put anew."""
        leaving = [entry.document for entry in change.put] + list(change.remove)
        for start in range(0, len(leaving), _BATCH):
            tokens = tuple(document_token(each) for each in leaving[start : start + _BATCH])
            self._rows.end(kept.shelf, All((Token(tokens), Number(UNTIL, ">=", FOREVER))), kept.number)
            held = self._renewed(held)
        newest = max(each.number for each in held.catalog.readable if each.shelf == live.shelf)
        if newest > live.number:
            # Somebody went back: newer rows end, and what ended since the live version counts again.
            newer = All((Number(SINCE, ">", live.number), Number(UNTIL, ">=", FOREVER)))
            self._rows.end(kept.shelf, newer, kept.number)
            gone = set(leaving)
            older = All((*counting(live.number), Number(UNTIL, "<=", newest)))
            again = (row for row in self._rows.find(kept.shelf, older, vectors=True) if row.chunk.document not in gone)
            back = [row._replace(since=kept.number, until=FOREVER) for row in again]
            for batch in _batches(back, _BATCH):
                self._rows.add(kept.shelf, batch)
        return held

    def _prune(self, before: Catalog, after: Catalog) -> None:
        """Erase the rows that no version needs any more."""
        least: dict[str, int] = {}
        for each in after.readable:
            least[each.shelf] = min(each.number, least.get(each.shelf, each.number))
        for shelf in {each.shelf for each in before.readable} - least.keys():
            self._rows.drop(shelf)
        for shelf, number in least.items():
            self._rows.remove(shelf, Number(UNTIL, "<=", number))

    @contextmanager
    def _writing(self) -> Generator[_Held]:
        held = self._claimed()
        try:
            yield held
        except BaseException:
            self._release(held.owner, undo=True)
            raise
        self._release(held.owner, undo=False)

    def _claimed(self) -> _Held:
        """The lease of the only writer; raises `StoreBusy` if another still has it after the time of patience."""
        until, owner = time.monotonic() + self._patience, uuid4().hex
        while True:
            catalog = self._rows.catalog()
            if not catalog.writer or catalog.expires < time.time():
                claimed = msgspec.structs.replace(
                    catalog, revision=catalog.revision + 1, writer=owner, expires=time.time() + _LEASE
                )
                if self._rows.swap(catalog.revision, claimed):
                    if catalog.writer:
                        self._sweep(catalog)
                    return _Held(claimed, owner)
            if time.monotonic() >= until:
                raise StoreBusy(
                    f"another process has been writing the index in {self._rows.place} for {self._patience:g} s; its "
                    f"live version answers meanwhile. Wait for it to end; if it was killed, wait {_LEASE:g} s"
                )
            time.sleep(_PAUSE)

    def _sweep(self, catalog: Catalog) -> None:
        """Undo what a writer left behind that did not come to its end: rows of versions that are in no catalog."""
        self._rows.drop(str(catalog.number + 1))
        for shelf in {each.shelf for each in catalog.readable}:
            self._rows.remove(shelf, Number(SINCE, ">", catalog.number))
            ended = All((Number(UNTIL, ">", catalog.number), Number(UNTIL, "<", FOREVER)))
            self._rows.end(shelf, ended, FOREVER)

    def _renewed(self, held: _Held) -> _Held:
        """The lease for longer, if half of it is over; raises `StoreBusy` if it is somebody else's by now."""
        if held.catalog.expires - time.time() > _LEASE / 2:
            return held
        later = msgspec.structs.replace(held.catalog, revision=held.catalog.revision + 1, expires=time.time() + _LEASE)
        if not self._rows.swap(held.catalog.revision, later):
            raise self._lost()
        return held._replace(catalog=later)

    def _publish(self, held: _Held, catalog: Catalog) -> None:
        if not self._rows.swap(held.catalog.revision, _free(catalog, held.catalog.revision + 1)):
            raise self._lost()

    def _lost(self) -> StoreBusy:
        return StoreBusy(
            f"another process took over writing the index in {self._rows.place}, because this one said nothing for "
            f"{_LEASE:g} s; the live version is what it was. Do the same again"
        )

    def _release(self, owner: str, *, undo: bool) -> None:
        """Give the lease back, if it is still ours."""
        catalog = self._rows.catalog()
        if catalog.writer != owner:
            return
        if undo:
            self._sweep(catalog)
        self._rows.swap(catalog.revision, _free(catalog, catalog.revision + 1))


def _free(catalog: Catalog, revision: int) -> Catalog:
    return msgspec.structs.replace(catalog, revision=revision, writer="", expires=0.0)


def _changed(known: Mapping[str, _Document], change: Change) -> Mapping[str, _Document]:
    """The documents after a change."""
    left = {name: each for name, each in known.items() if name not in set(change.remove)}
    return left | {entry.document: _Document(entry.digest, len(entry.chunks)) for entry in change.put}


def _rows_of(entries: Sequence[Entry], kept: Kept) -> Iterator[Row]:
    nothing = np.zeros(_length(kept), np.float32)
    for entry in entries:
        if not entry.chunks:
            stand_in = Chunk("", entry.document, "", (0, 0))
            yield Row(stand_in, entry.digest, 0, 0, searched=False, since=kept.number, vector=nothing)
        parents = {chunk.parent for chunk in entry.chunks if chunk.parent}
        for place, (chunk, vector) in enumerate(zip(entry.chunks, entry.vectors, strict=True)):
            searched = chunk.id not in parents
            row = np.asarray(vector, np.float32) if kept.dimensions else nothing
            yield Row(chunk, entry.digest, place, len(entry.chunks), searched, kept.number, vector=row)


def _length(kept: Kept) -> int:
    """Numbers of a vector on the shelf: engines want one at least."""
    return max(1, kept.dimensions)


def _batches(items: Iterator[_T] | Sequence[_T], size: int) -> Iterator[list[_T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
