from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from examples.support import policies
from vouch.contracts.policy import Attempt, Past, PastCall

CUSTOMER = {"customer_id": "C-1000", "gift_cards": {"GIFT-1000": "5.00"}}
ORDER = {
    "order_id": "LH-100000",
    "customer_id": "C-1000",
    "revision": 3,
    "status": "delivered",
    "days_since_delivery": 5,
    "request": "",
    "refunds_by_support": 0,
    "paid": "60.00",
    "refunded": "10.00",
    "payment_method": "CARD-1000",
    "items": [{"item": "Arden kettle", "returnable": True}, {"item": "Acorn honey", "returnable": False}],
}
EXCHANGES = {
    "order_id": "LH-100000",
    "item": "Arden kettle",
    "price": "34.90",
    "quantity": 2,
    "options": [
        {"option": "black", "price": "34.90", "in_stock": 2},
        {"option": "white", "price": "34.90", "in_stock": 1},
        {"option": "steel", "price": "39.90", "in_stock": 9},
    ],
}


def read(name: str, value: object, *, failed: bool = False) -> PastCall:
    return PastCall(name, "{}", json.dumps(value), failed)


def attempt(*past: PastCall, order: dict[str, Any] | None = None, **arguments: Any) -> Attempt:
    """An attempt after the customer was found and the order read, unless another past is given."""
    calls = past or (read("find_customer", CUSTOMER), read("get_order", {**ORDER, **(order or {})}))
    given = {"customer_id": "C-1000", "order_id": "LH-100000", "revision": 3, **arguments}
    return Attempt("a_tool", given, Past(calls, ()))


def test_one_run_serves_the_customer_who_was_identified_first() -> None:
    first, other = read("find_customer", CUSTOMER), read("find_customer_by_name", {**CUSTOMER, "customer_id": "C-2000"})
    assert policies.identity_verified(attempt(first))
    assert policies.identity_verified(attempt(first, other))
    assert not policies.identity_verified(attempt(other, first))
    assert not policies.identity_verified(attempt(read("find_customer", CUSTOMER, failed=True)))
    assert not policies.identity_verified(attempt(read("get_order", ORDER)))
    assert not policies.identity_verified(attempt(read("find_customer", "C-1000")))


def test_an_order_is_changed_only_as_it_was_read() -> None:
    assert policies.own_order(attempt())
    assert policies.own_order(attempt(read("get_order", {**ORDER, "revision": 2}), read("return_items", ORDER)))
    assert not policies.own_order(attempt(order={"revision": 2}))
    assert not policies.own_order(attempt(order={"customer_id": "C-2000"}))
    assert not policies.own_order(attempt(order={"order_id": "LH-999999"}))
    assert not policies.own_order(attempt(read("list_orders", ORDER)))


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        (policies.still_pending, {"pending"}),
        (policies.delivered, {"delivered"}),
        (policies.delivered_or_returned, {"delivered", "returned"}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_status_must_be_right(rule: Any, allowed: set[str]) -> None:
    every = ("pending", "processed", "delivered", "cancelled", "returned")
    assert {status for status in every if rule(attempt(order={"status": status}))} == allowed
    assert not rule(attempt(read("find_customer", CUSTOMER)))


@pytest.mark.parametrize(("days", "right"), [(0, True), (30, True), (31, False), (None, False), (-1, False)])
def test_the_window_is_thirty_days(days: int | None, right: bool) -> None:
    assert policies.in_time(attempt(order={"days_since_delivery": days})) is right


def test_what_is_back_was_in_time() -> None:
    assert policies.in_time(attempt(order={"status": "returned", "days_since_delivery": 90}))


def test_once_for_each_order() -> None:
    assert policies.first_request(attempt())
    assert not policies.first_request(attempt(order={"request": "exchange"}))
    assert policies.first_request(attempt(order={"request": "return", "status": "returned"}))
    assert policies.first_refund(attempt())
    assert not policies.first_refund(attempt(order={"refunds_by_support": 1}))


def test_every_item_is_of_the_order_and_of_a_kind_that_is_taken_back() -> None:
    assert policies.returnable(attempt(items=["arden kettle"]))
    assert policies.returnable(attempt(item="Arden kettle"))
    assert not policies.returnable(attempt(items=["Arden kettle", "Acorn honey"]))
    assert not policies.returnable(attempt(items=["Arden kettle", "sofa"]))


@pytest.mark.parametrize(("amount", "right"), [("50.00", True), ("50.01", False), ("0", False), ("-1", False)])
def test_no_more_than_was_paid(amount: str, right: bool) -> None:
    assert policies.no_more_than_paid(attempt(amount=Decimal(amount))) is right


@pytest.mark.parametrize(("method", "right"), [("CARD-1000", True), ("GIFT-1000", True), ("GIFT-2000", False)])
def test_money_goes_back_the_way_it_came_or_to_an_own_gift_card(method: str, right: bool) -> None:
    assert policies.own_payment_method(attempt(payment_method=method)) is right


@pytest.mark.parametrize(
    ("option", "right"), [("black", True), ("Black", True), ("white", False), ("steel", False), ("pink", False)]
)
def test_an_exchange_is_for_the_same_price_and_from_stock(option: str, right: bool) -> None:
    past = (read("get_order", ORDER), read("find_exchanges", EXCHANGES))
    assert policies.same_price_in_stock(attempt(*past, item="arden kettle", option=option)) is right


def test_an_exchange_that_was_not_looked_up_is_refused() -> None:
    assert not policies.same_price_in_stock(attempt(item="Arden kettle", option="black"))
    other = read("find_exchanges", {**EXCHANGES, "item": "Brook toaster"})
    assert not policies.same_price_in_stock(attempt(other, item="Arden kettle", option="black"))


def test_a_refusal_says_something_to_the_customer_and_to_the_auditor() -> None:
    lists = (
        policies.CANCELLING, policies.READDRESSING, policies.RETURNING, policies.EXCHANGING, policies.REFUNDING
    )  # fmt: skip
    rules = {rule for each in lists for rule in each}
    assert len(rules) == len({rule.name for rule in rules}) == 12
    assert all(each[:2] == (policies.identity_verified, policies.own_order) for each in lists)
    assert all(rule.customer != rule.auditor for rule in rules)
