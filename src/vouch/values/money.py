"""Tokens and money: what an answer used and what it cost, exactly.

It does not know any price list.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal
from typing import Final

from msgspec import Struct

_MILLION: Final = Decimal(1_000_000)

# Arithmetic of its own, so that amounts stay exact whatever precision the program around has set for its decimals.
_EXACT: Final = Context(prec=100)


def _check_exact(name: str, amount: Decimal) -> None:
    if not isinstance(amount, Decimal):
        raise TypeError(f"{name} = {amount!r} is not exact; give Decimal('{amount}')")
    if not amount.is_finite():
        raise ValueError(f"{name} = {amount!r}; give a number")


class Money(Struct, frozen=True, order=False):
    """An exact amount in one currency (ISO 4217). Amounts of different currencies never mix.

    Raises `TypeError` for an amount that is not a `Decimal` (a float is not exact), `ValueError` for one without end.
    """

    amount: Decimal
    currency: str = "USD"

    def __post_init__(self) -> None:
        _check_exact("amount", self.amount)

    def __add__(self, other: Money) -> Money:
        return Money(_EXACT.add(self.amount, self._same(other)), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(_EXACT.subtract(self.amount, self._same(other)), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __str__(self) -> str:
        return f"{self.amount.normalize(_EXACT):f} {self.currency}"

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
    """What a million tokens cost. A cache price of None means the input price.

    Raises `TypeError` for a price that is not a `Decimal`, `ValueError` for one that is below 0 or without end.
    """

    input: Decimal
    output: Decimal
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    currency: str = "USD"

    def __post_init__(self) -> None:
        prices = {
            "input": self.input,
            "output": self.output,
            "cache_read": self.cache_read,
            "cache_write": self.cache_write,
        }
        for name, price in prices.items():
            if price is not None:
                _check_exact(name, price)
                if price < 0:
                    raise ValueError(f"{name} = {price!r}; a price is 0 or more")

    def of(self, usage: Usage) -> Money:
        """The exact cost of `usage`; tokens from a cache beyond all input tokens are charged, never paid back."""
        counts = (
            (usage.input_tokens - usage.cache_read_tokens - usage.cache_write_tokens, self.input),
            (usage.cache_read_tokens, self.input if self.cache_read is None else self.cache_read),
            (usage.cache_write_tokens, self.input if self.cache_write is None else self.cache_write),
            (usage.output_tokens, self.output),
        )
        amount = Decimal(0)
        for tokens, price in counts:
            amount = _EXACT.fma(Decimal(max(0, tokens)), price, amount)
        return Money(_EXACT.divide(amount, _MILLION), self.currency)


def total(costs: Iterable[Money]) -> Money | None:
    """The sum of all costs; None without any, and where they are in several currencies."""
    several = list(costs)
    if len({cost.currency for cost in several}) != 1:
        return None
    return sum(several[1:], several[0])
