"""Many tests at once: Holm as statsmodels has it, and a fixed order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from vouch.errors import UsageError
from vouch.stats import multiple


@settings(max_examples=20)
@given(st.lists(st.floats(0, 1) | st.sampled_from([0.0, 0.01, 0.05]), min_size=1, max_size=12))
def test_holm_is_that_of_statsmodels(values: list[float]) -> None:
    assert multiple.holm(values) == pytest.approx(multipletests(values, method="holm")[1].tolist())


def test_holm_of_nothing() -> None:
    assert multiple.holm([]) == ()


def test_holm_keeps_the_promise_among_many() -> None:
    random = np.random.default_rng(1)
    false = [min(multiple.holm(random.random(20).tolist())) <= 0.05 for _ in range(2000)]
    assert np.mean(false) == pytest.approx(0.05, abs=0.015)


def test_a_fixed_order_stops_at_the_first_that_stands() -> None:
    assert multiple.fixed_sequence([0.01, 0.05, 0.06, 0.0], 0.05) == 2
    assert multiple.fixed_sequence([0.2, 0.0], 0.05) == 0
    assert multiple.fixed_sequence([0.01, 0.02], 0.05) == 2
    assert multiple.fixed_sequence([], 0.05) == 0


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_what_is_no_p_value_is_refused(value: float) -> None:
    with pytest.raises(UsageError, match="numbers from 0 to 1 are wanted"):
        multiple.holm([0.5, value])
