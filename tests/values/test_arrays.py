"""Tests of NumPy that comes when it is used."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from vouch.values import arrays


def test_it_is_numpy() -> None:
    assert arrays.np.float64 is np.float64
    assert arrays.np.random.default_rng(1).integers(9) == np.random.default_rng(1).integers(9)
    assert isinstance(np.zeros(1), arrays.np.ndarray)
    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(arrays.np, "no_such_name")  # noqa: B009 - a type checker knows that there is none


def test_what_is_needed_to_ask_does_not_load_it() -> None:
    code = "import sys, vouch.cli.proving; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
