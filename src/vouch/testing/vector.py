"""A stand-in's embeddings, in OpenAI's format: the same text has the same unit vector, and that is all they mean.

It does not know HTTP.
"""

from __future__ import annotations

import base64
import math
import struct
from hashlib import shake_256
from typing import Any

import msgspec


def unit_vector(text: str, dimensions: int) -> list[float]:
    """A vector of length 1, drawn from the hash of `text`."""
    drawn = struct.unpack(f"<{dimensions}h", shake_256(text.encode()).digest(2 * dimensions))
    length = math.sqrt(sum(value * value for value in drawn)) or 1.0
    return [value / length for value in drawn]


def embeddings(body: dict[str, Any], dimensions: int) -> bytes:
    """The answer to an embeddings request; `dimensions` in the request wins."""
    given = body["input"]
    texts = [given] if isinstance(given, str) or (given and isinstance(given[0], int)) else given
    size = body.get("dimensions") or dimensions
    packed = body.get("encoding_format") == "base64"
    tokens = sum(len(str(text)) // 4 + 1 for text in texts)
    vectors = (unit_vector(str(text), size) for text in texts)
    answer = {
        "object": "list",
        "data": [
            {"object": "embedding", "index": place, "embedding": _pack(vector) if packed else vector}
            for place, vector in enumerate(vectors)
        ],
        "model": str(body.get("model", "stand-in")),
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }
    return msgspec.json.encode(answer)


def _pack(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")
