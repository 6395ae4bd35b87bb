"""The first numbers of vectors."""

from __future__ import annotations

import numpy as np
import pytest
from tests.models.embedders.counting import Counting

from vouch.contracts.embedder import Embedder
from vouch.errors import ConfigError
from vouch.models.embedders.shortened import Shortened


async def test_the_first_numbers_are_unit_vectors_again() -> None:
    inner = Counting()
    short = Shortened(inner, 3)
    assert isinstance(short, Embedder)
    whole, found = await inner.embed(["a", "b"]), await short.embed(["a", "b"])
    assert found.shape == (2, 3)
    assert found.dtype == np.float32
    assert np.linalg.norm(found, axis=1) == pytest.approx(1)
    assert found[0] == pytest.approx(whole[0, :3] / np.linalg.norm(whole[0, :3]))
    assert (await short.embed([])).shape == (0, 3)


async def test_zeros_stay_zeros() -> None:
    class Silent(Counting):
        async def embed(self, texts: object) -> np.ndarray:
            return np.array([[0, 0, 1]], np.float32)

    assert (await Shortened(Silent(3), 2).embed(["x"])).tolist() == [[0, 0]]


def test_another_length_is_another_embedder() -> None:
    inner = Counting()
    assert Shortened(inner, 3).fingerprint != Shortened(inner, 4).fingerprint != inner.fingerprint
    assert Shortened(inner, 3).name == "test/counting@3"


@pytest.mark.parametrize("dimensions", [0, 9, -1])
def test_lengths_it_does_not_have_are_refused(dimensions: int) -> None:
    with pytest.raises(ConfigError, match="from 1 to 8"):
        Shortened(Counting(), dimensions)
