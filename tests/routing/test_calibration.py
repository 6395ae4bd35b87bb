from __future__ import annotations

import numpy as np
import pytest

from vouch.routing import calibration


def test_chances_come_true_as_often_as_they_say() -> None:
    random = np.random.default_rng(0)
    raw = random.normal(size=4000)
    true = 1 / (1 + np.exp(-(2 * raw + 0.5)))
    curve = calibration.fit(raw, (random.random(4000) < true).astype(float))
    assert curve.slope == pytest.approx(2, abs=0.2)
    assert curve.shift == pytest.approx(0.5, abs=0.15)
    assert abs(np.mean([curve.chance(value) for value in raw]) - true.mean()) < 0.02


def test_a_prediction_that_points_the_wrong_way_is_not_followed() -> None:
    raw = np.linspace(-1, 1, 200)
    curve = calibration.fit(raw, (raw < 0).astype(float))
    assert curve.slope == 0
    assert curve.chance(9.0) == pytest.approx(0.5)


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_one_class_only_is_never_certain(score: float) -> None:
    curve = calibration.fit(np.linspace(0, 1, 50), np.full(50, score))
    assert 0 < curve.chance(0.5) < 1
    assert abs(curve.chance(0.5) - score) < 0.1


def test_separable_scores_stay_finite() -> None:
    raw = np.linspace(-1, 1, 100)
    curve = calibration.fit(raw, (raw > 0).astype(float))
    assert 0.9 < curve.chance(1.0) < 1


@pytest.mark.parametrize("raw", [np.zeros(0), np.zeros(1), np.ones(30)])
def test_nothing_to_tell_apart_gives_one_chance(raw: np.ndarray) -> None:
    assert calibration.fit(raw, np.ones(len(raw))).slope == 0


def test_a_constant() -> None:
    assert calibration.constant(0.3).chance(12.0) == pytest.approx(0.3)
    assert 0 < calibration.constant(0.0).chance(0.0) < 1e-5
