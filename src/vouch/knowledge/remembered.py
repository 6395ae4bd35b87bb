"""Vectors by the content of their texts: what was embedded once is not embedded again, also after a kill.

It does not know any index. A file of records of one size; each has its own checksum, and what a killed process left
half written is not used. The texts themselves are not kept. What is left out is overwritten where it stands, and the
file written anew when half of it says nothing any more.
"""

from __future__ import annotations

import fcntl
import os
import zlib
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vouch.knowledge.exact.faults import translated
from vouch.values.digest import digest

Floats = NDArray[np.float32]

_SIZE: Final = 16

_NOBODY: Final = bytes(_SIZE)


def _hashed(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_SIZE).digest()


class Remembered:
    """The vectors that one embedder made, in `folder`. Any process may use it at the same time.

    Writing raises a `StoreError`; what was kept before is kept still.
    """

    def __init__(self, folder: Path, *, fingerprint: str, dimensions: int) -> None:
        self._path = folder / f"{digest((fingerprint, dimensions))[:_SIZE]}.vectors"
        self._size = 4 + 2 * _SIZE + 4 * dimensions
        self._record = np.dtype(
            {
                "names": ["check", "owner", "text", "vector"],
                "formats": ["<u4", f"V{_SIZE}", f"V{_SIZE}", ("<f4", (dimensions,))],
                "offsets": [0, 4, 4 + _SIZE, 4 + 2 * _SIZE],
                "itemsize": self._size,
            }
        )
        self._stamp: tuple[int, int] | None = None
        self._records: NDArray[Any] = np.empty(0, self._record)

    def find(self, texts: Sequence[str]) -> Mapping[str, Floats]:
        """The vectors of those texts that are known."""
        self._look()
        wanted = {_hashed(text): text for text in texts}
        rows = _rows(self._records["text"], wanted)
        return {wanted[key]: self._records[row]["vector"].copy() for row, key in rows if self._is_whole(row)}

    def keep(self, vectors: Sequence[tuple[str, str, Floats]]) -> None:
        """Add vectors, each with its document and its text; durable afterwards."""
        records = b"".join(
            _sealed(_hashed(document) + _hashed(text) + vector.astype(np.float32).tobytes())
            for document, text, vector in vectors
        )
        with self._alone() as file:
            whole = os.fstat(file).st_size // self._size * self._size
            os.ftruncate(file, whole)
            _write(file, records, whole)
            os.fsync(file)

    def leave(self, documents: Mapping[str, Sequence[str]]) -> None:
        """Of these documents, leave nothing but the vectors of these texts."""
        left = {_hashed(document): {_hashed(text) for text in texts} for document, texts in documents.items()}
        if not left or not self._path.exists():
            return
        with self._alone() as file:
            records = self._read()
            gone = [
                row for row, owner in _rows(records["owner"], left) if records[row]["text"].tobytes() not in left[owner]
            ]
            dead = len(_rows(records["owner"], [_NOBODY]))
            if 2 * (dead + len(gone)) > len(records):
                self._write_anew(records, without=gone)
                return
            for row in gone:
                _write(file, bytes(self._size), row * self._size)
            if gone:
                os.fsync(file)
                # A file that was written in the same instant has the same date.
                self._stamp = None

    def only(self) -> None:
        """Remove the vectors that other embedders made."""
        for path in self._path.parent.glob("*.vectors"):
            if path != self._path:
                path.unlink(missing_ok=True)

    def _write_anew(self, records: NDArray[Any], *, without: Sequence[int]) -> None:
        stays = np.ones(len(records), np.bool_)
        stays[list(without)] = False
        stays &= records["owner"] != np.void(_NOBODY)
        beside = self._path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(records[stays].tobytes())
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
        self._stamp = None

    def _look(self) -> None:
        """Know what stands in the file now."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._stamp, self._records = None, np.empty(0, self._record)
            return
        stamp = found.st_ino, found.st_size
        if stamp != self._stamp:
            self._records, self._stamp = self._read(), stamp

    def _read(self) -> NDArray[Any]:
        data = self._path.read_bytes()
        return np.frombuffer(data, self._record, len(data) // self._size)

    def _is_whole(self, row: int) -> bool:
        record = self._records[row].tobytes()
        return record[:4] == _checksum(record[4:])

    @contextmanager
    def _alone(self) -> Generator[int]:
        """The file, while no other process writes it; another may have put a new one in its place meanwhile."""
        with translated(self._path.parent):
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


def _rows(keys: NDArray[Any], wanted: Collection[bytes]) -> list[tuple[int, bytes]]:
    """The rows whose key is one of those, each with its key."""
    halves = np.frombuffer(keys.tobytes(), np.uint64).reshape(-1, 2)[:, 0]
    firsts = np.frombuffer(b"".join(wanted), np.uint64).reshape(-1, 2)[:, 0]
    found = [(row, keys[row].tobytes()) for row in np.flatnonzero(np.isin(halves, firsts)).tolist()]
    return [(row, key) for row, key in found if key in wanted]


def _checksum(record: bytes) -> bytes:
    return zlib.crc32(record).to_bytes(4, "little")


def _sealed(record: bytes) -> bytes:
    return _checksum(record) + record


def _write(file: int, data: bytes, place: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, place)
        view, place = view[written:], place + written
