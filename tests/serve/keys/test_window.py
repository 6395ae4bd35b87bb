"""Tests of the sliding minute, against one that remembers everything."""

from __future__ import annotations

from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from vouch.serve.keys.window import SECONDS, Window


@given(st.integers(1, 20), st.lists(st.tuples(st.floats(0, 20), st.integers(1, 5)), max_size=60))
def test_no_minute_ever_holds_more_than_the_limit(limit: int, steps: list[tuple[float, int]]) -> None:
    window, now, taken = Window(limit), 1000.0, list[tuple[float, int]]()
    for passed, amount in steps:
        now += passed
        if window.room(now) >= amount:
            window.add(now, amount)
            taken.append((now, amount))
        else:
            inside = sum(one for at, one in taken if at > now - SECONDS - 1)
            assert inside + amount > limit, "nobody is turned away while there is room"
            wait = window.wait(now, amount)
            assert 0 < wait <= SECONDS + 1
            if amount <= limit:
                assert deepcopy(window).room(now + wait) >= amount
    for at, _ in taken:
        assert sum(one for when, one in taken if at <= when < at + SECONDS) <= limit


def test_what_is_counted_can_be_corrected_while_it_counts() -> None:
    window = Window(100)
    second = window.add(1000, 80)
    window.correct(second, -70)
    assert window.room(1000) == 90
    assert window.room(1000 + SECONDS + 1) == 100
    window.correct(second, 50)
    assert window.room(1000 + SECONDS + 1) == 100


def test_a_long_silence_empties_it() -> None:
    window = Window(10)
    window.add(5, 10)
    assert window.room(5) == 0
    assert window.room(100_000) == 10
    assert window.wait(100_000, 3) == 0
    assert window.wait(100_000, 11) == SECONDS
