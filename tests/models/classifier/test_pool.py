"""Pooling two opinions: it calibrates, it weighs them, and it stays humble with few examples."""

from __future__ import annotations

import numpy as np
import pytest

from vouch.models.classifier.pool import Pool, fit


def opinions(seed: int, n: int, sharpness: float) -> tuple[np.ndarray, np.ndarray]:
    """True log-probabilities over three classes, and labels drawn from them."""
    random = np.random.default_rng(seed)
    scores = random.normal(0, sharpness, (n, 3))
    truth = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    labels = np.array([random.choice(3, p=np.exp(row) / np.exp(row).sum()) for row in truth])
    return truth.astype(np.float32), labels


@pytest.mark.parametrize("distortion", [0.4, 1.0, 3.0])
def test_an_overconfident_opinion_is_calibrated(distortion: float) -> None:
    truth, labels = opinions(0, 4_000, 1.5)
    found = fit(truth * np.float32(distortion), np.zeros_like(truth), labels)
    assert found.first * distortion == pytest.approx(1, abs=0.1)
    chances = found.chances(truth * np.float32(distortion), np.zeros_like(truth))
    confidence, right = chances.max(axis=1), chances.argmax(axis=1) == labels
    assert confidence.mean() == pytest.approx(right.mean(), abs=0.02)


def test_the_opinion_that_knows_is_trusted() -> None:
    truth, labels = opinions(1, 2_000, 1.5)
    noise = opinions(2, 2_000, 1.5)[0]
    assert fit(truth, noise, labels).second < 0.1
    turned = fit(noise, truth, labels)
    assert turned.first < 0.1
    assert turned.second == pytest.approx(1, abs=0.15)


def test_where_the_search_starts_does_not_matter() -> None:
    truth, labels = opinions(3, 500, 1.0)
    other = opinions(4, 500, 1.0)[0]
    assert fit(truth, other, labels, near=Pool(3.0, 2.0)) == pytest.approx(fit(truth, other, labels), abs=1e-2)


def test_few_examples_prove_little() -> None:
    certain = np.log(np.full((6, 2), [0.999, 0.001], np.float32))
    found = fit(certain, certain, np.zeros(6, np.intp))
    assert found.doubt == pytest.approx(1 / 7)
    chances = found.chances(certain, certain)
    assert 0.9 < chances[:, 0].max() <= 1 - 1 / 14
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-6)


def test_being_wrong_lowers_belief() -> None:
    certain = np.log(np.full((200, 2), [0.99, 0.01], np.float32))
    labels = np.array([0] * 120 + [1] * 80)
    chances = fit(certain, certain, labels).chances(certain, certain)
    assert chances[0, 0] == pytest.approx(0.6, abs=0.03)
