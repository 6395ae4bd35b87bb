"""Distribution functions: against SciPy, where it is exact, and against identities, where it is not."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special as scipy_special
from scipy import stats as scipy_stats

from vouch.stats import special

sizes = st.floats(0.3, 3e4) | st.integers(1, 30_000).map(float)
levels = st.sampled_from([1e-9, 0.001, 0.05, 0.5, 0.9, 0.999])


@given(sizes, sizes, st.floats(-6, 6))
def test_beta_cdf_is_that_of_scipy(a: float, b: float, spreads: float) -> None:
    mean = a / (a + b)
    x = min(max(mean + spreads * math.sqrt(mean * (1 - mean) / (a + b + 1)), 1e-12), 1 - 1e-12)
    ours, theirs = float(special.beta_cdf(a, b, x)), float(scipy_special.betainc(a, b, x))
    assert ours == pytest.approx(theirs, rel=1e-11, abs=1e-280)


@given(sizes, sizes, levels)
def test_beta_quantile_is_that_of_scipy_or_nearer_to_the_goal(a: float, b: float, p: float) -> None:
    ours, theirs = float(special.beta_quantile(a, b, p)), float(scipy_special.betaincinv(a, b, p))
    if theirs > 1e-250 and ours != pytest.approx(theirs, rel=1e-11):
        reached = [abs(float(special.beta_cdf(a, b, x)) - p) for x in (ours, theirs)]
        assert reached[0] <= max(reached[1], 1e-12)


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    random = np.random.default_rng(1)
    a, b, x = random.uniform(0.5, 900, 60), random.uniform(0.5, 900, 60), random.uniform(0.01, 0.99, 60)
    together, alone = special.beta_cdf(a, b, x), [float(special.beta_cdf(*each)) for each in zip(a, b, x, strict=True)]
    assert together.tolist() == pytest.approx(alone, rel=1e-13)
    quantiles = [float(special.beta_quantile(*each)) for each in zip(a, b, x, strict=True)]
    assert special.beta_quantile(a, b, x).tolist() == pytest.approx(quantiles, rel=1e-13)


@given(st.integers(1, 3000), st.floats(1e-6, 1 - 1e-6), st.data())
def test_binomial_chances_are_those_of_scipy(n: int, p: float, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    theirs = float(scipy_stats.binom.pmf(k, n, p))
    assert float(special.binomial_chance(k, n, p)) == pytest.approx(theirs, rel=1e-10, abs=1e-250)


def test_binomial_chances_of_millions_add_up() -> None:
    k = np.arange(990_000, 1_010_001)
    assert float(special.binomial_chance(k, 2_000_000, 0.5).sum()) == pytest.approx(1, abs=1e-12)


def test_the_ends_of_the_beta_distribution() -> None:
    assert special.beta_cdf([2.0, 2.0, 1.0], [3.0, 3.0, 1.0], [0.0, 1.0, 0.25]).tolist() == pytest.approx(
        [0.0, 1.0, 0.25]
    )
    assert float(special.beta_cdf(300, 1, 0.99)) == pytest.approx(0.99**300, rel=1e-13)


@given(st.floats(-30, 8))
def test_normal_cdf_is_that_of_scipy(z: float) -> None:
    assert special.normal_cdf(z) == pytest.approx(float(scipy_special.ndtr(z)), rel=1e-12)
    assert float(special.normal_cdfs([z, 0.0])[0]) == special.normal_cdf(z)


@given(st.floats(1e-12, 1 - 1e-12))
def test_normal_quantile_is_that_of_scipy(p: float) -> None:
    assert special.normal_quantile(p) == pytest.approx(float(scipy_special.ndtri(p)), rel=1e-12, abs=1e-12)


@given(st.floats(-40, 40), st.floats(1, 5000))
def test_student_cdf_is_that_of_scipy(t: float, freedom: float) -> None:
    assert special.student_cdf(t, freedom) == pytest.approx(float(scipy_stats.t.cdf(t, freedom)), rel=1e-9, abs=1e-15)


@given(st.sampled_from([0.001, 0.025, 0.3, 0.5, 0.8, 0.9999]), st.floats(1, 5000))
def test_student_quantile_goes_back(p: float, freedom: float) -> None:
    assert special.student_cdf(special.student_quantile(p, freedom), freedom) == pytest.approx(p, rel=1e-9)


def test_student_at_infinity() -> None:
    assert (special.student_cdf(math.inf, 3), special.student_cdf(-math.inf, 3)) == (1.0, 0.0)


def test_statistics_need_no_scipy() -> None:
    files = "alarm agreement betting binomial clustered corrected correlation multiple paired peeking repeats selective"
    program = "import sys\n" + "\n".join(f"import vouch.stats.{name}" for name in files.split())
    program += "\nimport vouch.stats.sequential, vouch.stats.slices, vouch.stats.stratified\n"
    program += "print([name for name in sys.modules if name.split('.')[0] == 'scipy'])"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_student_at_and_next_to_its_middle() -> None:
    assert [special.student_cdf(t, 5.0) for t in (0.0, 1e-12, -1e-12)] == pytest.approx([0.5, 0.5, 0.5])
