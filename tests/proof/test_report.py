"""The report as a value."""

from __future__ import annotations

import msgspec
import pytest

from proof.reports import bare, report
from vouch.proof.report import Report, Row, thin
from vouch.stats.selective import Curve
from vouch.values.result import Status


def test_a_report_survives_json() -> None:
    for made in (report(), bare()):
        encoded = msgspec.json.encode(made)
        assert msgspec.json.decode(encoded, type=Report) == made
        assert msgspec.json.decode(encoded)["schema"] == 1


def test_a_report_is_frozen_and_counts_what_follows_from_it() -> None:
    made = report(n=100, wrong=4, answered=90, right=86)
    assert (made.wrong, made.handed_over) == (4, 10)
    with pytest.raises(AttributeError):
        made.right = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("status", "value", "right", "handed_over", "wrong"),
    [
        ("answered", 1.0, True, False, False),
        ("answered", 0.99, False, False, True),
        ("answered", None, False, False, True),
        ("abstained", 0.0, False, True, False),
        ("failed", 0.0, False, False, True),
        ("blocked", 1.0, False, False, True),
    ],
)
def test_a_row_is_right_wrong_or_handed_over(
    status: Status, value: float | None, right: bool, handed_over: bool, wrong: bool
) -> None:
    row = Row(case="c", input="?", status=status, value=value)
    assert (row.right, row.handed_over, row.wrong) == (right, handed_over, wrong)


def _curve(points: int) -> Curve:
    shares = tuple((place + 1) / points for place in range(points))
    return Curve(tuple(-share for share in shares), shares, shares, shares, 0.25, 0.95, points)


def test_a_thinned_curve_keeps_its_ends_its_order_and_its_area() -> None:
    thinned = thin(_curve(1234))
    assert len(thinned.coverage) == len(thinned.lower) == len(thinned.threshold) == 200
    assert (thinned.coverage[0], thinned.coverage[-1]) == (1 / 1234, 1.0)
    assert list(thinned.accuracy) == sorted(set(thinned.accuracy))
    assert all(-low == high for low, high in zip(thinned.threshold, thinned.accuracy, strict=True))
    assert (thinned.area, thinned.n) == (0.25, 1234)


def test_a_short_curve_stays_as_it_is() -> None:
    assert thin(_curve(200)) == _curve(200)
    assert len(thin(_curve(201)).coverage) == 200
