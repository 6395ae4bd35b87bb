"""Where it broke: by tag, with corrections for many, and a warning where cases are few."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vouch.errors import UsageError
from vouch.stats import paired, slices
from vouch.stats.multiple import holm

BEFORE = [True] * 300
AFTER = [False] * 12 + [True] * 288
TAGS = [{"billing", "long"} if place < 100 else {"shipping"} if place < 290 else {"rare"} for place in range(300)]


def test_the_broken_slice_comes_first_and_is_proved() -> None:
    found = slices.compare(BEFORE, AFTER, TAGS, margin=0.03)
    assert [each.tag for each in found] == ["billing", "long", "rare", "shipping"]
    first = found[0]
    assert (first.n, first.lost, first.won, first.worse, first.declared) == (100, 12, 0, True, True)
    assert first.difference == paired.difference(12, 0, 100)
    assert [each.p_adjusted for each in found] == list(holm([each.p_worse for each in found]))
    assert not found[-1].worse


def test_few_cases_are_marked() -> None:
    found = {each.tag: each for each in slices.compare(BEFORE, AFTER, TAGS, margin=0.03)}
    assert (found["rare"].small, found["shipping"].small) == (True, False)
    assert found["rare"].cases_wanted == slices.least_cases(0.03) == 88


@pytest.mark.parametrize("margin", [0.01, 0.03, 0.1])
def test_the_least_cases_are_those_that_prove_it_without_any_change(margin: float) -> None:
    n = slices.least_cases(margin)
    assert paired.p_not_worse(0, 0, n, margin) <= 0.05 < paired.p_not_worse(0, 0, n - 1, margin)


def test_only_declared_slices_prove_anything() -> None:
    found = {each.tag: each for each in slices.compare(BEFORE, AFTER, TAGS, declared=["long", "shipping"])}
    assert (found["long"].worse, found["billing"].worse) == (True, False)
    assert (found["billing"].declared, found["billing"].p_adjusted) == (False, 1.0)
    assert found["long"].p_adjusted == pytest.approx(2 * found["long"].p_worse)


def test_twenty_unchanged_slices_are_rarely_held() -> None:
    random = np.random.default_rng(1)
    tags = [[f"tag {place % 20}"] for place in range(1000)]
    held = 0
    for _ in range(200):
        before, after = (random.random(1000) < 0.8).tolist(), (random.random(1000) < 0.8).tolist()
        held += any(each.worse for each in slices.compare(before, after, tags))
    assert held / 200 <= 0.06


def test_no_tags_are_no_slices() -> None:
    assert slices.compare([True], [True], [[]]) == ()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: slices.compare([True], [True], []), "1 outcomes before, 1 after, 0 tags"),
        (lambda: slices.compare([True], [True], [["a"]], declared=["b"]), r"declared = \['b'\]: no case bears"),
        (lambda: slices.compare([True], [True], [["a"]], margin=2), "margin = 2: a share"),
    ],
)
def test_impossible_questions_are_answered_in_words(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()
