"""Where documents come from: files that fit patterns, or documents that are given.

It does not know how they are cut or indexed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol, runtime_checkable

from msgspec.structs import replace

from vouch.errors import ConfigError
from vouch.knowledge.reading.formats import read_file
from vouch.knowledge.reading.limits import LIMITS, Limits, Skipped
from vouch.values.digest import digest
from vouch.values.document import Document

_Stamp = tuple[int, int, int]


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
        self._known: dict[str, tuple[_Stamp, str]] = {}

    def look(self) -> Mapping[str, str]:
        """The digest of each file's content; a file whose size and date are as before is not read again."""
        known: dict[str, tuple[_Stamp, str]] = {}
        for path in self._files():
            name = path.relative_to(self._root).as_posix()
            try:
                found = path.stat()
                stamp = found.st_mtime_ns, found.st_ino, found.st_size
                before = self._known.get(name)
                known[name] = before if before and before[0] == stamp else (stamp, self._digest(path))
            except OSError:
                continue  # gone or closed meanwhile: it is then no part of what is known
        self._known = known
        return {name: content for name, (_, content) in sorted(known.items())}

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

    def _files(self) -> Iterator[Path]:
        for pattern in self._patterns:
            for path in self._root.glob(pattern):
                if path.is_file() and path.resolve().is_relative_to(self._root):
                    yield path

    def _digest(self, path: Path) -> str:
        with path.open("rb") as file:
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

    def read(self, name: str) -> Iterator[Document | Skipped]:
        """The document itself."""
        yield self._documents[name]
