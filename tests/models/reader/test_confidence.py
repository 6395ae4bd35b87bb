from __future__ import annotations

import numpy as np
import pytest

from vouch.models.reader import asking, confidence, scoring
from vouch.models.reader.scenes import cut, look
from vouch.models.reader.weights import shipped


def signs(question: str, *passages: str) -> dict[str, float]:
    asked = asking.read(question)
    found = cut(passages)
    looked = look(asked, found, np.full(len(found), 0.5, np.float32))
    ranked = scoring.best(asked, looked.scenes, looked.rarity, shipped().answer)
    return confidence.signs(asked, looked.scenes, ranked, looked.known)


def test_what_bears_on_being_right() -> None:
    there = signs("When was the Lisbon office opened?", "The Lisbon office was opened in 2019.")
    gone = signs("When was the Oslo office never opened?", "The Lisbon office was opened in 2019.")
    assert (there["unknown"], there["unknown-names"], there["negation"]) == (0.0, 0.0, 0.0)
    assert (gone["unknown-names"], gone["names-elsewhere"], gone["negation"]) == (1.0, 1.0, 1.0)
    assert there["passage"] > gone["passage"]
    assert there["kind.when"] == 1.0


def test_a_later_passage_is_told() -> None:
    found = signs("When was the Lisbon office opened?", "Plants are green.", "The Lisbon office was opened in 2019.")
    assert found["late"] == 1.0
    assert found["ahead"] > 0


def test_the_chance_is_a_logistic() -> None:
    assert confidence.chance({}, {}) == 0.5
    assert confidence.chance({"a": 2.0}, {"a": 1.0, "bias": -2.0}) == 0.5
    assert confidence.chance({"a": 1e9}, {"a": 1.0}) == pytest.approx(1.0)
    assert confidence.chance({"a": -1e9}, {"a": 1.0}) < 1e-9
