"""GELU against SciPy's exact one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from vouch.models.minilm.activation import twice_gelu


@pytest.mark.parametrize(("reach", "largest"), [(5.0, 1.5e-6), (30.0, 3e-6)])
def test_gelu_is_exact_to_float32(reach: float, largest: float) -> None:
    x = np.linspace(-reach, reach, 100_001)
    found = x.astype(np.float32)
    twice_gelu(found, np.empty_like(found), np.empty_like(found))
    assert np.abs(found / 2 - x * ndtr(x)).max() < largest


def test_gelu_of_nothing_and_of_far_away() -> None:
    found = np.array([0, -1e4, 1e4, -6], np.float32)
    twice_gelu(found, np.empty_like(found), np.empty_like(found))
    assert found[:3].tolist() == [0.0, 0.0, 2e4]
    assert abs(found[3]) < 1e-6
