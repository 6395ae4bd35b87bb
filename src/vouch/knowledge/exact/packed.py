"""Arrays in one file, mapped into memory when they are read.

It does not know what the arrays mean.

The layout is that of safetensors: the length of a header, the header as JSON, then the numbers of all arrays. The
header's digest stands in it, so that a torn or foreign file is told from a whole one without reading all of it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from vouch.errors import StoreCorrupt
from vouch.values.digest import digest

_ALIGNED: Final = 64
_LENGTH: Final = 8


class _Place(msgspec.Struct, array_like=True):
    dtype: str
    shape: tuple[int, ...]
    start: int


class _Header(msgspec.Struct):
    arrays: dict[str, _Place]
    size: int
    digest: str = ""


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write all arrays into a new file, which is durable on disk afterwards."""
    places: dict[str, _Place] = {}
    size = 0
    for name, array in arrays.items():
        size = -(-size // _ALIGNED) * _ALIGNED
        places[name] = _Place(array.dtype.str, array.shape, size)
        size += array.nbytes
    header = _Header(places, size)
    header.digest = digest(places)
    packed = msgspec.json.encode(header)
    packed += b" " * (-(len(packed) + _LENGTH) % _ALIGNED)
    with path.open("wb") as file:
        file.write(len(packed).to_bytes(_LENGTH, "little"))
        file.write(packed)
        for name, array in arrays.items():
            file.seek(_LENGTH + len(packed) + places[name].start)
            file.write(np.ascontiguousarray(array).data)
        file.truncate(_LENGTH + len(packed) + size)
        file.flush()
        os.fsync(file.fileno())


def read_arrays(path: Path) -> Mapping[str, NDArray[Any]]:
    """The arrays, mapped read-only; raises `StoreCorrupt` for a file that is torn or none of ours."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_LENGTH), "little")
            total = os.fstat(file.fileno()).st_size
            header = msgspec.json.decode(file.read(min(length, total)), type=_Header)
        if header.digest != digest(header.arrays) or total != _LENGTH + length + header.size:
            raise ValueError("its size is not what its header says")
        whole = np.memmap(path, np.uint8, "r") if total else np.empty(0, np.uint8)
    except (ValueError, OverflowError, msgspec.DecodeError) as error:
        raise StoreCorrupt(
            f"{str(path)!r} is damaged: {error}; remove the folder of the index, and it is built anew from the "
            "documents"
        ) from error
    begin = _LENGTH + length
    return {name: _view(whole[begin:], place) for name, place in header.arrays.items()}


def _view(numbers: NDArray[np.uint8], place: _Place) -> NDArray[Any]:
    dtype = np.dtype(place.dtype)
    count = int(np.prod(place.shape, dtype=np.int64)) * dtype.itemsize
    return np.asarray(numbers[place.start : place.start + count]).view(dtype).reshape(place.shape)
