"""A tiny model with random weights, written as Hugging Face would, and its vectors computed the plain, slow way."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "my", "order", "is", "late", "refund", "where", "please", "?", "##s"]
FEATURES, HEADS, INNER, LAYERS, PLACES = 12, 3, 20, 2, 16
CONFIG = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "hidden_size": FEATURES,
    "num_attention_heads": HEADS,
    "num_hidden_layers": LAYERS,
    "layer_norm_eps": 1e-12,
}

Tensors = dict[str, NDArray[np.float32]]


def tensors(seed: int = 0) -> Tensors:
    random = np.random.default_rng(seed)

    def some(*shape: int) -> NDArray[np.float32]:
        return random.normal(0, 0.5, shape).astype(np.float32)

    made: Tensors = {
        "embeddings.word_embeddings.weight": some(len(WORDS), FEATURES),
        "embeddings.position_embeddings.weight": some(PLACES, FEATURES),
        "embeddings.token_type_embeddings.weight": some(2, FEATURES),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}."
        sizes = dict.fromkeys(("self.query", "self.key", "self.value", "output.dense"), (FEATURES, FEATURES))
        linear = {f"{prefix}attention.{name}": shape for name, shape in sizes.items()}
        linear |= {
            f"{prefix}intermediate.dense": (INNER, FEATURES),
            f"{prefix}output.dense": (FEATURES, INNER),
        }
        for name, shape in linear.items():
            made[f"{name}.weight"], made[f"{name}.bias"] = some(*shape), some(shape[0])
        norms += [f"{prefix}attention.output.LayerNorm", f"{prefix}output.LayerNorm"]
    for name in norms:
        made[f"{name}.weight"], made[f"{name}.bias"] = 1 + some(FEATURES), some(FEATURES)
    return made


def write(folder: Path, *, longest: int = PLACES, weights: Tensors | None = None, **config: object) -> Path:
    """The model's files in `folder`; `config` replaces entries of config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights or tensors(), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({**CONFIG, **config}))
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": longest}))
    tokenizer = Tokenizer(WordPiece({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", WORDS.index("[CLS]")), ("[SEP]", WORDS.index("[SEP]"))]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def slow_vector(weights: Tensors, numbers: list[int]) -> NDArray[np.float64]:
    """One text through the network as the papers write it: token by token, head by head, in float64."""
    w = {name: tensor.astype(np.float64) for name, tensor in weights.items()}

    def linear(x: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def norm(x: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        centred = x - x.mean(axis=1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-12)
        return scaled * w[f"{name}.weight"] + w[f"{name}.bias"]

    x = w["embeddings.word_embeddings.weight"][numbers] + w["embeddings.token_type_embeddings.weight"][0]
    x = norm(x + w["embeddings.position_embeddings.weight"][: len(numbers)], "embeddings.LayerNorm")
    width = FEATURES // HEADS
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}."
        query, key, value = (linear(x, f"{prefix}attention.self.{name}") for name in ("query", "key", "value"))
        mixed = np.empty_like(x)
        for head in range(HEADS):
            part = slice(head * width, (head + 1) * width)
            scores = np.exp(query[:, part] @ key[:, part].T / math.sqrt(width))
            mixed[:, part] = scores / scores.sum(axis=1, keepdims=True) @ value[:, part]
        x = norm(x + linear(mixed, f"{prefix}attention.output.dense"), f"{prefix}attention.output.LayerNorm")
        inner = linear(x, f"{prefix}intermediate.dense")
        inner = inner * (1 + np.vectorize(math.erf)(inner / math.sqrt(2))) / 2
        x = norm(x + linear(inner, f"{prefix}output.dense"), f"{prefix}output.LayerNorm")
    pooled = x.mean(axis=0)
    return pooled / np.linalg.norm(pooled)
