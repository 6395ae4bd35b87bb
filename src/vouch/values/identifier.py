"""Names of runs: 26 characters that sort by the time they were made.

It does not know what a run is.
"""

from __future__ import annotations

import os
import time
from base64 import b32hexencode
from typing import Final

_LENGTH: Final = 26
_CROCKFORD: Final = bytes.maketrans(b"0123456789ABCDEFGHIJKLMNOPQRSTUV", b"0123456789abcdefghjkmnpqrstvwxyz")


def new_id() -> str:
    """A fresh id: 48 bits of milliseconds, then 80 random bits, in Crockford's base 32 (the layout of a ULID)."""
    number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    # 20 bytes are 32 characters, of which the first six are the zeros before a number of 128 bits.
    return b32hexencode(number.to_bytes(20))[-_LENGTH:].translate(_CROCKFORD).decode()
