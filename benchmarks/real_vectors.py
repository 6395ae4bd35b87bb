"""Real sentence embeddings, as many as one wants, made once and kept: what a benchmark of vectors runs over.

It does not know any index. Drawn vectors are too easy or too hard; those of sentences lie in heaps of every size.

The texts are pieces of up to 18 words from the data folder, in an order that does not change; `local/minilm` embeds
them, which takes about six minutes of processor time for 101,000. They are kept in the system's folder for temporary
files, as `vouch-benchmark-384.npy`.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import random
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from vouch.models.minilm.minilm import MiniLM

Floats = NDArray[np.float32]

KEPT = Path(tempfile.gettempdir()) / "vouch-benchmark-384.npy"
FOLDERS = ("rag", "knowledge", "faithfulness", "judge", "support", "classify")
_PIECE = 18
_BATCH = 256
_LARGEST = 3_000_000


def data_folder() -> Path:
    """Where the real data lie, if they are there."""
    return Path(os.environ.get("VOUCH_DATA", Path(__file__).parents[2] / "shared" / "data"))


def real_vectors(number: int) -> Floats | None:
    """Unit vectors of `number` sentences, shape (number, 384); None where there are neither vectors nor data."""
    if KEPT.exists():
        kept: Floats = np.load(KEPT, mmap_mode="r")
        if len(kept) >= number:
            return np.asarray(kept[:number])
    pieces = _pieces()[:number] if data_folder().is_dir() else []
    if len(pieces) < number:
        return None
    print(f"  embedding {number:,} pieces of text, once", flush=True)
    rows = _embedded(pieces)
    beside = KEPT.with_suffix(".new.npy")
    np.save(beside, rows)
    beside.replace(KEPT)
    return rows


def _embedded(pieces: list[str]) -> Floats:
    model = MiniLM.open()
    rows = np.zeros((len(pieces), 384), np.float32)
    order = sorted(range(len(pieces)), key=lambda each: len(pieces[each]))
    for start in range(0, len(order), _BATCH):
        batch = order[start : start + _BATCH]
        rows[batch] = asyncio.run(model.embed([pieces[each] for each in batch]))
    return rows


def _pieces() -> list[str]:
    """All different pieces of text, in an order drawn once."""
    found: set[str] = set()
    for folder in FOLDERS:
        for path in sorted((data_folder() / folder).glob("*")):
            if path.is_file() and path.stat().st_size <= _LARGEST:
                for text in _texts(path):
                    found.update(_cut(text))
    pieces = sorted(found)
    random.Random(0).shuffle(pieces)
    return pieces


def _texts(path: Path) -> Iterator[str]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", errors="ignore") as file:
        whole = file.read()
    for line in whole.split("\n"):
        try:
            yield from _walk(json.loads(line))
        except ValueError:
            yield line


def _walk(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        parts = cast("dict[str, Any]", value).values() if isinstance(value, dict) else cast("list[Any]", value)
        for each in parts:
            yield from _walk(each)


def _cut(text: str) -> Iterator[str]:
    for sentence in re.split(r"\n+|(?<=[.?!])\s+", text):
        words = sentence.split()
        for start in range(0, len(words), _PIECE):
            piece = words[start : start + _PIECE]
            if len(piece) >= 5 and sum(map(len, piece)) < 160:
                yield " ".join(piece)
