"""Vectors kept by the content of their texts in a file, so that what was embedded once is never paid for again.

It does not know who embeds. The texts themselves are not kept, only their digests.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vouch.contracts.embedder import Embedder
from vouch.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull

Floats = NDArray[np.float32]

_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS vector (embedder TEXT, text BLOB, numbers BLOB, PRIMARY KEY (embedder, text))"
)
_PART: Final = 500  # SQLite takes no more than 999 values in one statement where it is old
_BUSY_SECONDS: Final = 30.0


class Cached:
    """An `Embedder` that asks the inner one only for texts that the file at `path` has no vectors of.

    Any number of processes and embedders may share the file: vectors are kept by the embedder's fingerprint. A text
    that is asked for twice in one call is embedded once. Raises a `StoreError` for a file that cannot be used.
    """

    def __init__(self, inner: Embedder, path: Path | str) -> None:
        self._inner = inner
        self._path = Path(path)
        self.name = inner.name
        self.fingerprint = inner.fingerprint
        self.dimensions = inner.dimensions
        self._lock = threading.Lock()
        with self._told():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, check_same_thread=False)
            self._file.execute("PRAGMA journal_mode=WAL")
            self._file.execute("PRAGMA synchronous=NORMAL")
            self._file.execute(_TABLE)

    async def embed(self, texts: Sequence[str]) -> Floats:
        """Unit vectors, shape (len(texts), dimensions); raises what the inner one raises, or a `StoreError`."""
        wanted = {text: _digest(text) for text in texts}
        known = await asyncio.to_thread(self._find, list(wanted.values()))
        missing = [text for text, key in wanted.items() if key not in known]
        if missing:
            fresh = dict(zip((wanted[text] for text in missing), await self._inner.embed(missing), strict=True))
            await asyncio.to_thread(self._keep, fresh)
            known |= fresh
        return np.array([known[wanted[text]] for text in texts], np.float32).reshape(len(texts), self.dimensions)

    def clear(self) -> None:
        """Forget all vectors of this embedder."""
        with self._told(), self._file:
            self._file.execute("DELETE FROM vector WHERE embedder = ?", (self.fingerprint,))

    def close(self) -> None:
        """Close the file; it is not used again."""
        self._file.close()

    def _find(self, keys: Sequence[bytes]) -> dict[bytes, Floats]:
        found: dict[bytes, Floats] = {}
        with self._told():
            for start in range(0, len(keys), _PART):
                part = keys[start : start + _PART]
                places = ",".join("?" * len(part))
                asked = f"SELECT text, numbers FROM vector WHERE embedder = ? AND text IN ({places})"  # noqa: S608
                for key, numbers in self._file.execute(asked, (self.fingerprint, *part)):
                    # A length that is not ours would be another program's, or damage.
                    if len(numbers) == 4 * self.dimensions:
                        found[key] = np.frombuffer(numbers, "<f4")
        return found

    def _keep(self, vectors: Mapping[bytes, Floats]) -> None:
        rows = [(self.fingerprint, key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        with self._told(), self._file:
            self._file.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?, ?)", rows)

    @contextmanager
    def _told(self) -> Generator[None]:
        """One user of the file at a time, whose failures are `StoreError`s."""
        with self._lock:
            try:
                yield
            except (sqlite3.Error, OSError) as error:
                raise _fault(error, self._path) from error


def _fault(error: Exception, path: Path) -> StoreError:
    said = f"the vectors kept in {str(path)!r} cannot be used: {error}"
    code = getattr(error, "sqlite_errorcode", None)
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return StoreCorrupt(f"{said}; remove the file, and the texts are embedded anew")
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(f"{said}; free some space")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(f"{said}; another process holds it, try again")
    return StoreError(f"{said}; name a file that can be written")


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=20).digest()
