from __future__ import annotations

import pytest

from vouch.routing.equations import equations


def holding(text: str) -> list[bool]:
    return [equation.holds for equation in equations(text)]


@pytest.mark.parametrize(
    "text",
    [
        "2 + 2 = 4",
        "He pays 3 x $4 = $12.",
        "3 apples * 2 = 6 apples",
        "1,200 - 200 = 1,000",
        "(2 + 3) * 4 = 20",
        "10 / 3 = 3.33",
        "<<2*3=6>>",
        "2 * (3 - -1) = 8",
        "7 / 1/2 = 14",
        "8 ÷ 2 = 4",
        "5 − 2 = 3",
        "1 + 2 + 3 = 3 + 3",
    ],
)
def test_equations_that_hold(text: str) -> None:
    assert holding(text) == [True]


@pytest.mark.parametrize("text", ["2 + 2 = 5", "3 x $4 = $13", "<<2*3=7>>", "10 / 3 = 3.5", "1,200 - 200 = 900"])
def test_equations_that_do_not(text: str) -> None:
    assert holding(text) == [False]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 5",
        "7x + 11 = 162",
        "2 + x = 5",
        "4 = 4",
        "5% * 100 = 5",
        "100 * 5 = 500%",
        "2 + 2 = 4x",
        "1 / 0 = 5",
        "2 + (3 = 5",
        "2 + = 5",
        "2 2 + 3 = 5",
        "a = b = c",
        "+ ".join("1" * 100) + " = 7",
    ],
)
def test_what_is_not_plain_arithmetic_is_passed_over(text: str) -> None:
    assert holding(text) == []


def test_a_chain_is_read_link_by_link() -> None:
    assert holding("2 + 3 = 5 * 2 = 10") == [False, True]


def test_what_was_read_is_told() -> None:
    assert next(equations("so 2 x 3 = 7 apples")).written == "2 * 3 = 7"


def test_marked_and_running_text_are_both_read() -> None:
    assert holding("2 + 2 = <<2+2=4>>4\n3 + 3 = 7") == [True, True, False]


def test_100_kb_end() -> None:
    assert all(holding("1 + 1 = 2 " * 10_000))
