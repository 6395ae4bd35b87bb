"""Content addresses: the same content has the same digest, on every machine and in every process.

It does not know what the content means.
"""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec

LENGTH: Final = 40
"""Hexadecimal characters kept of a SHA-256: 160 bits, as many as a Git object name has."""

_canonical = msgspec.json.Encoder(order="deterministic")


def digest_bytes(data: bytes) -> str:
    """The content address of `data`."""
    return hashlib.sha256(data).hexdigest()[:LENGTH]


def canonical(value: object) -> bytes:
    """`value` as JSON with sorted keys and no spaces, so that equal values give equal bytes."""
    return _canonical.encode(value)


def digest(value: object) -> str:
    """The content address of any value that can be written as JSON."""
    return digest_bytes(canonical(value))
