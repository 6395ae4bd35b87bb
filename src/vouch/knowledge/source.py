"""Where documents come from: files that fit patterns, or documents that are given.

It does not know how they are cut or indexed.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import Final, Protocol, runtime_checkable

import msgspec
from msgspec.structs import replace

from vouch.errors import ConfigError
from vouch.knowledge.fitting import Folders, fitting
from vouch.knowledge.reading.formats import read_file
from vouch.knowledge.reading.limits import LIMITS, Limits, Skipped
from vouch.values.digest import digest
from vouch.values.document import Document

Stamp = tuple[int, int, int, int]
"""Of a file: when it was written, and when anything of it was changed, in nanoseconds; its number and its size."""

_SETTLED: Final = 2_000_000_000
"""Nanoseconds after which a file that is written once more has another date for certain."""

_noted: Final = msgspec.msgpack.Decoder(tuple[str, dict[str, tuple[Stamp, str]]])


@runtime_checkable
class Source(Protocol):
    """Items such as files, each of which holds any number of documents.

    The id of a document is the name of its item, or begins with it and a slash.
    """

    def look(self) -> Mapping[str, str]:
        """The digest of every item by its name; cheap where nothing has changed."""
        ...

    def read(self, name: str) -> Iterator[Document | Skipped]:
        """The documents of an item, and what could not be read; nothing for one that is gone meanwhile."""
        ...


@runtime_checkable
class Glanced(Protocol):
    """A source that tells at next to no cost whether something has happened."""

    def unchanged(self, documents: Collection[str]) -> bool:
        """Whether no item came or went since the last look, and those of these documents are what they were."""
        ...


@runtime_checkable
class Noted(Protocol):
    """A source whose next look, also in another process, is cheaper for what it notes of the last one."""

    def note(self) -> bytes:
        """What it knows; only what can be relied on later."""
        ...

    def recollect(self, noted: bytes) -> None:
        """Take up what was noted before; what cannot be read is of no use, and no error."""
        ...


class Files:
    """The files under `root` that fit a pattern, such as `policy/**/*.md`. Links that lead out of it are left out.

    `trusted` says that nobody but the app's owner can write them; `access` are the labels of which a reader needs one.
    Raises `ConfigError` for a pattern that leads out of `root`.
    """

    def __init__(
        self,
        root: Path,
        patterns: Sequence[str],
        *,
        trusted: bool = False,
        access: Sequence[str] = (),
        limits: Limits = LIMITS,
    ) -> None:
        for pattern in patterns:
            path = PurePosixPath(pattern)
            if not pattern or path.is_absolute() or ".." in path.parts:
                raise ConfigError(f"pattern {pattern!r} leads out of the folder; give one like 'policy/*.md'")
        self._root = root.resolve()
        self._patterns = tuple(patterns)
        self._trusted = trusted
        self._access = tuple(access)
        self._limits = limits
        self._known: dict[str, tuple[Stamp, str]] = {}
        self._folders: Folders = {}

    def look(self) -> Mapping[str, str]:
        """The digest of each file's content; a file whose size and dates are as before is not read again."""
        folders: Folders = {}
        known: dict[str, tuple[Stamp, str]] = {}
        found = fitting(self._root, self._patterns, folders)
        before_of = self._known.get
        for name in sorted(found):
            stamp = _stamp(found[name])
            before = before_of(name)
            if before is None or before[0] != stamp:
                try:
                    before = stamp, self._digest(name)
                except OSError:
                    continue  # gone or closed meanwhile: it is then no part of what is known
            known[name] = before
        self._known, self._folders = known, folders
        return {name: content for name, (_, content) in known.items()}

    def unchanged(self, documents: Collection[str]) -> bool:
        """By the dates of the folders, and of the files that hold these documents."""
        names = {owner(each, self._known) for each in documents}
        try:
            return all(os.stat(path).st_mtime_ns == date for path, date in self._folders.items()) and all(  # noqa: PTH116 - asked at every question
                name is not None and _stamp(os.stat(f"{self._root}/{name}")) == self._known[name][0]  # noqa: PTH116
                for name in names
            )
        except OSError:
            return False

    def note(self) -> bytes:
        """The dates and digests of all files but those just written, which might be written again at the same date."""
        certain = time.time_ns() - _SETTLED
        known = {name: each for name, each in self._known.items() if each[0][0] < certain and each[0][1] < certain}
        return msgspec.msgpack.encode((self._label(), known))

    def recollect(self, noted: bytes) -> None:
        """Know the dates and digests of an earlier look, where none was made yet."""
        try:
            label, known = _noted.decode(noted)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return
        if not self._known and label == self._label():
            self._known = known

    def read(self, name: str) -> Iterator[Document | Skipped]:
        """The documents of a file, labelled."""
        try:
            if (size := (self._root / name).stat().st_size) > self._limits.bytes:
                yield Skipped(name, f"it has {size:,} bytes, more than {self._limits.bytes:,}; raise Limits.bytes")
                return
            data = (self._root / name).read_bytes()
        except OSError as error:
            yield Skipped(name, f"it cannot be read: {error.strerror}")
            return
        for found in read_file(data, name, self._limits):
            if isinstance(found, Document):
                yield replace(found, trusted=self._trusted, access=self._access or found.access)
            else:
                yield found

    def _label(self) -> str:
        """What the digests depend on beside the content."""
        return digest((str(self._root), self._trusted, self._access))

    def _digest(self, name: str) -> str:
        with (self._root / name).open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        return digest((content, self._trusted, self._access))


class Given:
    """Documents that the app has in its hands."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = {document.id: document for document in documents}
        self._digests = {name: digest(document) for name, document in self._documents.items()}

    def look(self) -> Mapping[str, str]:
        """The digest of each document."""
        return self._digests

    def unchanged(self, documents: Collection[str]) -> bool:
        """Always: what was given stays as it was."""
        del documents
        return True

    def read(self, name: str) -> Iterator[Document | Skipped]:
        """The document itself."""
        yield self._documents[name]


def owner(document: str, items: Collection[str]) -> str | None:
    """The item that a document is of; None where it is there no more."""
    if document in items:
        return document
    while "/" in document:
        document = document.rpartition("/")[0]
        if document in items:
            return document
    return None


_stamp: Final[Callable[[os.stat_result], Stamp]] = attrgetter("st_mtime_ns", "st_ctime_ns", "st_ino", "st_size")
