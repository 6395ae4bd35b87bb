from __future__ import annotations

import numpy as np
import pytest

from vouch.routing.hashing import HEAD, TAIL, clipped, hashed, words


def vector(text: str) -> np.ndarray:
    return hashed(words(text), text, width=256)


def test_all_numbers_are_the_same_word() -> None:
    assert words("12 cats").tolist() == words("999 CATS").tolist()
    assert words("cats").tolist() != words("dogs").tolist()


def test_a_long_text_is_read_at_both_ends() -> None:
    text = "a" * 50_000 + "z" * 50_000
    kept = clipped(text)
    assert len(kept) == HEAD + TAIL + 1
    assert kept[0] == "a"
    assert kept[-1] == "z"
    assert clipped("short") == "short"


@pytest.mark.parametrize("text", ["one", "ab", "a b", "Grüße 我的退款在哪里", "\ud800 broken"])
def test_a_vector_has_length_1(text: str) -> None:
    assert vector(text).shape == (256,)
    assert np.linalg.norm(vector(text)) == pytest.approx(1)


def test_nothing_is_the_zero_vector() -> None:
    assert not vector("").any()


def test_alike_texts_are_near_and_others_are_not() -> None:
    near = vector("How many apples did Tom buy?") @ vector("How many pears did Tom buy?")
    far = vector("How many apples did Tom buy?") @ vector("Translate the contract into French")
    assert near > far + 0.2
