"""What is remembered and what is forgotten."""

from __future__ import annotations

import numpy as np

from vouch.models.minilm.memory import Memory


def vector(number: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array([number], np.float32)


def test_the_text_not_asked_for_longest_is_forgotten_first() -> None:
    memory = Memory(2)
    memory.keep({"a": vector(1), "b": vector(2)})
    memory.recall(["a"])
    memory.keep({"c": vector(3)})
    assert {text: float(kept[0]) for text, kept in memory.recall(["a", "b", "c"]).items()} == {"a": 1, "c": 3}


def test_documents_are_not_remembered() -> None:
    memory = Memory(2)
    memory.keep({"a" * 2_000: vector(1), "b" * 2_001: vector(2)})
    assert set(memory.recall(["a" * 2_000, "b" * 2_001])) == {"a" * 2_000}


def test_a_kept_vector_does_not_hold_its_batch() -> None:
    batch = np.zeros((1_000, 2), np.float32)
    memory = Memory(2)
    memory.keep({"a": batch[0]})
    assert memory.recall(["a"])["a"].base is None


def test_a_memory_of_nothing_keeps_nothing() -> None:
    memory = Memory(0)
    memory.keep({"a": vector(1)})
    assert memory.recall(["a"]) == {}
