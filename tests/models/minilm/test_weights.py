"""Reading safetensors: against the library that writes them, and everything that can be wrong with a file."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from vouch.errors import ConfigError
from vouch.models.minilm.weights import read


def test_reads_what_the_library_wrote(tmp_path: Path) -> None:
    tensors = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array([0.5], np.float32)}
    save_file({**tensors, "places": np.arange(3)}, tmp_path / "m", metadata={"format": "pt"})
    found = read(tmp_path / "m")
    assert set(found) == {"a", "b"}
    for name, tensor in tensors.items():
        assert np.array_equal(found[name], tensor)
    with pytest.raises(ValueError, match="read-only"):
        found["a"][0, 0] = 1


def header(**tensors: object) -> bytes:
    text = json.dumps(tensors).encode()
    return struct.pack("<Q", len(text)) + text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 90868376\n",
        struct.pack("<Q", 1 << 60) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 3) + b"{x}",
        header(a={"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}) + b"1234",
        header(a={"dtype": "F32", "shape": [4], "data_offsets": [8, 0]}) + b"12345678",
        header(a={"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}) + b"12345678",
        header(a={"dtype": "F32", "shape": "x", "data_offsets": [0, 8]}) + b"12345678",
        header(a={"dtype": "F32"}) + b"12345678",
    ],
)
def test_what_is_no_safetensors_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m").write_bytes(content)
    with pytest.raises(ConfigError, match=r"cannot be read as a safetensors file: .* install or copy the model again"):
        read(tmp_path / "m")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        read(tmp_path / "m")
