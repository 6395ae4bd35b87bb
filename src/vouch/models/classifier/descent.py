"""The least value of a smooth function, by L-BFGS.

It does not know what is minimised.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vouch.models.classifier.line_search import Point, search

Numbers = NDArray[np.float64]
Loss = Callable[[Numbers], tuple[float, Numbers]]

REMEMBERED: Final = 10
"""Steps whose changes of slope make up what is known of the curvature."""

FLAT: Final = 1e-5
"""A slope nowhere steeper than this is none."""

_FAR: Final = 1e10
_TINY: Final = float(np.finfo(np.float64).eps)


def least(
    loss: Loss,
    start: Numbers,
    *,
    tolerance: float,
    bounds: Sequence[tuple[float, float]] | None = None,
    steps: int = 200,
) -> Numbers:
    """Where `loss`, which gives its value and its slope, is least; it ends when a step gains less than `tolerance`.

    The tolerance is relative to the value. Method: L-BFGS (Nocedal, 1980) with the line search of Moré and Thuente, and
    the first step, constants and ends of L-BFGS-B (Byrd et al., 1995). With `bounds`, what stands at one and would go
    beyond it is held there.
    """
    low, high = _walls(bounds, len(start))
    x = np.clip(start, low, high)
    value, slope = loss(x)
    memory: _Memory = deque(maxlen=REMEMBERED)
    held = _held(x, slope, low, high)
    for _ in range(steps):
        if np.abs(np.where(held, 0.0, slope)).max(initial=0.0) <= FLAT:
            break
        way = _direction(np.where(held, 0.0, slope), memory)
        way[((x <= low) & (way < 0)) | ((x >= high) & (way > 0))] = 0.0
        found = _along(loss, x, value, slope, way, low, high, first=not memory)
        if found is None:
            if not memory:
                break
            memory.clear()  # what is remembered led nowhere: begin anew from here
            continue
        new_x, new_value, new_slope = found
        gained = value - new_value
        moved, turned = new_x - x, new_slope - slope
        if moved @ turned > _TINY * -(slope @ moved):
            memory.append((moved, turned))
        done = gained <= tolerance * max(abs(value), abs(new_value), 1.0)
        x, value, slope = new_x, new_value, new_slope
        now_held = _held(x, slope, low, high)
        if (now_held != held).any():
            memory.clear()  # the curvature that is remembered is that of other directions
            held = now_held
        elif done:
            break
    return x


_Memory = deque[tuple[Numbers, Numbers]]


def _along(
    loss: Loss, x: Numbers, value: float, slope: Numbers, way: Numbers, low: Numbers, high: Numbers, *, first: bool
) -> tuple[Numbers, float, Numbers] | None:
    """Go along `way`, which falls, but not through a wall: where to, with value and slope there; None for nowhere."""
    falls = float(slope @ way)
    if falls >= 0:
        return None
    longest = _room(x, way, low, high)
    seen: tuple[Numbers, float, Numbers] | None = None

    def line(step: float) -> Point:
        nonlocal seen
        there = np.clip(x + step * way, low, high)
        at, steep = loss(there)
        seen = there, at, steep
        return Point(step, at, float(steep @ way))

    begin = min(1.0 / float(np.linalg.norm(way)) if first else 1.0, longest)
    return seen if search(line, Point(0.0, value, falls), begin, longest=longest) is not None else None


def _direction(slope: Numbers, memory: _Memory) -> Numbers:
    """Down, by the curvature that is remembered: the two loops of Nocedal (1980)."""
    way = -slope
    parts: list[float] = []
    for moved, turned in reversed(memory):
        part = float(moved @ way) / float(moved @ turned)
        parts.append(part)
        way = way - part * turned
    if memory:
        moved, turned = memory[-1]
        way = way * (float(moved @ turned) / float(turned @ turned))
    for (moved, turned), part in zip(memory, reversed(parts), strict=True):
        way = way + moved * (part - float(turned @ way) / float(moved @ turned))
    return way


def _walls(bounds: Sequence[tuple[float, float]] | None, size: int) -> tuple[Numbers, Numbers]:
    if bounds is None:
        return np.full(size, -np.inf), np.full(size, np.inf)
    low, high = np.array(bounds, dtype=np.float64).T
    return low, high


def _held(x: Numbers, slope: Numbers, low: Numbers, high: Numbers) -> NDArray[np.bool_]:
    """Which stand at a wall and would go through it."""
    return ((x <= low) & (slope >= 0)) | ((x >= high) & (slope <= 0))


def _room(x: Numbers, way: Numbers, low: Numbers, high: Numbers) -> float:
    """The longest step until a wall is met."""
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(way > 0, (high - x) / way, np.where(way < 0, (low - x) / way, np.inf))
    return min(_FAR, float(np.nanmin(room, initial=_FAR)))
