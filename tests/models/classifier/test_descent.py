"""Tests of the descent: functions whose least value is known, walls, and functions that cannot be searched."""

from __future__ import annotations

import numpy as np
import pytest

from vouch.models.classifier.descent import Numbers, least


def rosenbrock(x: Numbers) -> tuple[float, Numbers]:
    ahead, behind = x[1:], x[:-1]
    off = ahead - behind**2
    slope = np.zeros_like(x)
    slope[:-1] += -400 * behind * off - 2 * (1 - behind)
    slope[1:] += 200 * off
    return float((100 * off**2 + (1 - behind) ** 2).sum()), slope


@pytest.mark.parametrize("size", [2, 5, 30])
def test_a_bent_valley(size: int) -> None:
    found = least(rosenbrock, np.full(size, -1.2), tolerance=1e-14, steps=2_000)
    assert np.allclose(found, 1, atol=1e-4)


def test_a_quadratic_of_very_different_widths() -> None:
    widths = np.geomspace(1e-3, 1e3, 40)
    middle = np.linspace(-3, 3, 40)
    found = least(
        lambda x: (float((widths * (x - middle) ** 2).sum() / 2), widths * (x - middle)),
        np.zeros(40),
        tolerance=1e-15,
        steps=2_000,
    )
    assert np.abs(widths * (found - middle)).max() < 1e-2


def test_it_is_where_it_begins_when_that_is_the_least() -> None:
    assert least(lambda x: (float(x @ x), 2 * x), np.zeros(3), tolerance=1e-8).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("middle", "expected"),
    [((0.5, 0.5), (0.5, 0.5)), ((-4.0, 0.5), (0.0, 0.5)), ((9.0, -9.0), (1.0, 0.0)), ((0.2, 3.0), (0.2, 1.0))],
)
def test_walls_hold(middle: tuple[float, float], expected: tuple[float, float]) -> None:
    """A slanted bowl: with its middle outside, the least value is at a wall, or in a corner."""
    shape = np.array([[2.0, 0.0], [0.0, 30.0]])

    def bowl(x: Numbers) -> tuple[float, Numbers]:
        assert ((x >= 0) & (x <= 1)).all(), "nothing is asked for beyond"
        off = x - np.array(middle)
        return float(off @ shape @ off) / 2, shape @ off

    for start in ([0.0, 0.0], [1.0, 1.0], [0.3, 0.9]):
        found = least(bowl, np.array(start), tolerance=1e-12, bounds=[(0, 1), (0, 1)])
        assert np.allclose(found, expected, atol=1e-5)


def test_it_leaves_a_wall_at_which_it_begins() -> None:
    found = least(
        lambda x: (float(((x - 0.7) ** 2).sum()), 2 * (x - 0.7)),
        np.array([0.0, 1.0]),
        tolerance=1e-12,
        bounds=[(0, 1)] * 2,
    )
    assert np.allclose(found, 0.7, atol=1e-5)


def test_a_slope_that_is_wrong_leads_nowhere_and_ends() -> None:
    start = np.array([1.0, 2.0])
    found = least(lambda x: (float(x @ x), -2 * x), start, tolerance=1e-8)
    assert found.tolist() == start.tolist()


def test_steps_are_bounded() -> None:
    asked = 0

    def counted(x: Numbers) -> tuple[float, Numbers]:
        nonlocal asked
        asked += 1
        return rosenbrock(x)

    least(counted, np.full(10, -1.2), tolerance=0.0, steps=3)
    assert asked <= 61
