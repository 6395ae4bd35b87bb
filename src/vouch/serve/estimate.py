"""What a request may come to, before it is sent: for limits and budgets, never for bills.

It does not know keys. A token is rarely shorter than three bytes, so that an estimate is seldom too low.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final, NamedTuple

from vouch.values.money import Money, Usage

BYTES_A_TOKEN: Final = 3
EXPECTED: Final = 1_024
"""Tokens of an answer for which the client sets no bound."""

_MILLION: Final = 1_000_000


class Estimate(NamedTuple):
    """The most that a request is expected to use and cost; without a price, None."""

    tokens: int
    cost: Money | None


class Estimates:
    """Estimates by the price of a million tokens, which is asked for once a model."""

    def __init__(self, cost_of: Callable[[str, Usage], Money | None]) -> None:
        self._cost_of = cost_of
        self._prices: dict[str, tuple[Decimal, Decimal, str] | None] = {}

    def of(self, model: str, size: int, most: int | None) -> Estimate:
        """For a request of `size` bytes whose answer has at most `most` tokens."""
        read, written = size // BYTES_A_TOKEN, EXPECTED if most is None else most
        price = self._price(model)
        if price is None:
            return Estimate(read + written, None)
        amount = (price[0] * read + price[1] * written) / _MILLION
        return Estimate(read + written, Money(amount, price[2]))

    def _price(self, model: str) -> tuple[Decimal, Decimal, str] | None:
        if model not in self._prices:
            read, written = self._cost_of(model, Usage(_MILLION)), self._cost_of(model, Usage(0, _MILLION))
            if read is None or written is None:
                self._prices[model] = None
            else:
                self._prices[model] = read.amount, written.amount, read.currency
        return self._prices[model]
