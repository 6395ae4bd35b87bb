"""A small embedder for tests: a text is the sum of its words' random directions, so texts that share words are near."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vouch.values.request import Example

DIMENSIONS = 48


class Words:
    """An `Embedder` that counts what it was asked."""

    name = "test/words"
    fingerprint = "words-1"
    dimensions = DIMENSIONS

    def __init__(self) -> None:
        self.calls: list[int] = []

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls.append(len(texts))
        return vectors(texts)


def vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    rows = [sum(map(_direction, text.lower().split() or [""])) for text in texts]
    found = np.array(rows, np.float32).reshape(len(texts), DIMENSIONS)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def _direction(word: str) -> NDArray[np.float64]:
    return np.random.default_rng(zlib.crc32(word.encode())).normal(size=DIMENSIONS)


TOPICS = {
    "refund": "refund money back return cash credited charge reverse",
    "shipping": "parcel delivery ship arrive late courier package tracking",
    "login": "password account sign forgot reset locked email code",
}


def sentences(each: int, *, least: int = 4, noise: int = 3, seed: int = 0) -> tuple[Example, ...]:
    """`each` examples of every topic: `least` to 4 of its words among `noise` that say nothing, in random order.

    With `least` = 0 a fifth of them tells nothing of its topic.
    """
    random = np.random.default_rng(seed)
    filler = ["please", "my", "the", "is", "for", "with", "can", "you"]
    found: list[Example] = []
    for label, topic in TOPICS.items():
        for _ in range(each):
            telling = random.choice(topic.split(), random.integers(least, 5), replace=False)
            words = [*telling, *random.choice(filler, noise)]
            found.append(Example(" ".join(random.permutation(words)), label))
    return tuple(found[place] for place in random.permutation(len(found)))
