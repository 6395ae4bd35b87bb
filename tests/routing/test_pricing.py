from __future__ import annotations

from decimal import Decimal

from tests.routing.traffic import CHEAP, MIDDLE, STRONG, candidates, price

from vouch.contracts.router import Candidate, Query
from vouch.routing.pricing import cheapest_first, expected
from vouch.values.money import Money


def names(query: Query, several: list[Candidate]) -> list[str]:
    return [each.name for each in cheapest_first(query, several)]


def test_a_warm_cache_is_priced_in() -> None:
    query = Query("x", tokens=1_000_000)
    assert expected(query, Candidate("a", price("10"))) == Money(Decimal(10))
    assert expected(query, Candidate("a", price("10"), warm_tokens=2_000_000)) == Money(Decimal(1))
    assert expected(query, Candidate("a")) is None


def test_a_warm_model_may_be_the_cheapest() -> None:
    cold, warm = Candidate("cold", price("2")), Candidate("warm", price("10"), warm_tokens=900)
    assert names(Query("x", tokens=1000), [warm, cold]) == ["warm", "cold"]
    assert names(Query("x", tokens=1000, output_tokens=1000), [warm, cold]) == ["cold", "warm"]


def test_rising_without_token_counts_too_and_without_a_price_last() -> None:
    assert names(Query("x"), [Candidate("none"), *candidates()]) == [CHEAP, MIDDLE, STRONG, "none"]
