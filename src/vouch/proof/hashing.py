"""The content address of a list or a set, an item at a time, so that it need not be in memory.

It does not know what the items are.
"""

from __future__ import annotations

from hashlib import blake2b, sha256
from typing import Final

from vouch.values.digest import LENGTH, canonical

_BYTES: Final = 16


class ListDigest:
    """Equal to `vouch.values.digest.digest` of the list of all items that were added."""

    def __init__(self) -> None:
        self._hash = sha256(b"[")
        self._between = b""

    def add(self, item: object) -> None:
        """The next item; raises `TypeError`, `ValueError` or `RecursionError` for what JSON cannot hold."""
        self._hash.update(self._between + canonical(item))
        self._between = b","

    def hexdigest(self) -> str:
        """The content address of the items added so far."""
        whole = self._hash.copy()
        whole.update(b"]")
        return whole.hexdigest()[:LENGTH]


class SetDigest:
    """Equal for the same texts in whatever order, each as often: the sum of their hashes.

    It tells what was made apart, not what somebody made to be taken for something else.
    """

    def __init__(self) -> None:
        self._sum = 0

    def add(self, *parts: str) -> None:
        """One more item, made of these texts."""
        text = "\0".join(parts).encode("utf-8", "surrogatepass")
        self._sum += int.from_bytes(blake2b(text, digest_size=_BYTES).digest(), "big")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SetDigest) and self._sum == other._sum

    __hash__ = None  # pyright: ignore[reportAssignmentType]
