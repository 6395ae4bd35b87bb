"""The vote of the neighbours: by hand on a few vectors."""

from __future__ import annotations

import numpy as np

from vouch.models.classifier import neighbours
from vouch.models.classifier.neighbours import WIDTH, log_vote

EXAMPLES = np.array([[1, 0], [0.8, 0.6], [0, 1]], np.float32)
LABELS = np.array([0, 1, 1])


def test_the_nearer_speaks_louder_as_the_formula_says() -> None:
    text = np.array([[0.96, 0.28]], np.float32)
    loud = np.exp(EXAMPLES @ text[0] / WIDTH)
    shares = np.array([loud[0], loud[1] + loud[2], 0]) / loud.sum()
    expected = 0.99 * shares + 0.01 / 3
    assert np.allclose(np.exp(log_vote(EXAMPLES, LABELS, 3, text))[0], expected, atol=1e-5)


def test_many_texts_are_counted_in_pieces(monkeypatch: object) -> None:
    texts = np.random.default_rng(0).normal(size=(neighbours._ROWS + 7, 2)).astype(np.float32)
    texts /= np.linalg.norm(texts, axis=1, keepdims=True)
    together = log_vote(EXAMPLES, LABELS, 2, texts)
    alone = np.concatenate([log_vote(EXAMPLES, LABELS, 2, text[None]) for text in texts])
    assert np.allclose(together, alone, atol=1e-4)
    assert np.allclose(np.exp(together).sum(axis=1), 1, atol=1e-5)
