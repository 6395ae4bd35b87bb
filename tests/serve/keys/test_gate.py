"""Tests of the gate: who is let in, and that money and limits hold."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from vouch.errors import RequestRefused
from vouch.journal.spend import Spent
from vouch.serve.keys.gate import Gate, period_of
from vouch.serve.keys.store import hash_of
from vouch.serve.keys.terms import Key, Terms
from vouch.values.money import Money

NOON = datetime(2026, 5, 17, 12, tzinfo=UTC).timestamp()


class Time:
    def __init__(self) -> None:
        self.now = 1000.0
        self.wall = NOON


def gate_of(time: Time, *, demanded: bool = True, spent: list[Spent] | None = None, **terms: Any) -> Gate:
    gate = Gate(demanded=demanded, clock=lambda: time.now, wall=lambda: time.wall)
    gate.renew({hash_of("vk-right"): Key("k1", "vk-right", Terms(**terms))}, spent or [])
    return gate


def refusal(gate: Gate, token: str | None, model: str = "up/m", cost: str = "0", tokens: int = 0) -> str:
    with pytest.raises(RequestRefused) as refused:
        gate.reserve(gate.open(token), model, cost=Money(Decimal(cost)), tokens=tokens)
    return refused.value.code


def test_who_is_let_in() -> None:
    time = Time()
    gate = gate_of(time)
    assert gate.keyed
    assert gate.open("vk-right").key.id == "k1"
    for wrong in (None, "", "vk-wrong", "sk-other"):
        assert refusal(gate, wrong) == "invalid_api_key"
    open_gate = gate_of(time, demanded=False)
    assert open_gate.open(None).key.id == ""
    assert open_gate.open("anything").key.id == ""
    assert open_gate.open("vk-right").key.id == "k1"
    assert refusal(open_gate, "vk-wrong") == "invalid_api_key", "a key that claims to be ours must be right"


def test_a_key_ends_when_it_expires_or_is_revoked() -> None:
    time = Time()
    gate = Gate(demanded=True, wall=lambda: time.wall)
    gate.renew({hash_of("a"): Key("a", "a", expires=NOON + 10), hash_of("b"): Key("b", "b", revoked=NOON + 5)}, [])
    gate.open("a")
    gate.open("b")
    time.wall += 6
    gate.open("a")
    assert refusal(gate, "b") == "invalid_api_key"
    time.wall += 6
    assert refusal(gate, "a") == "invalid_api_key"
    assert not gate.keyed


def test_only_models_that_the_terms_name() -> None:
    gate = gate_of(Time(), models=("up/*", "app/support"))
    gate.reserve(gate.open("vk-right"), "up/anything", cost=None, tokens=0)
    gate.reserve(gate.open("vk-right"), "app/support", cost=None, tokens=0)
    assert refusal(gate, "vk-right", "app/other") == "forbidden"


def test_money_is_reserved_then_settled() -> None:
    gate = gate_of(Time(), budget=Decimal(10))
    account = gate.open("vk-right")
    first = gate.reserve(account, "m", cost=Money(Decimal(6)), tokens=0)
    assert refusal(gate, "vk-right", cost="5") == "insufficient_quota"
    second = gate.reserve(account, "m", cost=Money(Decimal(4)), tokens=0)
    first.settle(Money(Decimal(1)), 0)
    second.settle(None, 0)
    assert (account.spent, account.reserved) == (1, 0)
    gate.reserve(account, "m", cost=Money(Decimal(9)), tokens=0)
    assert refusal(gate, "vk-right", cost="0.01") == "insufficient_quota"


def test_what_was_spent_before_counts_and_a_new_period_begins_anew() -> None:
    time = Time()
    before = [
        Spent("k1", "2026-05-01", "USD", Decimal(4), 1, 1),
        Spent("k1", "2026-04-30", "USD", Decimal(100), 1, 1),
        Spent("k1", "2026-05-02", "EUR", Decimal(100), 1, 1),
        Spent("other", "2026-05-02", "USD", Decimal(100), 1, 1),
    ]
    gate = gate_of(time, spent=before, budget=Decimal(10))
    assert refusal(gate, "vk-right", cost="7") == "insufficient_quota"
    gate.reserve(gate.open("vk-right"), "m", cost=Money(Decimal(6)), tokens=0).settle(Money(Decimal(6)), 0)
    assert refusal(gate, "vk-right", cost="1") == "insufficient_quota"
    time.wall += 20 * 86_400
    gate.reserve(gate.open("vk-right"), "m", cost=Money(Decimal(10)), tokens=0)


def test_periods() -> None:
    assert period_of(Terms(period="day"), NOON) == "2026-05-17"
    assert period_of(Terms(period="month"), NOON) == "2026-05-01"
    assert period_of(Terms(period="total"), NOON) == ""


def test_limits_a_minute_and_that_tokens_are_corrected_afterwards() -> None:
    time = Time()
    gate = gate_of(time, requests_per_minute=3, tokens_per_minute=100)
    account = gate.open("vk-right")
    ticket = gate.reserve(account, "m", cost=None, tokens=90)
    assert refusal(gate, "vk-right", tokens=20) == "rate_limit_exceeded"
    ticket.settle(None, 10)
    gate.reserve(account, "m", cost=None, tokens=90)
    time.now += 61
    gate.reserve(account, "m", cost=None, tokens=90).settle(None, 0)
    for _ in range(2):
        gate.reserve(account, "m", cost=None, tokens=0)
    assert refusal(gate, "vk-right") == "rate_limit_exceeded"


def test_changed_terms_hold_at_once_and_what_was_counted_stays() -> None:
    time = Time()
    gate = gate_of(time, requests_per_minute=10)
    account = gate.open("vk-right")
    for _ in range(5):
        gate.reserve(account, "m", cost=None, tokens=0)
    gate.renew({hash_of("vk-right"): Key("k1", "vk-right", Terms(requests_per_minute=5))}, [])
    assert refusal(gate, "vk-right") == "rate_limit_exceeded"
    gate.renew({hash_of("vk-right"): Key("k1", "vk-right", Terms())}, [])
    gate.reserve(gate.open("vk-right"), "m", cost=None, tokens=0)
    gate.renew({}, [])
    assert refusal(gate, "vk-right") == "invalid_api_key"
