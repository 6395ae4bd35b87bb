"""Tests of percentiles."""

from __future__ import annotations

from vouch.stats.percentile import percentile


def test_quantiles_are_values_that_occur() -> None:
    values = [float(n) for n in range(1, 21)]
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile([7.0], 0.95)) == (10.0, 19.0, 7.0)


def test_a_percentile_is_one_of_the_values() -> None:
    values = [3.0, 1.0, 2.0, 4.0]
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile([7.0], 0.5)) == (2.0, 4.0, 7.0)
    assert percentile([], 0.5) is None
