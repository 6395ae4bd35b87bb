from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from vouch.proof.numbering import Numbering


@given(st.lists(st.text()))
def test_texts_are_numbered_in_the_order_of_first_sight(texts: list[str]) -> None:
    numbering = Numbering()
    distinct = list(dict.fromkeys(texts))
    assert [numbering.of(text) for text in texts] == [distinct.index(text) for text in texts]
    assert len(numbering) == len(distinct)
    assert all(numbering.known(text) == distinct.index(text) for text in texts)
    assert numbering.known("\0 never said") is None


def test_a_number_may_be_given_and_the_first_one_stays() -> None:
    numbering = Numbering()
    assert (numbering.of("a", 17), numbering.of("a", 3), numbering.of("b")) == (17, 17, 1)


def test_many_texts_take_little_memory_and_are_told_apart() -> None:
    tracemalloc.start()
    try:
        numbering = Numbering()
        for number in range(20_000):
            assert numbering.of(f"a text of some length, number {number}") == number
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert numbering.known("a text of some length, number 19999") == 19_999
    assert held / 20_000 < 50
