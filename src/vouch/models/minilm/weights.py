"""Reads tensors from a safetensors file without loading it: they are views of the mapped file.

It does not know what the tensors are for.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from vouch.errors import ConfigError

_LARGEST_HEADER: Final = 100_000_000


class _Tensor(msgspec.Struct):
    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


def read(path: Path) -> Mapping[str, NDArray[np.float32]]:
    """Every float32 tensor of the file by its name, read-only. Raises `ConfigError` when it is not such a file.

    Format: eight bytes with the header's length, the header as JSON, then the numbers.
    """
    try:
        mapped: NDArray[np.uint8] = np.memmap(path, mode="r", dtype=np.uint8)
        length = int.from_bytes(mapped[:8].tobytes(), "little")
        if not 0 < length <= min(_LARGEST_HEADER, mapped.size - 8):
            raise ValueError(f"its header would be {length} bytes long")
        header = msgspec.json.decode(mapped[8 : 8 + length].tobytes(), type=dict[str, dict[str, Any]])
        data = mapped[8 + length :]
        return {name: _view(data, entry) for name, entry in header.items() if entry.get("dtype") == "F32"}
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{path} cannot be read as a safetensors file: {error}. It may be cut off, or be a Git LFS pointer instead "
            "of the file itself; install or copy the model again."
        ) from error


def _view(data: NDArray[np.uint8], entry: dict[str, Any]) -> NDArray[np.float32]:
    tensor = msgspec.convert(entry, _Tensor)
    start, end = tensor.data_offsets
    if not 0 <= start <= end <= data.size:
        raise ValueError(f"a tensor would end at byte {end} of {data.size}")
    return data[start:end].view(np.float32).reshape(tensor.shape)
