"""Choices that depend on nothing but what is chosen for: the same on every machine, and none disturbs another.

It does not know what is chosen. Every choice is drawn from the SHA-256 of the seed and a key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, TypeVar

SEED: Final = "larkhill handbook"

T = TypeVar("T")
Key = str | int


def number(*key: Key) -> int:
    """A large whole number for this key."""
    named = "\x1f".join((SEED, *map(str, key)))
    return int.from_bytes(hashlib.sha256(named.encode()).digest()[:8], "big")


def draw(choices: Sequence[T], *key: Key) -> T:
    """One of `choices`."""
    return choices[number(*key) % len(choices)]


def shuffled(choices: Sequence[T], *key: Key) -> list[T]:
    """All of `choices`, in an order of its own."""
    places = sorted(range(len(choices)), key=lambda place: number(*key, place))
    return [choices[place] for place in places]
