"""The lines of a report's drawings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.proof import plot
from vouch.stats.binomial import lower_bound, upper_bound
from vouch.stats.selective import Selection, risk_coverage, select_threshold

TRIALS = [(1 - place / 400, place < 340 or place % 3 > 0) for place in range(400)]


def _numbers(points: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (point.split(",") for point in points.split())]


def test_a_curve_lies_in_its_frame_and_its_bound_below_it() -> None:
    curve = risk_coverage(TRIALS)
    drawn = plot.plot(curve, [])
    accuracy, lower = _numbers(drawn.accuracy), _numbers(drawn.lower)
    assert len(accuracy) == len(lower) == len(curve.coverage)
    assert accuracy[-1][0] == plot.RIGHT
    assert all(plot.LEFT <= x <= plot.RIGHT and y >= plot.TOP for x, y in accuracy)
    assert all(below >= above for (_, above), (_, below) in zip(accuracy, lower, strict=True))
    assert _numbers(drawn.band) == accuracy + lower[::-1]
    assert drawn.marks == []


def test_ticks_are_round_and_end_at_one() -> None:
    drawn = plot.plot(risk_coverage(TRIALS), [])
    assert [tick.share for tick in drawn.x_ticks] == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert [tick.share for tick in drawn.y_ticks] == [1.0, 0.98, 0.96, 0.94, 0.92]
    assert drawn.y_ticks[0].at == plot.TOP
    assert drawn.y_ticks[-1].at == pytest.approx(plot.BOTTOM)


def test_certified_thresholds_are_marked_where_they_are() -> None:
    chosen = [select_threshold(TRIALS, target=target) for target in (0.93, 0.9995, 0.97)]
    assert [selection.certified for selection in chosen] == [True, False, True]
    first, second = plot.plot(risk_coverage(TRIALS), chosen).marks
    assert (first.label, second.label) == ("1", "3")
    assert first.x == pytest.approx(plot.LEFT + (plot.RIGHT - plot.LEFT) * chosen[0].coverage)
    assert first.y <= first.targets[0]
    assert first.half == 9


def test_thresholds_at_one_place_share_a_mark() -> None:
    chosen = [Selection(0.0, 1.0, 400, 20, target, 0.95, "m", 400) for target in (0.9, 0.92)]
    (mark,) = plot.plot(risk_coverage(TRIALS), chosen).marks
    assert (mark.label, len(mark.targets), mark.selections) == ("1, 2", 2, chosen)
    assert mark.half > 9


@given(st.integers(1, 3000), st.floats(0, 1), st.none() | st.floats(0.01, 0.9999))
def test_a_ruler_holds_all_it_shows(n: int, share: float, claim: float | None) -> None:
    right = round(share * n)
    drawn = plot.ruler(lower_bound(right, n), upper_bound(right, n), right / n, claim)
    shown = [drawn.low, drawn.estimate, drawn.high, *([] if drawn.claim is None else [drawn.claim])]
    assert all(plot.LEFT - 1e-6 <= x <= plot.RIGHT + 1e-6 for x in shown)
    assert drawn.low <= drawn.estimate <= drawn.high
    assert 2 <= len(drawn.ticks) <= 7
    assert drawn.ticks[0].at == pytest.approx(plot.RIGHT)
    assert all(plot.LEFT - 1e-6 <= tick.at <= plot.RIGHT + 1e-6 for tick in drawn.ticks)
