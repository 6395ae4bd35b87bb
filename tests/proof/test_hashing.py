from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.proof.hashing import ListDigest, SetDigest
from vouch.values.case import Case
from vouch.values.digest import digest


@given(
    st.lists(st.builds(Case, st.text("ab"), st.text("cd"), st.none() | st.integers(0, 9) | st.just({"b": 1, "a": 2})))
)
def test_it_is_the_digest_of_the_list(cases: list[Case]) -> None:
    hashing = ListDigest()
    for case in cases:
        hashing.add(case)
        hashing.hexdigest()
    assert hashing.hexdigest() == digest(cases)


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError):
        ListDigest().add(Case("c", "i", object()))


def set_of(*items: tuple[str, ...]) -> SetDigest:
    found = SetDigest()
    for item in items:
        found.add(*item)
    return found


@given(st.lists(st.tuples(st.text("ab", max_size=2), st.text("ab", max_size=2)), max_size=6), st.randoms())
def test_the_same_items_in_another_order_are_the_same_set(items: list[tuple[str, str]], luck: Random) -> None:
    other = luck.sample(items, len(items))
    assert set_of(*items) == set_of(*other)
    assert set_of(*items, ("a", "b")) != set_of(*other)
    assert set_of(("a", "b")) != set_of(("ab",))
    assert set_of() != 0
