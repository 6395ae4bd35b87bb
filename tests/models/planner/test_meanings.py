from __future__ import annotations

from collections import OrderedDict

import numpy as np
import pytest

from vouch.models.planner import meanings as module
from vouch.models.planner.meanings import Meanings, Vectors


def test_unknown_texts_are_noted_and_known_ones_compared() -> None:
    meanings = Meanings(2)
    assert meanings.near("a", ["b"]).tolist() == [0]
    assert list(meanings.missing) == ["a", "b"]
    meanings.learn(["a", "b"], np.array([[1, 0], [0.6, 0.8]], np.float32))
    assert meanings.near("a", ["b"]).tolist() == pytest.approx([0.6])
    assert not meanings.missing


def test_the_texts_used_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_KEPT", 2)
    shared: Vectors = OrderedDict()
    meanings = Meanings(1, shared)
    meanings.learn(["a", "b", "c"], np.ones((3, 1), np.float32))
    meanings.of(["a"])
    meanings.forget()
    assert list(shared) == ["c", "a"]
