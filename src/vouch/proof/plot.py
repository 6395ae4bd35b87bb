"""The lines of a report's drawings, as coordinates: accuracy against coverage, and one share on a ruler.

It does not know how they are drawn or coloured.

All coordinates are those of an SVG of `WIDTH` by `HEIGHT` (or `RULER_HEIGHT`); y grows downwards.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from vouch.stats.selective import Curve, Selection

WIDTH: Final = 480
HEIGHT: Final = 280
RULER_HEIGHT: Final = 54

LEFT: Final = 46
RIGHT: Final = 468
TOP: Final = 12
BOTTOM: Final = 246

_STEPS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)
_MOST_TICKS: Final = 6


class Tick(NamedTuple):
    """A mark on an axis and the share it stands for."""

    at: float
    share: float


class Mark(NamedTuple):
    """Certified thresholds at one place of the curve, labelled by their numbers, and the y of their targets."""

    label: str
    x: float
    y: float
    targets: Sequence[float]
    selections: Sequence[Selection]

    @property
    def half(self) -> float:
        """Half the width of the label."""
        return 9 + 4 * (len(self.label) - 1)


class Plot(NamedTuple):
    """Accuracy and its lower bound against coverage, as SVG point lists; `band` is the area between the two."""

    accuracy: str
    lower: str
    band: str
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    marks: Sequence[Mark]


class Ruler(NamedTuple):
    """A share on a ruler that ends at 1: both bounds, the estimate, the claim (None without one) and ticks, all x."""

    low: float
    high: float
    estimate: float
    claim: float | None
    ticks: Sequence[Tick]


def plot(curve: Curve, selections: Sequence[Selection]) -> Plot:
    """The drawing of a curve with those selections that are certified."""
    certified = {number: chosen for number, chosen in enumerate(selections, 1) if chosen.threshold is not None}
    floor, step = _scale(_lowest(curve, list(certified.values())))

    def y(share: float) -> float:
        return _y(share, floor)

    accuracy = [(_x(c), y(a)) for c, a in zip(curve.coverage, curve.accuracy, strict=True)]
    lower = [(_x(c), y(bound)) for c, bound in zip(curve.coverage, curve.lower, strict=True)]
    places: dict[int, list[int]] = {}
    for number, chosen in certified.items():
        places.setdefault(chosen.answered, []).append(number)
    marks = [_mark({number: certified[number] for number in numbers}, floor) for numbers in places.values()]
    return Plot(
        _points(accuracy),
        _points(lower),
        _points([*accuracy, *reversed(lower)]),
        [Tick(_x(share), share) for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)],
        [Tick(y(share), share) for share in _shares(floor, step)],
        marks,
    )


def ruler(low: float, high: float, estimate: float, claim: float | None) -> Ruler:
    """The drawing of one share between its bounds."""
    least = low if claim is None else min(low, claim)
    floor, step = _scale(1 - 1.15 * (1 - least))

    def x(share: float) -> float:
        return LEFT + (RIGHT - LEFT) * (share - floor) / (1 - floor)

    ticks = [Tick(x(share), share) for share in _shares(floor, step)]
    return Ruler(x(low), x(high), x(estimate), None if claim is None else x(claim), ticks)


def _mark(chosen: Mapping[int, Selection], floor: float) -> Mark:
    """The mark of selections that answer the same cases."""
    first = next(iter(chosen.values()))
    label = ", ".join(map(str, chosen))
    targets = [_y(selection.target, floor) for selection in chosen.values()]
    return Mark(label, _x(first.coverage), _y(1 - first.errors / first.answered, floor), targets, list(chosen.values()))


def _lowest(curve: Curve, certified: Sequence[Selection]) -> float:
    """The least share worth showing: bounds at small coverage rest on few cases and would press all else together."""
    shown = [bound for coverage, bound in zip(curve.coverage, curve.lower, strict=True) if coverage >= 0.2]
    seen = [share for coverage, share in zip(curve.coverage, curve.accuracy, strict=True) if coverage >= 0.1]
    return min([*shown, *seen, *(selection.target for selection in certified)])


def _scale(least: float) -> tuple[float, float]:
    """Where an axis that ends at 1 begins, and the distance of its ticks."""
    span = max(1 - least, 0.005)
    step = next(step for step in _STEPS if span / step <= _MOST_TICKS - 1)
    return max(0.0, 1 - step * math.ceil(span / step - 1e-9)), step


def _shares(floor: float, step: float) -> list[float]:
    return [round(1 - step * place, 4) for place in range(round((1 - floor) / step) + 1) if 1 - step * place >= -1e-9]


def _x(coverage: float) -> float:
    return LEFT + (RIGHT - LEFT) * coverage


def _y(share: float, floor: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * (share - floor) / (1 - floor)


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
