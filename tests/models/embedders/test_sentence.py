"""Models of sentence-transformers: with the package where it is, and what is said where it is not."""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from vouch.contracts.embedder import Embedder
from vouch.errors import ConfigError, UsageError
from vouch.models.embedders.sentence import SentenceEmbedder
from vouch.models.minilm.minilm import MiniLM
from vouch.models.minilm.places import PACKAGE, find

TEXTS = ["Where is my refund?", "", "Die Rechnung über 5 € ist offen.", "more words " * 400]


class Tensor:
    """As much of a tensor as is looked at."""

    def __init__(self, value: float) -> None:
        self._value = value

    def detach(self) -> Tensor:
        return self

    cpu = float = detach

    def numpy(self) -> np.ndarray:
        return np.array([self._value], np.float32)


class Model:
    """As much of a model as is asked, computed by hand."""

    max_seq_length = 16

    def __init__(self, weight: float = 1.0) -> None:
        self._weight = weight

    def get_sentence_embedding_dimension(self) -> int:
        return 2

    def state_dict(self) -> dict[str, Tensor]:
        return {"weight": Tensor(self._weight)}

    def encode(self, texts: list[str], *, prompt: str | None, **more: Any) -> np.ndarray:
        assert more["normalize_embeddings"]
        return np.array([[1, 0] if prompt else [0, 1] for _ in texts], np.float64)


async def test_vectors_are_what_the_model_makes() -> None:
    embedder = SentenceEmbedder("sentence/x", Model())
    assert isinstance(embedder, Embedder)
    found = await embedder.embed(["a", "b"])
    assert (found.tolist(), found.dtype) == ([[0, 1], [0, 1]], np.float32)
    assert (await embedder.embed([])).shape == (0, 2)
    prompted = SentenceEmbedder("sentence/x", Model(), prompt="query: ")
    assert (await prompted.embed(["a"])).tolist() == [[1, 0]]
    with pytest.raises(UsageError, match="list of texts"):
        await embedder.embed([3])  # type: ignore[list-item]


def test_fingerprints_follow_weights_and_prompt() -> None:
    made = [
        SentenceEmbedder("sentence/x", Model()),
        SentenceEmbedder("sentence/x", Model(2.0)),
        SentenceEmbedder("sentence/x", Model(), prompt="query: "),
    ]
    assert len({each.fingerprint for each in made}) == 3
    assert made[0].fingerprint == SentenceEmbedder("sentence/x", Model()).fingerprint
    with pytest.raises(ConfigError, match="batch 0"):
        SentenceEmbedder("sentence/x", Model(), batch=0)


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ConfigError, match="pip install sentence-transformers"):
        SentenceEmbedder.open("sentence/x")


def test_a_missing_model_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str, **settings: object) -> object:
        assert settings == {"device": "cpu", "local_files_only": True}
        raise OSError(f"no {name} here")

    monkeypatch.setitem(sys.modules, "sentence_transformers", SimpleNamespace(SentenceTransformer=absent))
    with pytest.raises(ConfigError, match=r"no x here.*download=True"):
        SentenceEmbedder.open("sentence/x")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
async def test_the_real_package_gives_our_encoders_vectors(tmp_path: Path) -> None:
    if find_spec("sentence_transformers") is None or find_spec(PACKAGE) is None:
        pytest.skip("sentence-transformers or the weights of local/minilm are not installed")
    importlib.import_module("sentence_transformers")
    embedder = SentenceEmbedder.open(f"sentence/{find()}")
    ours = MiniLM.open(remember=0)
    assert (embedder.dimensions, embedder.name) == (384, f"sentence/{find()}")
    assert np.abs(await embedder.embed(TEXTS) - ours.encode(TEXTS)).max() < 1e-5
    ours.close()
    with pytest.raises(ConfigError, match="download=True"):
        SentenceEmbedder.open(f"sentence/{tmp_path}")
