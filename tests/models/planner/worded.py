"""Tools and meanings for tests of understanding: every text that is asked for is embedded at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from vouch.models.minilm.minilm import MiniLM
from vouch.models.planner.meanings import Meanings

T = TypeVar("T")


def understood(encoder: MiniLM, work: Callable[[Meanings], T]) -> T:
    """What `work` makes of meanings that know all it asks for."""
    meanings = Meanings(encoder.dimensions)
    while True:
        found = work(meanings)
        if not meanings.missing:
            return found
        texts = list(meanings.missing)
        meanings.learn(texts, encoder.encode(texts))
