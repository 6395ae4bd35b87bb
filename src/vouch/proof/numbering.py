"""Numbers for texts, without holding the texts: 24 to 48 bytes each, however long they are.

It does not know what the texts are. Texts are told apart by 64 bits of their hash: of 100,000, two are taken for one
with a chance of 3 in 10^10.
"""

from __future__ import annotations

from array import array
from hashlib import blake2b
from typing import Final

_FIRST: Final = 1024
_EMPTY: Final = 0


class Numbering:
    """A number for each text; open addressing in two flat arrays, at most half full."""

    def __init__(self) -> None:
        self._keys = array("Q", [_EMPTY]) * _FIRST
        self._numbers = array("I", [0]) * _FIRST
        self._count = 0

    def of(self, text: str, number: int | None = None) -> int:
        """The number of a text; a new one gets `number`, without one the next from 0."""
        key = _key(text)
        slot = self._slot(key)
        if self._keys[slot] == key:
            return self._numbers[slot]
        given = self._count if number is None else number
        self._keys[slot], self._numbers[slot] = key, given
        self._count += 1
        if 2 * self._count > len(self._keys):
            self._grow()
        return given

    def known(self, text: str) -> int | None:
        """The number of a text that was given one, or None."""
        key = _key(text)
        slot = self._slot(key)
        return self._numbers[slot] if self._keys[slot] == key else None

    def __len__(self) -> int:
        return self._count

    def _slot(self, key: int) -> int:
        """Where the key stands, or would."""
        keys, last = self._keys, len(self._keys) - 1
        slot = key & last
        while keys[slot] not in (_EMPTY, key):
            slot = (slot + 1) & last
        return slot

    def _grow(self) -> None:
        keys, numbers = self._keys, self._numbers
        self._keys = array("Q", [_EMPTY]) * (2 * len(keys))
        self._numbers = array("I", [0]) * len(self._keys)
        for key, number in zip(keys, numbers, strict=True):
            if key != _EMPTY:
                slot = self._slot(key)
                self._keys[slot], self._numbers[slot] = key, number


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") or 1
