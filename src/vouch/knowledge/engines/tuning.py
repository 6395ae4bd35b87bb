"""How an engine is to index: the kind of index, how vectors are made smaller, and how far a search looks.

It does not know any engine; each says what of this it cannot do.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from msgspec import Struct

from vouch.errors import ConfigError

Kind = Literal["hnsw", "ivf", "exact"]
"""`hnsw`: a graph of neighbours; `ivf`: lists around centres, of which some are looked through; `exact`: no index."""

Quantization = Literal["none", "scalar", "product", "binary"]
"""`scalar`: a byte or a half float a number; `product`: a byte for several; `binary`: a bit a number."""


class Tuning(Struct, frozen=True):
    """The index of a shelf; 0 leaves a figure to the engine.

    `links` are neighbours kept a node (HNSW's m), `effort` candidates while building (ef_construction), `breadth`
    candidates of a search (ef); `lists` and `probes` are those of IVF. Of a quantized index, `oversampling` times as
    many hits are found and then scored anew with the whole vectors.
    """

    kind: Kind = "hnsw"
    quantization: Quantization = "none"
    links: int = 16
    effort: int = 128
    breadth: int = 128
    lists: int = 0
    probes: int = 0
    oversampling: float = 2.0


def check(tuning: Tuning, engine: str, *, kinds: Collection[Kind], quantizations: Collection[Quantization]) -> None:
    """Raises `ConfigError` that says what the engine cannot do, and what it can."""
    for name, given, known in (
        ("kind", tuning.kind, kinds),
        ("quantization", tuning.quantization, quantizations),
    ):
        if given not in known:
            raise ConfigError(f"{engine} has no {name} {given!r} that can be set; it has: {', '.join(sorted(known))}")
