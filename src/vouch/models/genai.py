"""The price list of the `genai-prices` package, as it was installed.

It does not know prices of the user's own. It stands in a file of its own because importing the package takes a tenth
of a second, which nobody should pay who asks for no price: `prices.py` loads it when it is first needed.
"""

from __future__ import annotations

from genai_prices.data import providers
from genai_prices.data_snapshot import DataSnapshot
from genai_prices.types import Usage as Tokens

from vouch.values.money import Money, Usage

# Our own view of the data in the package: its default one may be replaced over the network by whoever asks for that.
_snapshot = DataSnapshot(providers=providers, from_auto_update=False)


def listed_cost(provider: str, model: str, usage: Usage) -> Money | None:
    """What `usage` costs today at `provider`, in USD; None when the list does not say."""
    tokens = Tokens(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
    )
    try:
        return Money(_snapshot.calc(tokens, model, provider, None, None).total_price)
    except (LookupError, ValueError):
        # No such provider or model; or more tokens from the cache than there were.
        return None
