from __future__ import annotations

import math

import pytest

from vouch.routing.surface import numbers, surface


def test_numbers_lose_their_separators() -> None:
    assert numbers("1,200 and 3.5, then 7.") == [1200.0, 3.5, 7.0]


@pytest.mark.parametrize(
    ("name", "with_it", "without"),
    [
        ("code", "def add(a):\n    return a;", "add them"),
        ("formulas", r"Solve \frac{1}{2} = x^2", "Solve it"),
        ("options", "Pick: A. red B. blue", "Pick red or blue"),
        ("negations", "Which is not a fish?", "Which is a fish?"),
        ("shares", "half of them", "all of them"),
        ("foreign_letters", "我的退款", "refund"),
        ("numbers", "2 and 2", "two and two"),
        ("percents", "5 %", "5"),
        ("capitals", "TAX", "tax"),
        ("lines", "a\nb", "a b"),
        ("broken_numbers", "2.5", "2"),
    ],
)
def test_what_is_counted(name: str, with_it: str, without: str) -> None:
    more, less = surface(with_it, length=len(with_it)), surface(without, length=len(without))
    assert more[name] > less[name]


def test_every_text_gives_finite_numbers_in_the_same_order() -> None:
    names = list(surface("", length=0))
    for text in ("", " ", "9" * 3000, "?" * 100, "\ud800", "a. b! c?"):
        found = surface(text, length=len(text), tools=3)
        assert list(found) == names
        assert all(math.isfinite(value) for value in found.values())
