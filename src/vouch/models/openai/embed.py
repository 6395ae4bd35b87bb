"""An embedder at OpenAI, or at any server that speaks its embeddings format.

It does not know what the vectors are for.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from vouch.errors import ConfigError
from vouch.models.http.pool import HttpPool
from vouch.models.openai import wire
from vouch.models.openai.endpoint import OPENAI, Endpoint
from vouch.models.openai.errors import Asked, failure, malformed
from vouch.values.arrays import NDArray, np

_decoder = msgspec.json.Decoder(wire.Embeddings)

_SHORTENED: Final = "text-embedding-3"
"""The family whose vectors OpenAI shortens to any length that is asked for; others refuse to be asked."""


class OpenAIEmbedder:
    """An embedding model. `dimensions` is the length of its vectors; `batch` is how many texts go into one request."""

    def __init__(
        self,
        name: str,
        *,
        http: HttpPool,
        address: str = OPENAI,
        key: str | None = None,
        dimensions: int,
        batch: int = 256,
    ) -> None:
        if dimensions < 1 or batch < 1:
            raise ConfigError(f"{name} has dimensions {dimensions!r} and batch {batch!r}; both must be at least 1")
        self._endpoint = Endpoint(name, "embeddings", http=http, address=address, key=key, headers={})
        self._dimensions = dimensions
        self._batch = batch

    @property
    def name(self) -> str:
        """The full `provider/model` name."""
        return self._endpoint.name

    @property
    def fingerprint(self) -> str:
        """Name and dimensions: a provider that changes a model gives it another name."""
        return f"{self.name}@{self._dimensions}"

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return self._dimensions

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimensions); raises a `ModelError` when there are none.

        One batch after the other: whoever wants several under way at once calls this several times.
        """
        vectors = np.empty((len(texts), self._dimensions), np.float32)
        for start in range(0, len(texts), self._batch):
            batch = texts[start : start + self._batch]
            response = await self._endpoint.send(self._write(batch))
            vectors[start : start + len(batch)] = self._read(await response.read(), len(batch))
        return vectors

    def __repr__(self) -> str:
        return f"OpenAIEmbedder({self.name!r}, address={self._endpoint.address!r}, dimensions={self._dimensions})"

    def _write(self, texts: Sequence[str]) -> bytes:
        body: dict[str, Any] = {"model": self._endpoint.model, "input": list(texts), "encoding_format": "base64"}
        if self._endpoint.model.startswith(_SHORTENED):
            body["dimensions"] = self._dimensions
        return msgspec.json.encode(body)

    def _read(self, body: bytes, wanted: int) -> NDArray[np.float32]:
        listed = _vectors(body, self._endpoint.asked)
        places = [place if vector.index is None else vector.index for place, vector in enumerate(listed)]
        if sorted(places) != list(range(wanted)):
            raise malformed(f"{len(listed)} vectors for {wanted} texts", self._endpoint.asked)
        vectors = np.empty((wanted, self._dimensions), np.float32)
        for place, vector in zip(places, listed, strict=True):
            numbers = _numbers(vector.embedding, self._endpoint.asked)
            if len(numbers) != self._dimensions:
                raise ConfigError(
                    f"{self._endpoint.asked} gives vectors of {len(numbers)} dimensions, not {self._dimensions}; "
                    f"say dimensions={len(numbers)}"
                )
            vectors[place] = numbers
        return _unit(vectors)


def _vectors(body: bytes, asked: Asked) -> list[wire.Vector]:
    try:
        answer = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise malformed(f"embeddings that cannot be read ({error})", asked) from None
    if answer.error is not None:
        raise failure(answer.error, asked)
    if answer.data is None:
        raise malformed("no embeddings", asked)
    return answer.data


def _numbers(embedding: str | list[float], asked: Asked) -> NDArray[np.float32]:
    if isinstance(embedding, list):
        return np.array(embedding, np.float32)
    try:
        return np.frombuffer(base64.b64decode(embedding, validate=True), "<f4")
    except (binascii.Error, ValueError) as error:
        raise malformed(f"a vector that is no base 64 of 32-bit floats ({error})", asked) from None


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1).astype(np.float32)
