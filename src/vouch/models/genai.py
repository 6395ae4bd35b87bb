"""The price list of the `genai-prices` package, as it was installed.

It does not know prices of the user's own. It stands in a file of its own because importing the package takes a tenth
of a second, which nobody should pay who asks for no price: `prices.py` loads it when it is first needed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from genai_prices.data import providers
from genai_prices.data_snapshot import DataSnapshot
from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices
from genai_prices.types import Usage as Tokens

from vouch.values.money import Money, Price, Usage

# Our own view of the data in the package: its default one may be replaced over the network by whoever asks for that.
_snapshot: Final = DataSnapshot(providers=providers, from_auto_update=False)


def listed_cost(provider: str, model: str, usage: Usage) -> Money | None:
    """What `usage` costs today at `provider`, in USD; None when the list does not say, or the tokens do not add up."""
    found = _find(provider, model)
    if found is None or usage.cache_read_tokens + usage.cache_write_tokens > usage.input_tokens:
        return None
    seller, offer = found
    now = datetime.now(UTC)
    price = offer.get_prices(now)
    listed = price.__dict__
    if (usage.input_tokens and "input_mtok" not in listed) or (usage.output_tokens and "output_mtok" not in listed):
        return None
    if "requests_kcount" in listed or "output_reasoning_mtok" in listed:
        return _cost_by_package(seller, offer, usage, now)
    return price_at(price, usage.input_tokens).of(usage)


@lru_cache(maxsize=4096)
def _find(provider: str, model: str) -> tuple[Provider, ModelInfo] | None:
    try:
        return _snapshot.find_provider_model(model, None, provider, None)
    except LookupError:
        return None


def price_at(price: ModelPrice, input_tokens: int) -> Price:
    """The price of every token in a request of this size: one of ours, reckoned much faster than by the package."""
    listed = price.__dict__
    each = [_at(listed.get(name), input_tokens) for name in ("input_mtok", "output_mtok")]
    cached = [_at(listed.get(name), input_tokens) for name in ("cache_read_mtok", "cache_write_mtok")]
    return Price(each[0] or Decimal(0), each[1] or Decimal(0), cached[0], cached[1])


def _at(price: Decimal | TieredPrices | None, input_tokens: int) -> Decimal | None:
    if not isinstance(price, TieredPrices):
        return price
    return next((tier.price for tier in reversed(price.tiers) if input_tokens > tier.start), price.base)


def _cost_by_package(seller: Provider, offer: ModelInfo, usage: Usage, now: datetime) -> Money | None:
    tokens = Tokens(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        output_reasoning_tokens=usage.reasoning_tokens,
    )
    try:
        return Money(offer.calc_price(tokens, seller, genai_request_timestamp=now).total_price)
    except ValueError:
        return None
