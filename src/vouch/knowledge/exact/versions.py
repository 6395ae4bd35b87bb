"""The versions of an index in a folder, and the pointer to the live one.

It does not know what stands in a segment.

    live.json               which version answers; replaced by renaming, so that there is always one
    versions/000002-....json   a version: its segments, and which of their documents count no more
    segments/....seg        documents, written once; several versions may share one
    lock                    held by whoever writes
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import msgspec

from vouch.errors import StoreCorrupt, StoreNewer
from vouch.knowledge.words import Stemming

FORMAT: Final = 1
"""Raised when what is written can no longer be read by an older Vouch."""


class Part(msgspec.Struct, frozen=True):
    """A segment of a version, and the documents in it that count no more."""

    segment: str
    gone: tuple[str, ...] = ()


class Manifest(msgspec.Struct, frozen=True):
    """A version: `documents` and `chunks` are their numbers, `made` is in Unix seconds, `words` is `rules.WORDS`."""

    number: int
    name: str
    embedder: str
    dimensions: int
    documents: int
    chunks: int
    made: float
    stemming: Stemming
    parts: tuple[Part, ...] = ()
    words: int = 0
    format: int = FORMAT


class Pointer(msgspec.Struct, frozen=True):
    """The live version; `pinned` when somebody went back to it."""

    live: str
    pinned: bool = False


_T = TypeVar("_T")

Stamp = tuple[int, int, int]


class Seen(NamedTuple):
    """A pointer, and the stamp of the file it was read from: another stamp, another pointer."""

    pointer: Pointer
    stamp: Stamp


class Versions:
    """The folder. Writing methods are for the holder of its lock alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._live = folder / "live.json"

    def stamp(self) -> Stamp | None:
        """Changes whenever the pointer does; None where there is no version."""
        try:
            found = self._live.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def pointer(self) -> Seen | None:
        """The pointer as it is now."""
        try:
            with self._live.open("rb") as file:
                found = os.fstat(file.fileno())
                pointer = _decode(file.read(), Pointer, self._live)
        except FileNotFoundError:
            return None
        return Seen(pointer, (found.st_mtime_ns, found.st_ino, found.st_size))

    def manifest(self, name: str) -> Manifest:
        """A version; raises `FileNotFoundError` where it is not kept."""
        path = self.folder / "versions" / f"{name}.json"
        found = _decode(path.read_bytes(), Manifest, path)
        if found.format > FORMAT:
            raise StoreNewer(
                f"{str(path)!r} was written by a newer Vouch (format {found.format}, this one knows {FORMAT}); "
                "update Vouch"
            )
        return found

    def manifests(self) -> Sequence[Manifest]:
        """All versions that are kept, newest first."""
        return [self.manifest(name) for name in self.names()]

    def names(self) -> Sequence[str]:
        """The names of all versions that are kept, newest first."""
        return sorted((path.stem for path in (self.folder / "versions").glob("*.json")), reverse=True)

    def numbers(self) -> Sequence[int]:
        """Their numbers."""
        return [int(name.partition("-")[0]) for name in self.names()]

    def segment(self, name: str) -> Path:
        """The file of a segment."""
        return self.folder / "segments" / f"{name}.seg"

    def prepare(self) -> None:
        """Make the folders, and sweep away what writers left behind that were killed."""
        for name in ("versions", "segments"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.sweep()

    def keep(self, manifest: Manifest) -> None:
        """Make a version durable; it is not live yet."""
        _replace(self.folder / "versions" / f"{manifest.name}.json", manifest)

    def point(self, pointer: Pointer) -> None:
        """Make another version the live one."""
        _replace(self._live, pointer)

    def prune(self, names: Collection[str]) -> None:
        """Keep these versions alone, and the segments that they need."""
        for path in (self.folder / "versions").glob("*.json"):
            if path.stem not in names:
                path.unlink()
        self.sweep()

    def sweep(self) -> None:
        """Remove what no version needs. Whoever has a segment open can go on reading it."""
        needed = {part.segment for manifest in self.manifests() for part in manifest.parts}
        for path in (self.folder / "segments").iterdir():
            if path.suffix != ".seg" or path.stem not in needed:
                path.unlink()
        for path in (*self.folder.glob("*.new"), *(self.folder / "versions").glob("*.new")):
            path.unlink()


def _decode(data: bytes, kind: type[_T], path: Path) -> _T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StoreCorrupt(
            f"{str(path)!r} is damaged: {error}; remove the folder of the index, and it is built anew from the "
            "documents"
        ) from error


def _replace(path: Path, value: Manifest | Pointer) -> None:
    """Write beside the file and rename: at any instant there is the old file or the new one, whole."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(msgspec.json.encode(value))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    settle(path.parent)


def settle(folder: Path) -> None:
    """Make the names in a folder durable."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
