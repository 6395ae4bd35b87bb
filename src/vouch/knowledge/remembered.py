"""Vectors by the content of their texts: what was embedded once is not embedded again, also after a kill.

It does not know any index. A file of records of one size; each has its own checksum, and what a killed process left
half written is not used. The texts themselves are not kept.
"""

from __future__ import annotations

import fcntl
import os
import zlib
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vouch.values.digest import digest

Floats = NDArray[np.float32]

_SIZE: Final = 16


def _hashed(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_SIZE).digest()


class Remembered:
    """The vectors that one embedder made, in `folder`. Any process may use it at the same time."""

    def __init__(self, folder: Path, *, fingerprint: str, dimensions: int) -> None:
        self._path = folder / f"{digest((fingerprint, dimensions))[:_SIZE]}.vectors"
        self._length = 4 * dimensions
        self._record = 4 + 2 * _SIZE + self._length
        self._known: dict[bytes, Floats] | None = None

    def find(self, texts: Sequence[str]) -> Mapping[str, Floats]:
        """The vectors of those texts that are known."""
        if self._known is None:
            self._known = {record[_SIZE : 2 * _SIZE]: self._vector(record) for record in self._records()}
        known = self._known
        return {text: known[key] for text in texts if (key := _hashed(text)) in known}

    def keep(self, vectors: Sequence[tuple[str, str, Floats]]) -> None:
        """Add vectors, each with its document and its text; durable afterwards."""
        added = [(_hashed(document), _hashed(text), vector) for document, text, vector in vectors]
        records = b"".join(_sealed(owner + key + vector.astype(np.float32).tobytes()) for owner, key, vector in added)
        with self._alone() as file:
            whole = os.fstat(file).st_size // self._record * self._record
            os.ftruncate(file, whole)
            os.lseek(file, whole, os.SEEK_SET)
            _write(file, records)
            os.fsync(file)
        if self._known is not None:
            self._known |= {key: vector for _, key, vector in added}

    def leave(self, documents: Mapping[str, Sequence[str]]) -> None:
        """Of these documents, leave nothing but the vectors of these texts."""
        left = {_hashed(document): {_hashed(text) for text in texts} for document, texts in documents.items()}
        if not left or not self._path.exists():
            return
        with self._alone():
            before = list(self._records())
            after = [each for each in before if each[_SIZE : 2 * _SIZE] in left.get(each[:_SIZE], each)]
            if len(after) < len(before):
                beside = self._path.with_suffix(".new")
                beside.write_bytes(b"".join(map(_sealed, after)))
                beside.replace(self._path)
        self._known = None

    def only(self) -> None:
        """Remove the vectors that other embedders made."""
        for path in self._path.parent.glob("*.vectors"):
            if path != self._path:
                path.unlink(missing_ok=True)

    def _records(self) -> Generator[bytes]:
        """What each whole record holds: whose it is, of which text, and the vector."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return
        for start in range(0, len(data) - self._record + 1, self._record):
            record = data[start + 4 : start + self._record]
            if data[start : start + 4] == _checksum(record):
                yield record

    def _vector(self, record: bytes) -> Floats:
        return np.frombuffer(record, np.float32, offset=2 * _SIZE)

    @contextmanager
    def _alone(self) -> Generator[int]:
        """The file, while no other process writes it; another may have put a new one in its place meanwhile."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                if os.fstat(file).st_ino == self._path.stat().st_ino:
                    yield file
                    return
            finally:
                os.close(file)


def _checksum(record: bytes) -> bytes:
    return zlib.crc32(record).to_bytes(4, "little")


def _sealed(record: bytes) -> bytes:
    return _checksum(record) + record


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
