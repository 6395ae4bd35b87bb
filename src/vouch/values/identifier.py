"""Names of runs: 26 characters that sort by the time they were made.

It does not know what a run is.
"""

from __future__ import annotations

import os
import time
from base64 import b32hexencode
from typing import Final

_LENGTH: Final = 26
_BYTES: Final = 10
_AT_ONCE: Final = 256
_CROCKFORD: Final = bytes.maketrans(b"0123456789ABCDEFGHIJKLMNOPQRSTUV", b"0123456789abcdefghjkmnpqrstvwxyz")

_drawn: list[bytes] = []
"""Random bytes that were drawn and are not used yet: to ask the system for ten of them costs more than all else."""

if hasattr(os, "register_at_fork"):
    # Or else parent and child would give out the same ones.
    os.register_at_fork(after_in_child=_drawn.clear)


def new_id() -> str:
    """A fresh id: 48 bits of milliseconds, then 80 random bits, in Crockford's base 32 (the layout of a ULID)."""
    number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(_random())
    # 20 bytes are 32 characters, of which the first six are the zeros before a number of 128 bits.
    return b32hexencode(number.to_bytes(20))[-_LENGTH:].translate(_CROCKFORD).decode()


def _random() -> bytes:
    try:
        # One step, so that no two threads get the same.
        return _drawn.pop()
    except IndexError:
        data = os.urandom(_BYTES * _AT_ONCE)
        first, *rest = (data[start : start + _BYTES] for start in range(0, len(data), _BYTES))
        _drawn.extend(rest)
        return first
