"""The transformer itself: token numbers in, one unit vector a text out.

It does not know how a text becomes tokens, nor who asks.

Activations are stored features x tokens, one column a token, and the texts of a batch stand one after another without
padding: products see all tokens of the batch at once, attention sees the texts of one length at once. So no number is
computed that is thrown away, and nothing has to be masked. Features come first because OpenBLAS then multiplies the
weights as they lie in the file, which is up to 1.7 times as fast for the 20 columns of a single question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from vouch.errors import ConfigError
from vouch.models.minilm.activation import twice_gelu
from vouch.models.minilm.weights import read

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

_GELU_BLOCK: Final = 65_536  # floats; three blocks of it stay in a core's second-level cache
_ATTENTION_BLOCK: Final = 65_536  # floats
_COLUMNS: Final = 8  # OpenBLAS is a quarter faster when their number is a multiple of it


class _Shape(msgspec.Struct):
    """What `config.json` says of the network."""

    model_type: str
    hidden_act: str
    hidden_size: int
    num_attention_heads: int
    num_hidden_layers: int
    layer_norm_eps: float


class _Norm(NamedTuple):
    scale: Floats
    shift: Floats


class _Linear(NamedTuple):
    weight: Floats
    bias: Floats


class _Layer(NamedTuple):
    query_key_value: _Linear
    attended: _Linear
    attention_norm: _Norm
    inner: _Linear
    outer: _Linear
    norm: _Norm


class _Span(NamedTuple):
    """`texts` texts of `length` tokens each, standing side by side from column `start` on."""

    start: int
    length: int
    texts: int

    def of(self, activations: Floats, *features: int) -> Floats:
        """A view of these texts, shape (*features, texts, length)."""
        columns = activations[:, self.start : self.start + self.texts * self.length]
        return columns.reshape(*features, self.texts, self.length)


class Encoder:
    """A BERT encoder with mean pooling; read-only, so any number of threads may use it at once."""

    def __init__(self, tensors: Mapping[str, Floats], shape: _Shape) -> None:
        self._words = tensors["embeddings.word_embeddings.weight"]
        kinds = tensors["embeddings.token_type_embeddings.weight"]
        self._places = np.ascontiguousarray((tensors["embeddings.position_embeddings.weight"] + kinds[0]).T)
        self._norm = _norm(tensors, "embeddings.LayerNorm")
        self._layers = [_layer(tensors, place, shape) for place in range(shape.num_hidden_layers)]
        self._heads = shape.num_attention_heads
        self._epsilon = np.float32(shape.layer_norm_eps)
        self.dimensions = shape.hidden_size
        self.longest = self._places.shape[1]

    @classmethod
    def open(cls, folder: Path) -> Encoder:
        """Reads `config.json` and maps `model.safetensors`; raises `ConfigError` for any other kind of model."""
        try:
            shape = msgspec.json.decode((folder / "config.json").read_bytes(), type=_Shape)
        except (OSError, msgspec.DecodeError) as error:
            raise ConfigError(f"{folder / 'config.json'} cannot be read: {error}. Install the model again.") from error
        if (shape.model_type, shape.hidden_act) != ("bert", "gelu"):
            raise ConfigError(
                f"{folder} holds a model of type {shape.model_type!r} with activation {shape.hidden_act!r}; wanted is "
                "'bert' with 'gelu', such as all-MiniLM-L6-v2"
            )
        try:
            return cls(read(folder / "model.safetensors"), shape)
        except KeyError as error:
            raise ConfigError(
                f"{folder / 'model.safetensors'} has no tensor {error}; wanted is all-MiniLM-L6-v2 as Hugging Face "
                "publishes it. Install the model again."
            ) from error

    def vectors(self, texts: Sequence[Numbers]) -> Floats:
        """Unit vectors, shape (len(texts), dimensions), of token numbers sorted by their length, shortest first."""
        spans = _spans([len(text) for text in texts], self._heads)
        x = self._embed(np.concatenate(texts), spans)
        room = _Room(x.shape, self._layers[0])
        for layer in self._layers:
            self._attend(x, layer, spans, room)
            self._feed_forward(x, layer, room)
        pooled = np.concatenate([span.of(x, self.dimensions).mean(axis=-1) for span in spans], axis=-1).T
        return np.ascontiguousarray(pooled / np.linalg.norm(pooled, axis=1, keepdims=True))

    def _embed(self, numbers: Numbers, spans: Sequence[_Span]) -> Floats:
        columns = -(-len(numbers) // _COLUMNS) * _COLUMNS
        x = np.zeros((self.dimensions, columns), np.float32)
        x[:, : len(numbers)] = self._words[numbers].T
        for span in spans:
            texts = span.of(x, self.dimensions)
            texts += self._places[:, None, : span.length]
        _normalise(x, self._norm, self._epsilon, np.empty_like(x))
        return x

    def _attend(self, x: Floats, layer: _Layer, spans: Sequence[_Span], room: _Room) -> None:
        """Post-norm multi-head attention (Vaswani et al., 2017), in place; `room.narrow` is overwritten."""
        projected = np.matmul(layer.query_key_value.weight, x, out=room.projected)
        projected += layer.query_key_value.bias
        for span in spans:
            query, key, value = span.of(projected, 3, self._heads, -1)
            # key (text, head, token, feature) by query (text, head, feature, token): one column a query
            weights = key.transpose(2, 0, 3, 1) @ query.transpose(2, 0, 1, 3)
            weights -= weights.max(axis=-2, keepdims=True)
            np.exp(weights, out=weights)
            mixed = value.transpose(2, 0, 1, 3) @ weights
            mixed /= weights.sum(axis=-2, keepdims=True)
            span.of(room.narrow, self._heads, -1)[...] = mixed.transpose(1, 2, 0, 3)
        attended = np.matmul(layer.attended.weight, room.narrow, out=room.other)
        attended += layer.attended.bias
        x += attended
        _normalise(x, layer.attention_norm, self._epsilon, room.narrow)

    def _feed_forward(self, x: Floats, layer: _Layer, room: _Room) -> None:
        wide = np.matmul(layer.inner.weight, x, out=room.wide)
        for start in range(0, len(wide), len(room.block)):
            rows = wide[start : start + len(room.block)]
            rows += layer.inner.bias[start : start + len(rows)]
            twice_gelu(rows, room.block[: len(rows)], room.second_block[: len(rows)])
        narrow = np.matmul(layer.outer.weight, wide, out=room.other)
        narrow *= np.float32(0.5)
        narrow += layer.outer.bias
        x += narrow
        _normalise(x, layer.norm, self._epsilon, room.narrow)


class _Room:
    """The arrays that one batch needs besides its activations, used again in every layer."""

    def __init__(self, shape: tuple[int, ...], layer: _Layer) -> None:
        features, columns = shape
        self.narrow = np.zeros((features, columns), np.float32)
        self.other = np.empty((features, columns), np.float32)
        self.projected = np.empty((3 * features, columns), np.float32)
        self.wide = np.empty((len(layer.inner.bias), columns), np.float32)
        rows = max(1, _GELU_BLOCK // columns)
        self.block = np.empty((rows, columns), np.float32)
        self.second_block = np.empty((rows, columns), np.float32)


def _spans(lengths: Sequence[int], heads: int) -> list[_Span]:
    """Texts of one length together, as many as keep their attention weights within the cache."""
    spans: list[_Span] = []
    start = 0
    for length, count in zip(*map(np.ndarray.tolist, np.unique(lengths, return_counts=True)), strict=True):
        most = max(1, _ATTENTION_BLOCK // (heads * length * length))
        for first in range(0, count, most):
            spans.append(_Span(start, length, min(most, count - first)))
            start += spans[-1].texts * length
    return spans


def _normalise(x: Floats, norm: _Norm, epsilon: np.float32, room: Floats) -> None:
    """Layer normalisation of every column, in place; `room` is overwritten."""
    features = np.float32(len(x))
    x -= x.sum(axis=0) / features
    np.multiply(x, x, out=room)
    x /= np.sqrt(room.sum(axis=0) / features + epsilon)
    x *= norm.scale
    x += norm.shift


def _layer(tensors: Mapping[str, Floats], place: int, shape: _Shape) -> _Layer:
    prefix = f"encoder.layer.{place}."
    query, key, value = (_linear(tensors, f"{prefix}attention.self.{name}") for name in ("query", "key", "value"))
    scale = np.float32((shape.hidden_size / shape.num_attention_heads) ** -0.5)
    fused = _Linear(
        np.concatenate([query.weight * scale, key.weight, value.weight]),
        np.concatenate([query.bias * scale, key.bias, value.bias]),
    )
    return _Layer(
        fused,
        _linear(tensors, f"{prefix}attention.output.dense"),
        _norm(tensors, f"{prefix}attention.output.LayerNorm"),
        _linear(tensors, f"{prefix}intermediate.dense"),
        _linear(tensors, f"{prefix}output.dense"),
        _norm(tensors, f"{prefix}output.LayerNorm"),
    )


def _linear(tensors: Mapping[str, Floats], name: str) -> _Linear:
    return _Linear(tensors[f"{name}.weight"], tensors[f"{name}.bias"][:, None])


def _norm(tensors: Mapping[str, Floats], name: str) -> _Norm:
    return _Norm(tensors[f"{name}.weight"][:, None], tensors[f"{name}.bias"][:, None])
