"""An upstream: one model at one provider or one app, its health, how busy it is, and the ways to ask it.

It does not know formats beyond their names, nor who asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vouch.serve.breaker import Breaker
from vouch.serve.way import Way

SPEAKS: Final[Mapping[str, frozenset[str]]] = {
    "openai": frozenset({"chat", "completions", "embeddings"}),
    "mistral": frozenset({"chat", "embeddings"}),
    "anthropic": frozenset({"messages", "count_tokens"}),
}
"""By dialect: the faces whose requests its servers take as they are; all else is translated."""


class Upstream:
    """`name` is what it is asked for by. `ways` are those of single faces; all others go the `long` one."""

    __slots__ = ("_long", "_ways", "breaker", "busy", "name")

    def __init__(self, name: str, *, long: Way, ways: Mapping[str, Way] = {}) -> None:
        self.name = name
        self.breaker = Breaker()
        self.busy = 0
        self._long = long
        self._ways = dict(ways)

    def way(self, face: str) -> Way:
        """How a request in this format is asked."""
        return self._ways.get(face, self._long)
