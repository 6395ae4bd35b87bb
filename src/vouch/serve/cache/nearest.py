"""Questions by their meaning: which kept one is nearest, among those of which all the rest is the same.

It does not know what they ask, nor where answers are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vouch.serve.cache.gate import Marks, agree

Vector = NDArray[np.float32]


class _Question(NamedTuple):
    place: str
    marks: Marks


class _Group:
    """Questions asked in the same surroundings, and their vectors, one a row."""

    def __init__(self, dimensions: int) -> None:
        self.questions: list[_Question] = []
        self._vectors = np.zeros((4, dimensions), dtype=np.float32)

    def add(self, question: _Question, vector: Vector) -> None:
        count = len(self.questions)
        if count == len(self._vectors):
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
        self._vectors[count] = vector
        self.questions.append(question)

    def drop(self, place: str) -> None:
        at = next(at for at, question in enumerate(self.questions) if question.place == place)
        last = len(self.questions) - 1
        self.questions[at] = self.questions[last]
        self._vectors[at] = self._vectors[last]
        self.questions.pop()

    def near(self, vector: Vector, threshold: float) -> Iterator[_Question]:
        cosines = self._vectors[: len(self.questions)] @ vector
        found = np.flatnonzero(cosines >= threshold)
        for at in found[np.argsort(-cosines[found], kind="stable")]:
            yield self.questions[int(at)]


class Nearest:
    """Unit vectors of `threshold` or more in common, and nothing that stands against it, make two questions one."""

    def __init__(self, *, threshold: float) -> None:
        self._threshold = threshold
        self._groups: dict[str, _Group] = {}
        self._around: dict[str, str] = {}

    def find(self, around: str, vector: Vector, marks: Marks) -> Iterator[str]:
        """The places of those that ask the same, the nearest first."""
        group = self._groups.get(around)
        if group is not None:
            for question in group.near(vector, self._threshold):
                if agree(question.marks, marks):
                    yield question.place

    def add(self, around: str, place: str, vector: Vector, marks: Marks) -> None:
        """From now on this one is known."""
        self.drop(place)
        group = self._groups.setdefault(around, _Group(len(vector)))
        group.add(_Question(place, marks), vector)
        self._around[place] = around

    def drop(self, place: str) -> None:
        """From now on it is not."""
        around = self._around.pop(place, None)
        if around is not None:
            group = self._groups[around]
            group.drop(place)
            if not group.questions:
                del self._groups[around]
