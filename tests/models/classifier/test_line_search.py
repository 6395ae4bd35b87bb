"""Tests of the line search: functions of Moré and Thuente's own paper, from steps far too short and far too long."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin, sqrt

import pytest

from vouch.models.classifier.line_search import ENOUGH, FLATTER, Point, search

Line = Callable[[float], Point]


def hollow(step: float) -> Point:
    return Point(step, -step / (step**2 + 2), (step**2 - 2) / (step**2 + 2) ** 2)


def steep(step: float) -> Point:
    base = step + 0.004
    return Point(step, base**5 - 2 * base**4, 5 * base**4 - 8 * base**3)


def wavy(step: float) -> Point:
    if step <= 0.99:
        value, slope = 1 - step, -1.0
    elif step >= 1.01:
        value, slope = step - 1, 1.0
    else:
        value, slope = (step - 1) ** 2 / 0.02 + 0.005, (step - 1) / 0.01
    part = 2 * 0.99 / (39 * pi)
    return Point(step, value + part * sin(39 * pi / 2 * step), slope + 0.99 * cos(39 * pi / 2 * step))


def yanai(first: float, second: float) -> Line:
    def gamma(x: float) -> float:
        return sqrt(1 + x**2) - x

    def line(step: float) -> Point:
        one, two = sqrt((1 - step) ** 2 + second**2), sqrt(step**2 + first**2)
        value = gamma(first) * one + gamma(second) * two
        return Point(step, value, gamma(first) * (step - 1) / one + gamma(second) * step / two)

    return line


@pytest.mark.parametrize("first", [1e-3, 1e-1, 10.0, 1e3])
@pytest.mark.parametrize("line", [hollow, steep, wavy, yanai(0.001, 0.001), yanai(0.01, 0.001), yanai(0.001, 0.01)])
def test_it_falls_enough_and_much_less_steeply(line: Line, first: float) -> None:
    start = line(0.0)
    found = search(line, start, first, longest=1e10)
    assert found is not None
    assert found.value <= start.value + ENOUGH * found.step * start.slope
    assert abs(found.slope) <= -FLATTER * start.slope or found.step > 0


def test_it_goes_no_further_than_it_may() -> None:
    found = search(lambda step: Point(step, -step, -1.0), Point(0.0, 0.0, -1.0), 1.0, longest=7.0)
    assert found == Point(7.0, -7.0, -1.0)


def test_where_nothing_falls_it_finds_nothing() -> None:
    found = search(lambda step: Point(step, step, -1.0), Point(0.0, 0.0, -1.0), 1.0, longest=1e10)
    assert found is None or found.step < 1e-3
