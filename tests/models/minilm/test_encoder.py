"""The encoder against the same network computed the plain way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.models.minilm import tiny

from vouch.errors import ConfigError
from vouch.models.minilm import encoder
from vouch.models.minilm.encoder import Encoder


@pytest.mark.parametrize("lengths", [[1], [2, 2, 2], [1, 3, 3, 8, 16], [16] * 5, list(range(1, 17))])
def test_vectors_are_those_of_the_plain_network(tmp_path: Path, lengths: list[int]) -> None:
    weights = tiny.tensors()
    made = Encoder.open(tiny.write(tmp_path, weights=weights))
    random = np.random.default_rng(1)
    texts = [random.integers(0, len(tiny.WORDS), length) for length in lengths]
    found = made.vectors(texts)
    expected = np.array([tiny.slow_vector(weights, text.tolist()) for text in texts])
    assert found.dtype == np.float32
    assert found.shape == (len(lengths), made.dimensions)
    assert np.abs(found - expected).max() < 3e-6


def test_blocks_smaller_than_the_batch_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Encoder.open(tiny.write(tmp_path))
    texts = [np.arange(2, 8, dtype=np.int64)] * 7
    whole = made.vectors(texts)
    monkeypatch.setattr(encoder, "_GELU_BLOCK", 100)
    monkeypatch.setattr(encoder, "_ATTENTION_BLOCK", 250)
    assert np.abs(made.vectors(texts) - whole).max() < 1e-6


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="type 'roberta' with activation 'gelu'; wanted is 'bert'"):
        Encoder.open(tiny.write(tmp_path, model_type="roberta"))


def test_a_config_that_is_not_json_is_refused(tmp_path: Path) -> None:
    tiny.write(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ConfigError, match=r"config\.json cannot be read"):
        Encoder.open(tmp_path)


def test_a_missing_tensor_is_named(tmp_path: Path) -> None:
    weights = tiny.tensors()
    del weights["encoder.layer.1.output.dense.bias"]
    with pytest.raises(ConfigError, match=r"no tensor 'encoder\.layer\.1\.output\.dense\.bias'"):
        Encoder.open(tiny.write(tmp_path, weights=weights))
