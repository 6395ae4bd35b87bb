"""How far to go along a line on which a function falls: to where it has fallen enough, and falls much less steeply.

It does not know the function beyond that line. Method: Moré and Thuente (1994), "Line search algorithms with guaranteed
sufficient decrease", with the constants of L-BFGS-B.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Final, NamedTuple

ENOUGH: Final = 1e-3
"""Of the first slope times the step, the least fall."""

FLATTER: Final = 0.9
"""The slope is at most this part of the first one."""

NARROW: Final = 0.1
"""An interval this narrow, for its upper end, is not searched further."""

TRIES: Final = 20
"""More tries than this speak of a function that is not smooth, or of noise."""


class Point(NamedTuple):
    """A step, and the value and the slope there."""

    step: float
    value: float
    slope: float

    def less(self, slope: float) -> Point:
        """The same of the function from which a line of this slope is taken."""
        return Point(self.step, self.value - self.step * slope, self.slope - slope)


class Bracket(NamedTuple):
    """The best point so far and the other end; `holds` when a minimum is known to lie between."""

    best: Point
    other: Point
    holds: bool


def search(line: Callable[[float], Point], start: Point, first: float, *, longest: float) -> Point | None:
    """The point to go to, the last one that `line` was asked for; None when there is none within `TRIES`.

    `start` is at step 0 and falls; the search begins with the step `first` and never goes beyond `longest`.
    """
    needed = ENOUGH * start.slope
    bracket = Bracket(start, start, holds=False)
    width, before = longest, 2 * longest
    low, high = 0.0, 5 * first
    step, modified = first, True
    for _ in range(TRIES):
        point = line(step)
        allowed = start.value + step * needed
        if modified and point.value <= allowed and point.slope >= 0:
            modified = False
        if _ends(point, start, bracket, low, high, longest):
            return point
        # As long as no point has fallen enough, the function less the wanted line is searched.
        shift = needed if modified and bracket.best.value >= point.value > allowed else 0.0
        step, moved = _next(bracket, point, shift, low, high)
        bracket = moved
        if bracket.holds:
            span = abs(bracket.other.step - bracket.best.step)
            if span >= 0.66 * before:
                step = bracket.best.step + 0.5 * (bracket.other.step - bracket.best.step)
            before, width = width, span
            low, high = sorted((bracket.best.step, bracket.other.step))
        else:
            low, high = step + 1.1 * (step - bracket.best.step), step + 4 * (step - bracket.best.step)
        step = min(max(step, 0.0), longest)
        if bracket.holds and (step <= low or step >= high or high - low <= NARROW * high):
            step = bracket.best.step
    return None


def _ends(point: Point, start: Point, bracket: Bracket, low: float, high: float, longest: float) -> bool:
    needed = ENOUGH * start.slope
    enough = point.value <= start.value + point.step * needed
    if enough and abs(point.slope) <= -FLATTER * start.slope:
        return True
    if bracket.holds and (not low < point.step < high or high - low <= NARROW * high):
        return True
    return point.step == longest and enough and point.slope <= needed


def _next(bracket: Bracket, point: Point, shift: float, low: float, high: float) -> tuple[float, Bracket]:
    """The next step, and the bracket with `point` in it."""
    best, other, now = bracket.best.less(shift), bracket.other.less(shift), point.less(shift)
    holds = bracket.holds
    if now.value > best.value:
        step, holds = _after_a_rise(best, now), True
    elif now.slope * best.slope < 0:
        step, holds = _beyond_the_minimum(best, now), True
    elif abs(now.slope) < abs(best.slope):
        step = _nearer(best, other, now, holds, low, high)
    elif holds:
        step = now.step + _cubic(other, now, now.step > other.step)[0] * (other.step - now.step)
    else:
        step = high if now.step > best.step else low
    if now.value > best.value:
        return step, Bracket(bracket.best, point, holds)
    return step, Bracket(point, bracket.best if now.slope * best.slope < 0 else bracket.other, holds)


def _after_a_rise(best: Point, now: Point) -> float:
    """The function rose: a minimum lies between; between those of a cubic and of a parabola, nearer to the best."""
    gap = now.step - best.step
    theta, gamma = _terms(best, now)
    gamma = -gamma if gap < 0 else gamma
    part = ((gamma - best.slope) + theta) / (((gamma - best.slope) + gamma) + now.slope)
    cubic = best.step + part * gap
    parabola = best.step + best.slope / ((best.value - now.value) / gap + best.slope) / 2 * gap
    if abs(cubic - best.step) < abs(parabola - best.step):
        return cubic
    return cubic + (parabola - cubic) / 2


def _beyond_the_minimum(best: Point, now: Point) -> float:
    """The slope has changed its sign: the further of the cubic's and the secant's minimum."""
    cubic = now.step + _cubic(best, now, now.step > best.step)[0] * (best.step - now.step)
    secant = _secant(best, now)
    return cubic if abs(cubic - now.step) > abs(secant - now.step) else secant


def _nearer(best: Point, other: Point, now: Point, holds: bool, low: float, high: float) -> float:
    """It falls less steeply: on towards the minimum, carefully."""
    part, gamma = _cubic(best, now, now.step > best.step, falls=True)
    end = high if now.step > best.step else low
    cubic = now.step + part * (best.step - now.step) if part < 0 and gamma else end
    secant = _secant(best, now)
    if not holds:
        further = cubic if abs(cubic - now.step) > abs(secant - now.step) else secant
        return max(low, min(high, further))
    step = cubic if abs(cubic - now.step) < abs(secant - now.step) else secant
    bound = now.step + 0.66 * (other.step - now.step)
    return min(bound, step) if now.step > best.step else max(bound, step)


def _secant(best: Point, now: Point) -> float:
    return now.step + now.slope / (now.slope - best.slope) * (best.step - now.step)


def _cubic(end: Point, now: Point, turned: bool, *, falls: bool = False) -> tuple[float, float]:
    """The minimum of the cubic through both, as a part of the way from `now` to `end`; and its root."""
    theta, gamma = _terms(end, now)
    gamma = -gamma if turned else gamma
    above = (gamma - now.slope) + theta
    below = (gamma + (end.slope - now.slope)) + gamma if falls else ((gamma - now.slope) + gamma) + end.slope
    return (above / below if below else 0.0), gamma


def _terms(end: Point, now: Point) -> tuple[float, float]:
    theta = 3 * (end.value - now.value) / (now.step - end.step) + end.slope + now.slope
    scale = max(abs(theta), abs(end.slope), abs(now.slope))
    return theta, scale * sqrt(max(0.0, (theta / scale) ** 2 - (end.slope / scale) * (now.slope / scale)))
