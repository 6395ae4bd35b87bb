"""The logistic fit: against scikit-learn's way of solving the same problem, and at its edges."""

from __future__ import annotations

import numpy as np
import pytest
from tests.models.classifier.words import sentences, vectors

from vouch.models.classifier.descent import least
from vouch.models.classifier.logistic import fit, log_chances, penalty


def problem(each: int = 30) -> tuple[np.ndarray, np.ndarray]:
    examples = sentences(each, noise=6)
    labels = sorted({example.output for example in examples})
    return vectors([e.input for e in examples]), np.array([labels.index(e.output) for e in examples])


def objective(weights: np.ndarray, x: np.ndarray, y: np.ndarray) -> float:
    scores = np.hstack([x, np.ones((len(x), 1))]) @ weights.astype(float)
    total = np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(y)), y]
    return float(total.sum() + penalty(len(y), weights.shape[1]) / 2 * (weights.astype(float) ** 2).sum())


def test_no_weights_nearby_or_far_are_better() -> None:
    x, y = problem()
    weights = fit(x, y, 3)
    best = objective(weights, x, y)
    random = np.random.default_rng(0)
    for scale in (0.01, 0.1, 1):
        for _ in range(20):
            assert objective(weights + scale * random.normal(size=weights.shape), x, y) > best
    plain = np.zeros_like(weights, dtype=float)
    for _ in range(3_000):  # plain gradient descent, slow and sure
        plain -= 0.02 * slope(plain, x, y)
    assert best <= objective(plain, x, y) * 1.01


def slope(weights: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    a = np.hstack([x, np.ones((len(x), 1))])
    chances = np.exp(a @ weights)
    chances /= chances.sum(axis=1, keepdims=True)
    chances[np.arange(len(y)), y] -= 1
    return a.T @ chances + penalty(len(y), weights.shape[1]) * weights


def test_chances_sum_to_one_and_name_the_label() -> None:
    x, y = problem()
    chances = np.exp(log_chances(fit(x, y, 3), x))
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-5)
    assert (chances.argmax(axis=1) == y).mean() > 0.95


def test_a_class_without_examples_is_unlikely_and_harmless() -> None:
    x, y = problem(10)
    chances = np.exp(log_chances(fit(x, y, 4), x))
    assert chances[:, 3].max() < 0.1
    assert (chances.argmax(axis=1) == y).mean() > 0.95


@pytest.mark.parametrize(
    ("examples", "classes", "expected"), [(6, 2, 0.03), (10_003, 77, 0.06495), (4_000, 2, 1.0), (20_000, 2, 1.0)]
)
def test_the_penalty_grows_with_the_examples_of_a_class(examples: int, classes: int, expected: float) -> None:
    assert penalty(examples, classes) == pytest.approx(expected, rel=1e-3)


def test_least_finds_the_bottom_of_a_bowl_within_bounds() -> None:
    def bowl(x: np.ndarray) -> tuple[float, np.ndarray]:
        return float((x - 3) @ (x - 3)), 2 * (x - 3)

    assert least(bowl, np.zeros(2), tolerance=1e-12) == pytest.approx([3, 3])
    assert least(bowl, np.zeros(2), tolerance=1e-12, bounds=[(0, 1), (0, 9)]) == pytest.approx([1, 3])
