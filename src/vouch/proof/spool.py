"""Values on disk, one a line in a file without a name: a proof of any size holds only where each of them begins.

It does not know what the values say. Nothing is left behind, however the process ends; few values stay in memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, Final, Generic, Self, TypeVar, overload

import msgspec

from vouch.errors import StoreError, UsageError
from vouch.journal.cleaning import mended, rewritten
from vouch.proof.whole import write_lines

T = TypeVar("T")

IN_MEMORY: Final = 1 << 20
"""Bytes up to which values are not written to the disk at all."""

_NOWHERE: Final = -1


class Spool(Sequence[T], Generic[T]):
    """Values of one type, each at its place; 8 bytes of memory a value. They may be put in any order, each once.

    `folder` is where the file lies; without one, where the system keeps what is temporary (on some machines that is
    memory). A value that JSON would give back otherwise than it was is held in memory. Putting raises a `StoreError`
    when the disk is full.
    """

    def __init__(self, kind: type[T], folder: Path | None = None) -> None:
        self._file = SpooledTemporaryFile(IN_MEMORY, dir=str(folder) if folder else None)  # noqa: SIM115 - closed by `close`
        self._starts = array("q")
        self._odd: dict[int, T] = {}
        self._end = 0
        self._encode = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder(kind).decode

    def append(self, value: T) -> None:
        """Put a value behind the last."""
        self.put(len(self._starts), value)

    def put(self, place: int, value: T) -> None:
        """Put a value at a place; places before it may still be empty."""
        while len(self._starts) <= place:
            self._starts.append(_NOWHERE)
        try:
            line = self._line(value)
        except (TypeError, ValueError, msgspec.MsgspecError):
            line = None
        if line is None:
            self._odd[place] = value
            return
        try:
            self._file.seek(self._end)
            self._file.write(line)
        except OSError as error:
            raise StoreError(f"what a proof finds cannot be put aside ({error.strerror}); free some space") from error
        self._starts[place] = self._end
        self._end += len(line)

    def _line(self, value: T) -> bytes | None:
        try:
            data = self._encode(value)
        except UnicodeEncodeError:
            data = self._encode(rewritten(value, mended))
            return data + b"\n"
        return data + b"\n" if self._decode(data) == value else None

    def raw(self) -> Iterator[bytes]:
        """Every value as a line of JSON, in the order of the places; empty ones are left out."""
        for place, start in enumerate(self._starts):
            if place in self._odd:
                yield self._encode(self._odd[place]) + b"\n"
            elif start != _NOWHERE:
                yield self._read(start)

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, place: int) -> T: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...

    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        if place < 0:
            place += len(self)
        if place in self._odd:
            return self._odd[place]
        if not 0 <= place < len(self) or self._starts[place] == _NOWHERE:
            raise IndexError(f"there is no value at place {place!r}")
        return self._decode(self._read(self._starts[place]))

    def __iter__(self) -> Iterator[T]:
        return (self[place] for place in range(len(self)))

    def _read(self, start: int) -> bytes:
        self._file.seek(start)
        return self._file.readline()


def spooled(kind: type[T], values: Iterable[T], folder: Path | None = None) -> Spool[T]:
    """All `values` in a new spool."""
    spool: Spool[T] = Spool(kind, folder)
    try:
        for value in values:
            spool.append(value)
    except BaseException:
        spool.close()
        raise
    return spool


def aside(place: str) -> Path | None:
    """Where to put what is not held in memory: beside the journal, since what is temporary may lie in memory."""
    folder = Path(place).parent
    return folder if folder.is_dir() else None


def write_rows(rows: Spool[Any], file: Path) -> None:
    """Write all values into a file, a line each, in order; raises `UsageError`."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_lines(file, rows.raw())
    except OSError as error:
        raise UsageError(
            f"the reports cannot be written to {str(file.parent)!r} ({error.strerror}); "
            "name another folder: --to FOLDER"
        ) from error
