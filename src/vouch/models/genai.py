"""The price list of the `genai-prices` package, as it was installed, or a list in its format from a file.

It does not know prices of the user's own. It stands in a file of its own because importing the package takes a tenth
of a second, which nobody should pay who asks for no price: `prices.py` loads it when it is first needed.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec
from genai_prices import types
from genai_prices.data import providers
from genai_prices.data_snapshot import DataSnapshot
from genai_prices.data_units import unit_data
from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices
from genai_prices.types import Usage as Tokens

from vouch.errors import ConfigError
from vouch.values.money import Bill, Price, Usage

_NAMES: Final = {"bedrock": "aws"}
"""Providers that go by another name in the list."""

_PLAIN: Final = ("input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok")
_UNITS: Final[dict[str, str]] = {str(unit["price_key"]): str(name) for name, unit in unit_data.items()}
"""The unit of usage that each price is for."""

_REASONING: Final = "output_reasoning_tokens"
_KEPT: Final = 4096
_FREE: Final = Bill(Decimal(0), Decimal(0), Decimal(0))
"""What a model costs whose entry has no price at all: that is how the list writes `free`."""


class Listing:
    """A price list: that of the package as it was installed, or the one that is given.

    It is our own view of the data: the package's default one may be replaced over the network by whoever asks for that.
    """

    def __init__(self, sellers: list[Provider] = providers) -> None:
        self._snapshot = DataSnapshot(providers=sellers, from_auto_update=False)
        self._prices: dict[int, tuple[ModelPrice, Price]] = {}
        self._minute = -1
        self._moment = datetime.fromtimestamp(0, UTC)
        self._found: dict[tuple[str, str], tuple[Provider, ModelInfo] | None] = {}

    def bill(self, provider: str, model: str, usage: Usage, at: datetime | None = None) -> Bill | None:
        """What `usage` costs at `provider` today, or cost at the moment `at`, in USD.

        None when the list does not say, or the tokens do not add up.
        """
        found = self._find(_NAMES.get(provider, provider), model)
        if found is None or usage.cache_read_tokens + usage.cache_write_tokens > usage.input_tokens:
            return None
        seller, offer = found
        now = at or self._now()
        price = offer.get_prices(now)
        listed = price.__dict__
        if not listed:
            return _FREE
        if (usage.input_tokens and "input_mtok" not in listed) or (usage.output_tokens and "output_mtok" not in listed):
            return None
        if all(name in _PLAIN or not _is_used(name, usage) for name in listed):
            return self._plain(price, usage.input_tokens).bill(usage)
        return _bill_by_package(seller, offer, usage, now)

    def _now(self) -> datetime:
        # To the minute: no price changes within one, and the same moment need not be looked up again.
        minute = int(time.time() // 60)
        if minute != self._minute:
            self._minute, self._moment = minute, datetime.fromtimestamp(60 * minute, UTC)
        return self._moment

    def _plain(self, price: ModelPrice, input_tokens: int) -> Price:
        kept = self._prices.get(id(price))
        if kept is not None and kept[0] is price:
            return kept[1]
        plain = price_at(price, input_tokens)
        if not any(isinstance(price.__dict__.get(name), TieredPrices) for name in _PLAIN):
            self._prices[id(price)] = (price, plain)
        return plain

    def _find(self, provider: str, model: str) -> tuple[Provider, ModelInfo] | None:
        if (provider, model) not in self._found:
            if len(self._found) >= _KEPT:
                self._found.clear()
            try:
                self._found[provider, model] = self._snapshot.find_provider_model(model, None, provider, None)
            except LookupError:
                self._found[provider, model] = None
        return self._found[provider, model]


def read_listing(path: Path) -> Listing:
    """The price list in a file, in the format in which `genai-prices` publishes its own; raises `ConfigError`."""
    try:
        # Its only way to read a list, which it uses itself for the one that it fetches.
        read = types._providers_from_raw  # pyright: ignore[reportPrivateUsage] # noqa: SLF001
        return Listing(read(msgspec.json.decode(path.read_bytes())))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ConfigError(
            f"the price list {str(path)!r} cannot be read ({error}); give one as genai-prices publishes it"
        ) from None


def _is_used(price_key: str, usage: Usage) -> bool:
    """Whether a price beside the plain ones is for anything in this usage; one for the request itself always is."""
    unit = _UNITS.get(price_key, "")
    if unit == _REASONING:
        return usage.reasoning_tokens > 0
    return unit == "requests" or usage.count(unit) > 0


def price_at(price: ModelPrice, input_tokens: int) -> Price:
    """The price of every token in a request of this size: one of ours, reckoned much faster than by the package."""
    listed = price.__dict__
    each = [_at(listed.get(name), input_tokens) for name in _PLAIN]
    return Price(each[0] or Decimal(0), each[1] or Decimal(0), each[2], each[3])


def _at(price: Decimal | TieredPrices | None, input_tokens: int) -> Decimal | None:
    if not isinstance(price, TieredPrices):
        return price
    return next((tier.price for tier in reversed(price.tiers) if input_tokens > tier.start), price.base)


def _bill_by_package(seller: Provider, offer: ModelInfo, usage: Usage, now: datetime) -> Bill | None:
    plain = {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        _REASONING: usage.reasoning_tokens,
    }
    known = set(unit_data)
    finer = {unit: number for unit, number in (usage.counts or {}).items() if unit in known and unit not in plain}
    # Counts that contradict each other are not worth less than the tokens that hold them all.
    for counted in ({**plain, **finer}, plain) if finer else (plain,):
        try:
            price = offer.calc_price(Tokens(**counted), seller, genai_request_timestamp=now)
        except ValueError:
            continue
        return Bill(price.input_price, price.output_price, price.total_price)
    return None
