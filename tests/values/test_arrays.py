"""Tests of NumPy that comes when it is used."""

from __future__ import annotations

import subprocess
import sys

import numpy
import pytest

from vouch.values.arrays import np


def test_it_is_numpy() -> None:
    assert np.float64 is numpy.float64
    assert np.random.default_rng(1).integers(9) == numpy.random.default_rng(1).integers(9)
    assert isinstance(np.zeros(1), np.ndarray)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = np.no_such_name  # type: ignore[attr-defined]  # pyright: ignore


def test_what_is_needed_to_ask_does_not_load_it() -> None:
    code = "import sys, vouch.cli.proving; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
