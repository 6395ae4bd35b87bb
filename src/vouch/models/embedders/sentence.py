"""`sentence/NAME`: any model of sentence-transformers, which is an optional package.

It does not know which models there are, and does not download one unless it is told that it may.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vouch.errors import ConfigError, UsageError

_PREFIX: Final = "sentence/"


class SentenceEmbedder:
    """An `Embedder`; make it with `open`. Texts of one call are computed in batches by length, in a thread."""

    def __init__(self, name: str, model: Any, *, batch: int = 32, prompt: str = "") -> None:
        if batch < 1:
            raise ConfigError(f"{name} has batch {batch!r}; give how many texts are computed together, 1 or more")
        self.name = name
        self._model = model
        self._batch = batch
        self._prompt = prompt
        self._lock = threading.Lock()
        self.dimensions = int(_dimensions(model))
        self.fingerprint = f"{name}-{_weights(model, prompt)}"

    @classmethod
    def open(
        cls, name: str, *, batch: int = 32, prompt: str = "", device: str = "cpu", download: bool = False
    ) -> SentenceEmbedder:
        """The model `sentence/NAME`: a folder, or a name on Hugging Face that its cache holds.

        `prompt` is put before every text, as some models want. With `download` a model that is not here is fetched.
        Raises `ConfigError` where the package or the model is not there.
        """
        model = name.removeprefix(_PREFIX)
        try:
            package = import_module("sentence_transformers")
        except ImportError as error:
            raise ConfigError(
                f"embedder {name!r} needs the package sentence-transformers: pip install sentence-transformers"
            ) from error
        try:
            loaded = package.SentenceTransformer(model, device=device, local_files_only=not download)
        except Exception as error:  # whatever the package raises: there is no model
            raise ConfigError(
                f"embedder {name!r} cannot be opened: {error}. Name a folder with the model, or one that Hugging "
                "Face's cache holds; download=True fetches it"
            ) from error
        return cls(_PREFIX + model, loaded, batch=batch, prompt=prompt)

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimensions)."""
        for text in texts:
            if not isinstance(text, str):
                raise UsageError(f"{self.name} was given {text!r} to embed; wanted is a list of texts")
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        return await asyncio.to_thread(self._encode, list(texts))

    def _encode(self, texts: list[str]) -> NDArray[np.float32]:
        with self._lock:
            vectors: Any = self._model.encode(
                texts,
                batch_size=self._batch,
                prompt=self._prompt or None,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.asarray(vectors, np.float32)


def _dimensions(model: Any) -> Any:
    """By either name: the older one warns where there is the newer."""
    ask = getattr(model, "get_embedding_dimension", None) or model.get_sentence_embedding_dimension
    return ask()


def _weights(model: Any, prompt: str) -> str:
    """Of everything that decides on a vector: the weights, the length that texts are cut at, the prompt."""
    digest = hashlib.sha256(f"{model.max_seq_length} {prompt}".encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(tensor.detach().cpu().float().numpy()).data)
    return digest.hexdigest()[:16]
