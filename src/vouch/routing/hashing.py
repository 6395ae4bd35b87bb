"""Words and pieces of words as places in a vector of fixed width, without a vocabulary.

It does not know what the places are used for.
"""

from __future__ import annotations

import re
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint32]

HEAD: Final = 1_400
TAIL: Final = 600
"""Of a long text only so many characters at its start and end are read: a decision must not take longer for 100 KB."""

PIECE: Final = 4
"""Bytes in a piece of a word."""

_PIECE_SHARE: Final = 0.5

_WORD: Final = re.compile(r"\d+|[^\W\d_]+|[^\w\s]")


def clipped(text: str) -> str:
    """The start and the end of a text."""
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"


def words(text: str) -> Hashes:
    """A hash for every word and sign, in order; all numbers have the same one."""
    found = _WORD.findall(text.lower())
    hashes = [zlib.crc32(b"0" if word.isdigit() else word.encode("utf-8", "replace")) for word in found]
    return np.array(hashes, dtype=np.uint32)


def hashed(of: Hashes, text: str, *, width: int) -> NDArray[np.float32]:
    """Words, pairs of words and pieces of four bytes in a unit vector of shape (width,); `width` is a power of two.

    A place counts up or down by another bit of the hash, so that collisions cancel on average (Weinberger et al.,
    2009); counts enter by their logarithm.
    """
    bits = width.bit_length() - 1
    pairs = of[:-1] * np.uint32(0x9E3779B1) + of[1:] if len(of) > 1 else of[:0]
    pieces = _pieces(text.lower().encode("utf-8", "replace"))
    mixed = np.concatenate([of, pairs, pieces]) * np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(0xC2B2AE35)
    weights = np.where(mixed & 1, 1.0, -1.0)
    weights[len(of) + len(pairs) :] *= _PIECE_SHARE
    counts = np.bincount(mixed >> np.uint32(32 - bits), weights=weights, minlength=width)
    vector = np.sign(counts) * np.log1p(np.abs(counts))
    length = float(np.linalg.norm(vector))
    return (vector / length if length else vector).astype(np.float32)


def _pieces(raw: bytes) -> Hashes:
    """Every four bytes in a row, as one number."""
    found = np.frombuffer(raw, dtype=np.uint8).astype(np.uint32)
    count = max(0, len(found) - PIECE + 1)
    pieces = np.full(count, 0x5BD1E995, np.uint32)
    for place in range(PIECE):
        pieces ^= found[place : place + count] << np.uint32(8 * place)
    return pieces
