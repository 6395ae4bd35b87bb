"""Tokens and money: what an answer used and what it cost, exactly.

It does not know any price list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Context, Decimal
from typing import Final

from msgspec import Struct

_NOTHING: Final = Decimal(0)
_THOUSAND: Final = Decimal(1_000)

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
    `counts` holds whatever else is priced apart, by the name of its unit in the price list: a part of the tokens above
    (`cache_write_1h_tokens`, `input_audio_tokens`, `output_image_tokens`...) or something besides (`web_searches`).
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    counts: dict[str, int] | None = None

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            _added(self.counts, other.counts),
        )

    def count(self, unit: str) -> int:
        """How many of a unit of `counts` were used."""
        return self.counts.get(unit, 0) if self.counts else 0

    @property
    def total_tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens


def _added(one: dict[str, int] | None, other: dict[str, int] | None) -> dict[str, int] | None:
    if not one or not other:
        return one or other
    return {unit: one.get(unit, 0) + other.get(unit, 0) for unit in {**one, **other}}


def _summed(counts: Iterable[tuple[int, Decimal]]) -> Decimal:
    amount = _NOTHING
    for tokens, price in counts:
        if tokens > 0:
            amount = _EXACT.fma(Decimal(tokens), price, amount)
    # To divide by a million is to move the point: exact, and much quicker.
    return amount.scaleb(-6, _EXACT)


class Bill(Struct, frozen=True):
    """What an answer cost: for what was read, for what was written, and for all of it, searches included."""

    input: Decimal
    output: Decimal
    total: Decimal
    currency: str = "USD"

    @property
    def money(self) -> Money:
        """All of it."""
        return Money(self.total, self.currency)


class Price(Struct, frozen=True):
    """What a million tokens cost, and a thousand searches of a provider's own.

    None means the price of the tokens that these are part of: those from and to a prompt cache are input, those that
    stay there for an hour are written to it, reasoning is output, and sound is input or output.

    Raises `TypeError` for a price that is not a `Decimal`, `ValueError` for one that is below 0 or without end.
    """

    input: Decimal
    output: Decimal
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    currency: str = "USD"
    cache_write_1h: Decimal | None = None
    reasoning: Decimal | None = None
    input_audio: Decimal | None = None
    output_audio: Decimal | None = None
    searches: Decimal | None = None

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            price = getattr(self, name)
            if name != "currency" and price is not None:
                _check_exact(name, price)
                if price < 0:
                    raise ValueError(f"{name} = {price!r}; a price is 0 or more")

    def of(self, usage: Usage) -> Money:
        """The exact cost of `usage`; tokens from a cache beyond all input tokens are charged, never paid back."""
        return self.bill(usage).money

    def bill(self, usage: Usage) -> Bill:
        """The same, by what was read, what was written, and all of it, searches included."""
        read, written = _summed(self._input(usage)), _summed(self._output(usage))
        all_of_it = _EXACT.add(read, written)
        searches = usage.count("web_searches")
        if searches and self.searches is not None:
            all_of_it = _EXACT.fma(_EXACT.divide(self.searches, _THOUSAND), Decimal(searches), all_of_it)
        return Bill(read, written, all_of_it, self.currency)

    def _input(self, usage: Usage) -> Iterator[tuple[int, Decimal]]:
        plain = usage.input_tokens - usage.cache_read_tokens - usage.cache_write_tokens
        heard = usage.count("input_audio_tokens") if self.input_audio is not None else 0
        written = self.input if self.cache_write is None else self.cache_write
        long = usage.count("cache_write_1h_tokens") if self.cache_write_1h is not None else 0
        yield plain - heard, self.input
        yield heard, self.input_audio or _NOTHING
        yield usage.cache_read_tokens, self.input if self.cache_read is None else self.cache_read
        yield usage.cache_write_tokens - long, written
        yield long, self.cache_write_1h or _NOTHING

    def _output(self, usage: Usage) -> Iterator[tuple[int, Decimal]]:
        thought = usage.reasoning_tokens if self.reasoning is not None else 0
        spoken = usage.count("output_audio_tokens") if self.output_audio is not None else 0
        yield usage.output_tokens - thought - spoken, self.output
        yield thought, self.reasoning or _NOTHING
        yield spoken, self.output_audio or _NOTHING


def total(costs: Iterable[Money]) -> Money | None:
    """The sum of all costs; None without any, and where they are in several currencies."""
    several = list(costs)
    if len({cost.currency for cost in several}) != 1:
        return None
    return sum(several[1:], several[0])
