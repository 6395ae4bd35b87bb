"""Vectors as bytes and bits."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vouch.errors import UsageError
from vouch.knowledge.codes import Bits, Bytes, Codes, nearest


def clustered(rows: int, dimensions: int = 384, seed: int = 0) -> NDArray[np.float32]:
    """Unit vectors around some centres, as embeddings are."""
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(40, dimensions))
    found = centres[random.integers(40, size=rows)] + random.normal(size=(rows, dimensions))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def recall(codes: Codes, vectors: NDArray[np.float32], deeper: int) -> float:
    shares: list[float] = []
    for vector in clustered(30, seed=1):
        exact = set(np.argsort(-(vectors @ vector))[:10].tolist())
        shares.append(len(exact & set(nearest(codes, vectors, vector, 10, deeper=deeper)[0].tolist())) / 10)
    return float(np.mean(shares))


def test_both_find_what_exact_search_finds() -> None:
    vectors = clustered(5000)
    assert recall(Bytes.of(vectors), vectors, deeper=2) > 0.99
    assert recall(Bits.of(vectors), vectors, deeper=30) > 0.95
    assert recall(Bits.of(vectors), vectors, deeper=1) < recall(Bits.of(vectors), vectors, deeper=10)


def test_how_small_they_are() -> None:
    vectors = clustered(100)
    assert Bytes.of(vectors).codes.nbytes == vectors.nbytes // 4
    assert Bits.of(vectors).codes.nbytes == vectors.nbytes // 32
    assert Bits.of(clustered(3, 65)).codes.shape == (3, 2)


def test_by_hand() -> None:
    vectors = np.array([[1, 0, 0], [0, 1, 0], [0.6, 0.8, 0], [0, 0, 0]], np.float32)
    asked = np.array([0.8, 0.6, 0], np.float32)
    assert Bytes.of(vectors).codes[2].tolist() == [95, 127, 0]
    assert Bytes.of(vectors).likeness(asked) == pytest.approx(vectors @ asked, abs=0.01)
    assert Bits.of(vectors).likeness(asked).tolist() == [-1, -1, 0, -2]
    rows, scores = nearest(Bits.of(vectors), vectors, asked, 2)
    assert rows.tolist() == [2, 0]
    assert scores == pytest.approx([0.96, 0.8])


@pytest.mark.parametrize("kind", [Bytes, Bits])
def test_nothing_to_find_is_no_error(kind: type[Bytes] | type[Bits]) -> None:
    none = np.empty((0, 8), np.float32)
    rows, scores = nearest(kind.of(none), none, np.ones(8, np.float32), 3)
    assert (len(rows), len(scores)) == (0, 0)


def test_blocks_make_no_difference() -> None:
    vectors = clustered(9000, 8)
    codes = Bytes.of(vectors)
    decoded = codes.codes.astype(np.float32) * codes.scales[:, None]
    assert codes.likeness(vectors[0]) == pytest.approx(decoded @ vectors[0], abs=1e-5)


def test_numbers_below_one_are_refused() -> None:
    vectors = clustered(3, 8)
    for settings in ({"limit": 0}, {"limit": 1, "deeper": 0}):
        with pytest.raises(UsageError, match="1 or more"):
            nearest(Bits.of(vectors), vectors, vectors[0], **settings)
