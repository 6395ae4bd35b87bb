"""Tokens and money: what an answer used and what it cost, exactly.

It does not know any price list.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec import Struct

_MILLION: Final = Decimal(1_000_000)


class Money(Struct, frozen=True, order=False):
    """An exact amount in one currency (ISO 4217). Amounts of different currencies never mix."""

    amount: Decimal
    currency: str = "USD"

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} {self.currency}"

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise TypeError(f"{self} and {other} are of different currencies; convert one of them first")
        return other.amount


ZERO: Final = Money(Decimal(0))


class Usage(Struct, frozen=True, omit_defaults=True):
    """Tokens of one answer or of many.

    `input_tokens` includes those read from or written to a provider's prompt cache; `output_tokens` includes reasoning.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
        )

    @property
    def total_tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens


class Price(Struct, frozen=True):
    """What a million tokens cost. A cache price of None means the input price."""

    input: Decimal
    output: Decimal
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    currency: str = "USD"

    def of(self, usage: Usage) -> Money:
        """The exact cost of `usage`."""
        read = self.input if self.cache_read is None else self.cache_read
        write = self.input if self.cache_write is None else self.cache_write
        plain = usage.input_tokens - usage.cache_read_tokens - usage.cache_write_tokens
        amount = (
            plain * self.input
            + usage.cache_read_tokens * read
            + usage.cache_write_tokens * write
            + usage.output_tokens * self.output
        )
        return Money(amount / _MILLION, self.currency)
