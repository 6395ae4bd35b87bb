"""What an answer costs: the user's own prices first, then the public price list.

It does not know budgets, and never asks the network: a price list is data that is installed.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, Final

from vouch.values.money import ZERO, Money, Price, Usage

_FREE: Final = ("local", "scripted", "replay")
"""Providers that run on this machine."""


class Prices:
    """Prices by full `provider/model` name; `overrides` win over the public list."""

    def __init__(self, overrides: Mapping[str, Price] = {}) -> None:
        self._overrides = dict(overrides)
        self._listed: Any = None

    def cost(self, model: str, usage: Usage) -> Money | None:
        """The exact cost of `usage` by `model`, at today's prices; None when nobody knows the price."""
        own = self._overrides.get(model)
        if own is not None:
            return own.of(usage)
        provider, _, name = model.partition("/")
        if provider in _FREE:
            return ZERO
        if not name:
            return None
        if self._listed is None:
            # Not imported above: see genai.py.
            self._listed = importlib.import_module("vouch.models.genai")
        cost: Money | None = self._listed.listed_cost(provider, name, usage)
        return cost
