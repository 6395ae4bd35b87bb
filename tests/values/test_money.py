from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.values.money import ZERO, Money, Price, Usage

amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=9)
prices = st.decimals(min_value=0, max_value=1000, places=6)
tokens = st.integers(min_value=0, max_value=10**12)


def test_money_is_decimal_and_nothing_else() -> None:
    for amount in (0.1, 1, "0.1", None):
        with pytest.raises(TypeError, match="is not exact; give Decimal"):
            Money(amount)  # type: ignore[arg-type]
    for amount in ("NaN", "Infinity", "-Infinity"):
        with pytest.raises(ValueError, match="give a number"):
            Money(Decimal(amount))
    with pytest.raises(TypeError, match=r"input = 0.15 is not exact"):
        Price(0.15, Decimal(1))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"cache_read = Decimal\('-1'\); a price is 0 or more"):
        Price(Decimal(1), Decimal(1), Decimal(-1))


def test_currencies_never_mix() -> None:
    euro, dollar = Money(Decimal(5), "EUR"), Money(Decimal(5), "USD")
    for mixed in (
        lambda: euro + dollar,
        lambda: euro - dollar,
        lambda: euro < dollar,
        lambda: euro <= dollar,
        lambda: euro > dollar,
        lambda: euro >= dollar,
    ):
        with pytest.raises(TypeError, match="5 EUR and 5 USD are of different currencies"):
            mixed()
    assert euro != dollar


@given(amounts, amounts)
def test_sums_differences_and_order_are_exact(one: Decimal, other: Decimal) -> None:
    with localcontext() as context:
        # Whatever precision the program around has set.
        context.prec = 3
        total, rest = Money(one) + Money(other), Money(one) - Money(other)
    assert Fraction(total.amount) == Fraction(one) + Fraction(other)
    assert Fraction(rest.amount) == Fraction(one) - Fraction(other)
    assert (Money(one) < Money(other)) == (one < other)
    assert (Money(one) <= Money(other)) == (one <= other)
    assert (Money(one) > Money(other)) == (one > other)
    assert (Money(one) >= Money(other)) == (one >= other)


@given(prices, prices, prices, prices, tokens, tokens, tokens, tokens)
def test_a_price_gives_the_exact_cost(
    into: Decimal, out: Decimal, read: Decimal, write: Decimal, plain: int, reads: int, writes: int, answer: int
) -> None:
    usage = Usage(plain + reads + writes, answer, reads, writes)
    with localcontext() as context:
        context.prec = 5
        cost = Price(into, out, read, write, "EUR").of(usage)
    exact = plain * Fraction(into) + reads * Fraction(read) + writes * Fraction(write) + answer * Fraction(out)
    assert Fraction(cost.amount) == exact / 1_000_000
    assert cost.currency == "EUR"


def test_tokens_of_the_cache_cost_as_input_where_nothing_else_is_said() -> None:
    price = Price(Decimal("2.50"), Decimal("10.00"))
    assert price.of(Usage(1000, 500, 400, 100)) == price.of(Usage(1000, 500)) == Money(Decimal("0.0075"))
    assert Price(Decimal("2.50"), Decimal("10.00"), cache_read=Decimal("1.25")).of(Usage(1000, 500, 400)) == Money(
        Decimal("0.007")
    )


def test_more_tokens_of_the_cache_than_there_were_are_never_paid_back() -> None:
    price = Price(Decimal(2), Decimal(10), cache_read=Decimal(1))
    assert price.of(Usage(0, 0, 1_000_000)) == Money(Decimal(1))


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "0 USD"),
        ("0.000150", "0.00015 USD"),
        ("1E+3", "1000 USD"),
        ("-1.50", "-1.5 USD"),
        ("1E-12", "0.000000000001 USD"),
    ],
)
def test_money_reads_as_a_plain_number(amount: str, shown: str) -> None:
    assert str(Money(Decimal(amount))) == shown


def test_money_passes_through_json_exactly() -> None:
    money = Money(Decimal("0.1000000000000000000000000000000001"), "CHF")
    assert msgspec.json.decode(msgspec.json.encode(money), type=Money) == money
    with pytest.raises(msgspec.ValidationError, match="give a number"):
        msgspec.json.decode(b'{"amount": "NaN"}', type=Money)
    assert Money(Decimal("1.0")) == Money(Decimal("1.00"))
    assert hash(Money(Decimal("1.0"))) == hash(Money(Decimal("1.00")))
    with pytest.raises(AttributeError):
        money.currency = "USD"  # type: ignore[misc]


@given(st.lists(st.builds(Usage, tokens, tokens, tokens, tokens, tokens), max_size=5))
def test_usage_adds_up_field_by_field(parts: list[Usage]) -> None:
    total = sum(parts, Usage())
    for name in set(Usage.__struct_fields__) - {"counts"}:
        assert getattr(total, name) == sum(getattr(part, name) for part in parts)
    assert total.total_tokens == total.input_tokens + total.output_tokens


def test_counts_of_units_add_up_unit_by_unit() -> None:
    total = sum(
        [Usage(1, counts={"web_searches": 1}), Usage(2), Usage(3, counts={"web_searches": 2, "pages": 5})], Usage()
    )
    assert total == Usage(6, counts={"web_searches": 3, "pages": 5})
    assert (total.count("web_searches"), total.count("films"), Usage().count("pages")) == (3, 0, 0)


def test_nothing_is_zero_dollars() -> None:
    assert Money(Decimal(0)) == ZERO
    assert ZERO + Money(Decimal("0.5")) == Money(Decimal("0.5"))
