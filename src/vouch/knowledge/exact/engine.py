"""The exact engine: versions of an index in a folder, one writer beside any number of readers.

It does not know what documents are about, how they are cut, or who embeds them.

A write puts the new and changed documents into a segment of their own and notes in the new version which documents of
the older segments count no more; small segments are joined now and then. The version becomes live by renaming one small
file, so whoever is killed at any instant leaves either the old version live or the new one, and each is whole.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple
from uuid import uuid4

from vouch.contracts.index import Change, Entry, Version
from vouch.errors import UsageError
from vouch.knowledge.exact.faults import translated
from vouch.knowledge.exact.lock import writing
from vouch.knowledge.exact.segment import Kept, Segment, write_segment
from vouch.knowledge.exact.snapshot import ExactIndex
from vouch.knowledge.exact.versions import Manifest, Part, Pointer, Seen, Versions, settle
from vouch.knowledge.rules import WORDS
from vouch.knowledge.words import Stemming
from vouch.values.digest import digest

_MOST_SEGMENTS: Final = 8
_MOST_GONE: Final = 0.3
"""A larger share of chunks that count no more is cleared away."""

_ATTEMPTS: Final = 20


class _Base(NamedTuple):
    """What a write starts from."""

    parts: tuple[Part, ...] = ()
    embedder: str = ""
    dimensions: int = 0


class ExactEngine:
    """An `IndexEngine` in `folder`. Keeps `keep` versions; a writer waits `patience` seconds for another to end."""

    def __init__(
        self, folder: Path | str, *, keep: int = 3, patience: float = 10.0, stemming: Stemming = "light"
    ) -> None:
        if keep < 1:
            raise UsageError(f"ExactEngine(keep={keep!r}): give how many versions to keep, 1 or more")
        self._versions = Versions(Path(folder))
        self._keep = keep
        self._patience = patience
        self._stemming: Stemming = stemming
        self._open: dict[str, Segment] = {}
        self._written: dict[str, Segment] = {}
        self._seen: Seen | None = None
        self._snapshot: ExactIndex | None = None

    @property
    def folder(self) -> Path:
        """Where the index lies."""
        return self._versions.folder

    @property
    def place(self) -> str:
        """The same, for messages."""
        return str(self.folder)

    async def snapshot(self) -> ExactIndex | None:
        """The live version; costs one look at a file's date while that does not change."""
        return self.open()

    async def at(self, version: str) -> ExactIndex:
        """A version that is kept, the live one or not; raises `UsageError` where it is not there."""
        with translated(self.folder):
            if version not in (names := self._versions.names()):
                raise UsageError(self._unknown(version, names))
            manifest = self._versions.manifest(version)
            return ExactIndex(manifest, [self._segment(part.segment) for part in manifest.parts], pinned=True)

    def open(self) -> ExactIndex | None:
        """As `snapshot`."""
        with translated(self.folder):
            if self._seen is None or self._versions.stamp() != self._seen.stamp:
                self._reopen()
        return self._snapshot

    def _reopen(self) -> None:
        for attempt in range(_ATTEMPTS):
            seen = self._versions.pointer()
            if seen is None:
                self._seen = self._snapshot = None
                return
            try:
                manifest = self._versions.manifest(seen.pointer.live)
                segments = [self._segment(part.segment) for part in manifest.parts]
            except FileNotFoundError:
                # A writer swapped and pruned between the two looks; then the pointer has changed, too.
                if attempt == _ATTEMPTS - 1 or self._versions.stamp() == seen.stamp:
                    raise
                continue
            self._open = {segment.name: segment for segment in segments}
            self._snapshot = ExactIndex(manifest, segments, pinned=seen.pointer.pinned)
            self._seen = seen
            return

    async def write(self, change: Change) -> str:
        """Make the change a new live version, in a thread."""
        return await asyncio.to_thread(self._write, change, erase=False)

    async def forget(self, documents: Sequence[str]) -> str:
        """Erase documents: from the live version, from the disk, and with all older versions."""
        return await asyncio.to_thread(self._write, Change(remove=documents), erase=True)

    async def rollback(self, version: str = "") -> str:
        """Make an older version live; it stays so until the next write."""
        return await asyncio.to_thread(self._roll_back, version)

    async def versions(self) -> Sequence[Version]:
        """The versions that are kept, newest first."""
        with translated(self.folder):
            seen = self._versions.pointer()
            live = seen.pointer.live if seen else ""
            return [
                Version(each.name, each.embedder, each.documents, each.chunks, each.made, each.name == live)
                for each in self._versions.manifests()
            ]

    def _roll_back(self, version: str) -> str:
        with translated(self.folder), writing(self.folder, patience=self._patience):
            seen, names = self._versions.pointer(), self._versions.names()
            if seen is None:
                raise UsageError(f"the index in {str(self.folder)!r} has no version yet; build it first")
            older = names[names.index(seen.pointer.live) + 1 :]
            wanted = version or (older[0] if older else "")
            if wanted not in names:
                raise UsageError(self._unknown(version or "older than the live one", names))
            self._versions.point(Pointer(wanted, pinned=True))
            return wanted

    def _unknown(self, version: str, names: Sequence[str]) -> str:
        return f"the index in {str(self.folder)!r} has no version {version!r}; there are: {', '.join(names) or 'none'}"

    def _write(self, change: Change, *, erase: bool) -> str:
        with translated(self.folder), writing(self.folder, patience=self._patience):
            self._versions.prepare()
            live = self._live()
            if live is not None and not erase and self._same(live, change):
                return live.name
            base = _Base() if live is None or change.fresh else _Base(live.parts, live.embedder, live.dimensions)
            base = _checked(base, change)
            anew = erase or (live is not None and self._has_other_words(live))
            parts = self._joined(self._changed(base, change), base.dimensions, everything=anew)
            manifest = self._manifest(parts, base, live)
            self._versions.keep(manifest)
            self._versions.point(Pointer(manifest.name))
            self._prune(manifest.name, keep=1 if erase else self._keep)
            self._written = {part.segment: self._segment(part.segment) for part in parts}
            return manifest.name

    def _live(self) -> Manifest | None:
        seen = self._versions.pointer()
        return None if seen is None else self._versions.manifest(seen.pointer.live)

    def _same(self, live: Manifest, change: Change) -> bool:
        """Whether the change would change nothing."""
        seen = self._versions.pointer()
        if change.fresh or self._has_other_words(live) or (seen is not None and seen.pointer.pinned):
            return False
        return all(self._digest_of(live, entry.document) == entry.digest for entry in change.put) and not any(
            self._digest_of(live, document) for document in change.remove
        )

    def _has_other_words(self, live: Manifest) -> bool:
        """Whether its texts were parted into words by other rules than now."""
        return (live.stemming, live.words) != (self._stemming, WORDS)

    def _digest_of(self, live: Manifest, document: str) -> str | None:
        for part in live.parts:
            kept = self._segment(part.segment).documents.get(document)
            if kept is not None and document not in part.gone:
                return kept.digest
        return None

    def _documents(self, part: Part) -> dict[str, Kept]:
        documents = self._segment(part.segment).documents
        return {name: kept for name, kept in documents.items() if name not in part.gone}

    def _changed(self, base: _Base, change: Change) -> tuple[Part, ...]:
        """The segments as they were, less what is put anew or removed; then one of what is put."""
        leaving = {entry.document for entry in change.put} | set(change.remove)
        parts: list[Part] = []
        for part in base.parts:
            held = self._segment(part.segment).documents.keys()
            gone = set(part.gone) | (held & leaving)
            if len(gone) < len(held):
                parts.append(Part(part.segment, tuple(sorted(gone))))
        if change.put:
            parts.append(self._segment_of(change.put, base.dimensions))
        return tuple(parts)

    def _joined(self, parts: tuple[Part, ...], dimensions: int, *, everything: bool) -> tuple[Part, ...]:
        """Fewer segments: all in one where too much in them is gone, the smaller ones in one where they are many."""
        segments = [self._segment(part.segment) for part in parts]
        total = sum(map(len, segments))
        left = sum(_rows(part, segment) for part, segment in zip(parts, segments, strict=True))
        if everything or left < (1 - _MOST_GONE) * total:
            chosen = list(range(len(parts)))
        elif len(parts) > _MOST_SEGMENTS:
            largest = max(range(len(parts)), key=lambda number: len(segments[number]))
            chosen = [number for number in range(len(parts)) if number != largest]
        else:
            return parts
        entries = [segments[number].entry(document) for number in chosen for document in self._documents(parts[number])]
        rest = tuple(part for number, part in enumerate(parts) if number not in chosen)
        return (*rest, self._segment_of(entries, dimensions)) if entries else rest

    def _segment_of(self, entries: Sequence[Entry], dimensions: int) -> Part:
        name = uuid4().hex
        path = self._versions.segment(name)
        write_segment(path, entries, dimensions=dimensions, stemming=self._stemming)
        settle(path.parent)
        return Part(name)

    def _manifest(self, parts: tuple[Part, ...], base: _Base, live: Manifest | None) -> Manifest:
        number = max((*self._versions.numbers(), live.number if live else 0)) + 1
        segments = [self._segment(part.segment) for part in parts]
        return Manifest(
            number=number,
            # The names of segments are never used twice.
            name=f"{number:06}-{digest(parts)[:8]}",
            embedder=base.embedder,
            dimensions=base.dimensions,
            documents=sum(len(each.documents) - len(part.gone) for part, each in zip(parts, segments, strict=True)),
            chunks=sum(_rows(part, segment) for part, segment in zip(parts, segments, strict=True)),
            made=time.time(),
            stemming=self._stemming,
            parts=parts,
            words=WORDS,
        )

    def _prune(self, live: str, *, keep: int) -> None:
        newest = self._versions.names()[:keep]
        self._versions.prune({live, *newest})

    def _segment(self, name: str) -> Segment:
        """A segment that was open already, or now is."""
        found = self._open.get(name) or self._written.get(name)
        if found is None:
            found = self._written[name] = Segment(name, self._versions.segment(name))
        return found


def _rows(part: Part, segment: Segment) -> int:
    """So many chunks of the segment count."""
    gone = (segment.documents[document] for document in part.gone)
    return len(segment) - sum(kept.stop - kept.start for kept in gone)


def _checked(base: _Base, change: Change) -> _Base:
    """The embedder and dimensions that the new version has; raises `UsageError` where they do not fit."""
    sizes = {entry.vectors.shape[1] for entry in change.put if entry.vectors.ndim == 2 and len(entry.chunks)}
    if len(sizes) > 1:
        raise UsageError(f"vectors of {', '.join(map(str, sorted(sizes)))} numbers were given; all must have as many")
    for entry in change.put:
        if entry.vectors.ndim != 2 or len(entry.vectors) != len(entry.chunks):
            raise UsageError(
                f"document {entry.document!r} has {len(entry.chunks)} chunks, but vectors of shape "
                f"{entry.vectors.shape}; give one row a chunk"
            )
    _check_unique(entry.document for entry in change.put)
    dimensions = sizes.pop() if sizes else base.dimensions
    if not base.parts:
        return _Base(embedder=change.embedder, dimensions=dimensions)
    if not change.put:
        return base
    if (change.embedder, dimensions) != (base.embedder, base.dimensions):
        raise UsageError(
            f"the index was built with embedder {base.embedder!r} ({base.dimensions} numbers a vector), the change with"
            f" {change.embedder!r} ({dimensions}); vectors of two embedders cannot be compared: give all documents, "
            "with fresh=True"
        )
    return base


def _check_unique(documents: Iterable[str]) -> None:
    seen: set[str] = set()
    for document in documents:
        if document in seen:
            raise UsageError(f"document {document!r} was given twice; give each document once")
        seen.add(document)
