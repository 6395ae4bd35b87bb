from __future__ import annotations

import numpy as np
import pytest

from vouch.models.planner import meanings as module
from vouch.models.planner.meanings import Known, Meanings


def test_unknown_texts_are_noted_and_known_ones_compared() -> None:
    meanings = Meanings(2)
    assert meanings.near("a", ["b"]).tolist() == [0]
    assert list(meanings.missing) == ["a", "b"]
    meanings.learn(["a", "b"], np.array([[1, 0], [0.6, 0.8]], np.float32))
    assert meanings.near("a", ["b"]).tolist() == pytest.approx([0.6])
    assert not meanings.missing


def test_the_texts_used_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_KEPT", 2)
    monkeypatch.setattr(module, "_KEPT_MADE", 1)
    shared = Known()
    meanings = Meanings(1, shared)
    meanings.learn(["a", "b", "c"], np.ones((3, 1), np.float32))
    meanings.of(["a"])
    assert [meanings.once(key, lambda key=key: key) for key in ("x", "y")] == ["x", "y"]
    shared.forget()
    assert list(shared.vectors) == ["c", "a"]
    assert list(shared.made) == ["y"]


def test_what_is_made_of_vectors_is_made_once_but_not_before_all_are_known() -> None:
    meanings = Meanings(1)
    made: list[float] = []

    def make() -> float:
        made.append(float(meanings.of(["a"]).sum()))
        return made[-1]

    assert meanings.once("sum", make) == 0
    meanings.learn(["a"], np.ones((1, 1), np.float32))
    assert [meanings.once("sum", make), meanings.once("sum", make)] == [1, 1]
    assert made == [0, 1]
