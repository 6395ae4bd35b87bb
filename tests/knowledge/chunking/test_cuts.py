"""The rule that decides where to cut."""

from __future__ import annotations

from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from vouch.knowledge.chunking.cuts import cuts, ranks


def parts(sizes: list[int], limit: int, numbers: list[float] | None = None) -> list[int]:
    """The sizes of the parts that pieces of these sizes are put together to."""
    ends = list(accumulate(sizes))
    ranked = ranks([0] * len(sizes), sizes, numbers or [hash((size, 7)) for size in sizes], limit)
    places = [0, *cuts([0, *ends[:-1]], ends, ranked, limit), len(sizes)]
    return [sum(sizes[first:last]) for first, last in pairwise(places)]


def naive(sizes: list[int], ranked: list, limit: int, first: int, last: int) -> list[int]:
    """The same rule from the top down: cut at the highest rank, then each side for itself."""
    if sum(sizes[first:last]) <= limit or last - first == 1:
        return []
    place = max(range(first + 1, last), key=lambda index: ranked[index])
    return [*naive(sizes, ranked, limit, first, place), place, *naive(sizes, ranked, limit, place, last)]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60), st.integers(10, 100), st.randoms())
def test_cutting_is_cutting_at_the_highest_rank_again_and_again(sizes, limit, chance):
    numbers = [chance.random() for _ in sizes]
    ranked = list(ranks([chance.randint(0, 2) for _ in sizes], sizes, numbers, limit))
    ends = list(accumulate(sizes))
    assert cuts([0, *ends[:-1]], ends, ranked, limit) == naive(sizes, ranked, limit, 0, len(sizes))


@given(st.lists(st.integers(1, 40), min_size=1, max_size=80), st.integers(1, 60), st.integers(1, 60))
def test_a_larger_limit_cuts_at_a_part_of_the_same_places(sizes, one, other):
    ends = list(accumulate(sizes))
    ranked = ranks([0] * len(sizes), sizes, [hash((place, 3)) for place in range(len(sizes))], 40)
    small, large = (set(cuts([0, *ends[:-1]], ends, ranked, limit)) for limit in sorted((one, other)))
    assert large <= small


def test_what_repeats_is_cut_evenly():
    assert parts([10] * 64, 100, [5.0] * 64) == [70, *[80] * 7, 10]
    assert parts([10, 10] * 32, 100, [5.0, 3.0] * 32) == [60, *[80] * 7, 20]


def test_no_tiny_piece_stands_alone_while_there_is_another_place():
    sizes = [300, 20, 300, 300]
    assert parts(sizes, 700, [0.0, 9.0, 8.0, 1.0]) == [620, 300]


def test_nothing_is_cut_that_fits_or_is_empty():
    assert cuts([], [], [], 10) == []
    assert parts([3, 4], 7) == [7]
