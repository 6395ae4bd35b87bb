"""What an answer costs: the user's own prices first, then the public price list.

It does not know budgets, and never asks the network: a price list is data that is installed.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from vouch.values.money import Bill, Money, Price, Usage

_FREE: Final = ("local", "scripted", "replay")
"""Providers that run on this machine."""

_NOTHING: Final = Bill(Decimal(0), Decimal(0), Decimal(0))


class Prices:
    """Prices by full `provider/model` name; `overrides` win over the public list.

    That list is the one installed, or the one in the file `listing`, in the format of `genai-prices`.
    """

    def __init__(self, overrides: Mapping[str, Price] = {}, *, listing: Path | None = None) -> None:
        self._overrides = dict(overrides)
        self._file = listing
        self._listing: Any = None

    def cost(self, model: str, usage: Usage, *, at: datetime | None = None) -> Money | None:
        """The exact cost of `usage` by `model`, at the prices of today or of the moment `at`.

        None when nobody knows the price.
        """
        bill = self.bill(model, usage, at=at)
        return None if bill is None else bill.money

    def bill(self, model: str, usage: Usage, *, at: datetime | None = None) -> Bill | None:
        """The same, by what was read and what was written."""
        own = self._overrides.get(model)
        if own is not None:
            return own.bill(usage)
        provider, _, name = model.partition("/")
        if provider in _FREE:
            return _NOTHING
        if not name:
            return None
        if self._listing is None:
            # Not imported above: see genai.py.
            genai = importlib.import_module("vouch.models.genai")
            self._listing = genai.Listing() if self._file is None else genai.read_listing(self._file)
        bill: Bill | None = self._listing.bill(provider, name, usage, at)
        return bill
