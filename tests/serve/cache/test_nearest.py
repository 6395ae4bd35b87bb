"""Tests of the questions by their meaning: nearest first, never across surroundings, and gone when dropped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vouch.serve.cache.gate import marks_of
from vouch.serve.cache.nearest import Nearest

PLAIN = marks_of("plain")


def unit(*values: float) -> NDArray[np.float32]:
    vector = np.array(values, dtype=np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def test_the_nearest_come_first_and_only_those_of_the_same_surroundings() -> None:
    nearest = Nearest(threshold=0.9)
    nearest.add("here", "far", unit(1, 1), PLAIN)
    nearest.add("here", "near", unit(1, 0.3), PLAIN)
    nearest.add("here", "nearer", unit(1, 0.1), PLAIN)
    nearest.add("there", "same", unit(1, 0), PLAIN)
    assert list(nearest.find("here", unit(1, 0), PLAIN)) == ["nearer", "near"]
    assert list(nearest.find("nowhere", unit(1, 0), PLAIN)) == []
    assert list(nearest.find("here", unit(1, 0), marks_of("not plain"))) == []


def test_what_is_dropped_is_found_no_more() -> None:
    nearest = Nearest(threshold=0.5)
    for number in range(9):
        nearest.add("here", str(number), unit(1, number / 100), PLAIN)
    nearest.drop("0")
    nearest.drop("8")
    nearest.drop("unknown")
    nearest.add("here", "3", unit(1, 0), PLAIN)
    assert list(nearest.find("here", unit(1, 0), PLAIN)) == ["3", "1", "2", "4", "5", "6", "7"]
    for number in range(9):
        nearest.drop(str(number))
    assert list(nearest.find("here", unit(1, 0), PLAIN)) == []
