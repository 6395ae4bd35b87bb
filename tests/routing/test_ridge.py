from __future__ import annotations

import numpy as np
import pytest

from vouch.routing import ridge


def solved(examples: np.ndarray, targets: np.ndarray, penalty: float) -> tuple[np.ndarray, float]:
    middle, mean = examples.mean(axis=0), targets.mean()
    centred = examples - middle
    weights = np.linalg.solve(centred.T @ centred + penalty * np.eye(centred.shape[1]), centred.T @ (targets - mean))
    return weights, mean - middle @ weights


@pytest.mark.parametrize("shape", [(40, 8), (12, 30)])
def test_it_is_ridge_regression_and_left_out_predictions_are_exact(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(0)
    examples = random.normal(size=shape).astype(np.float32)
    targets = examples @ random.normal(size=(shape[1], 2)) + random.normal(size=(shape[0], 2))
    found = ridge.fit(ridge.design(examples), targets)
    weights, intercept = solved(examples.astype(np.float64), targets[:, 0], found.penalty)
    assert np.allclose(found.weights[:, 0], weights, atol=1e-3)
    assert found.intercepts[0] == pytest.approx(intercept, abs=1e-3)
    for left in range(3):
        others = np.arange(shape[0]) != left
        weights, intercept = solved(examples[others].astype(np.float64), targets[others, 0], found.penalty)
        assert found.unseen[left, 0] == pytest.approx(examples[left] @ weights + intercept, abs=2e-2)


def test_noise_is_shrunk_to_the_mean() -> None:
    random = np.random.default_rng(1)
    examples = random.normal(size=(100, 20)).astype(np.float32)
    found = ridge.fit(ridge.design(examples), random.normal(size=(100, 1)) + 3)
    assert found.penalty == max(ridge.PENALTIES)
    assert np.abs(found.weights).max() < 0.1
    assert found.intercepts[0] == pytest.approx(3, abs=0.3)


def test_examples_that_are_all_the_same_teach_the_mean() -> None:
    found = ridge.fit(ridge.design(np.ones((10, 4), np.float32)), np.arange(10.0)[:, None])
    assert not found.weights.any()
    assert found.intercepts[0] == pytest.approx(4.5)
