"""The policy as code: what must hold before anything is changed, whatever the model thinks and whoever talked to it.

It does not know the shop: it judges by what was read in this run. What was read is what is changed, because every
change names the revision of the order it is meant for, and the shop refuses it when the order has moved on since.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from vouch.contracts.policy import Attempt, PastCall
from vouch.tools.policy import Check, Rule, policy

WINDOW_DAYS: Final = 30

_FINDS_CUSTOMER: Final = frozenset({"find_customer", "find_customer_by_name"})
_GIVES_ORDER: Final = frozenset(
    {"get_order", "cancel_order", "return_items", "exchange_item", "refund_order", "change_address"}
)


def _good(attempt: Attempt) -> Iterator[PastCall]:
    """The calls of this run that went well and gave facts, oldest first."""
    return (call for call in attempt.past.calls if not call.failed and isinstance(call.value, dict))


def customer_of(attempt: Attempt) -> dict[str, Any]:
    """The customer of this run, or nothing: the first who was identified, for one run serves one customer."""
    for call in _good(attempt):
        if call.name in _FINDS_CUSTOMER:
            return call.value
    return {}


def order_of(attempt: Attempt) -> dict[str, Any]:
    """The order that the attempt is about, as it was read last in this run, or nothing."""
    wanted = attempt.arguments["order_id"]
    for call in reversed(list(_good(attempt))):
        if call.name in _GIVES_ORDER and call.value.get("order_id") == wanted:
            return call.value
    return {}


def _items_of(attempt: Attempt) -> list[dict[str, Any] | None]:
    """The items that the attempt names, as they stand in the order; None for each that does not."""
    names = attempt.arguments["items"] if "items" in attempt.arguments else [attempt.arguments["item"]]
    known = {item["item"].lower(): item for item in order_of(attempt).get("items", ())}
    return [known.get(name.lower()) for name in names]


@policy(
    customer="Before I change anything I must know who you are: please give me the e-mail address of your account.",
    auditor="The customer was not identified in this run, or acts for another than the one who was.",
)
def identity_verified(attempt: Attempt) -> bool:
    """The one customer of this run is the one in whose name this is done."""
    return customer_of(attempt).get("customer_id") == attempt.arguments["customer_id"]


@policy(
    customer="I can only do this for an order of your own, and I have to look at it first.",
    auditor="The order was not read in this run as one of this customer, or not at this revision.",
)
def own_order(attempt: Attempt) -> bool:
    """The order was read in this run, belongs to the customer, and is changed as it was read."""
    order = order_of(attempt)
    return (order.get("customer_id"), order.get("revision")) == (
        attempt.arguments["customer_id"],
        attempt.arguments["revision"],
    )


def _status(*allowed: str) -> Check:
    def right_status(attempt: Attempt) -> bool:
        return order_of(attempt).get("status") in allowed

    return right_status


still_pending: Final[Rule] = policy(
    name="still pending",
    customer="This order has already been processed, so it can no longer be cancelled or sent to another address.",
    auditor="The order is not pending any more.",
)(_status("pending"))

delivered: Final[Rule] = policy(
    name="delivered",
    customer="Only an order that has been delivered, and not yet returned, can be returned or exchanged.",
    auditor="The order is not delivered.",
)(_status("delivered"))

delivered_or_returned: Final[Rule] = policy(
    name="delivered or returned",
    customer="I can only give money back for an order that has been delivered to you or has come back to us.",
    auditor="The order is neither delivered nor returned.",
)(_status("delivered", "returned"))


@policy(
    customer=f"That is too late, I am afraid: it must be asked for within {WINDOW_DAYS} days of the delivery.",
    auditor=f"The order was delivered more than {WINDOW_DAYS} days ago.",
)
def in_time(attempt: Attempt) -> bool:
    """Within the window after delivery; what is back in the warehouse was in time."""
    order = order_of(attempt)
    days = order.get("days_since_delivery")
    return order.get("status") == "returned" or (days is not None and 0 <= days <= WINDOW_DAYS)


@policy(
    customer="A return or an exchange is already registered for this order; all else follows when the parcel is here.",
    auditor="The order has a return or an exchange already.",
)
def first_request(attempt: Attempt) -> bool:
    """One return or exchange for an order, and no money while the things are on their way back."""
    order = order_of(attempt)
    return order.get("status") == "returned" or order.get("request") == ""


@policy(
    customer="We have already refunded something for this order; a colleague has to look at any further refund.",
    auditor="Support has already given money back for this order.",
)
def first_refund(attempt: Attempt) -> bool:
    """One refund by support for an order."""
    return order_of(attempt).get("refunds_by_support") == 0


@policy(
    customer="This cannot be returned or exchanged: food, and what is worn on the skin, is excluded for hygiene.",
    auditor="An item is not of this order, or its kind is excluded from returns.",
)
def returnable(attempt: Attempt) -> bool:
    """Every item is of this order and of a kind that is taken back."""
    return all(item is not None and item["returnable"] for item in _items_of(attempt))


@policy(
    customer="That is more than was paid for this order and not given back yet.",
    auditor="The amount is above what was paid minus what was refunded.",
)
def no_more_than_paid(attempt: Attempt) -> bool:
    """At most what was paid minus what was given back."""
    order = order_of(attempt)
    return 0 < attempt.arguments["amount"] <= Decimal(order["paid"]) - Decimal(order["refunded"])


@policy(
    customer="Money goes back the way it came, or to a gift card of your own; not anywhere else.",
    auditor="The payment method is neither that of the order nor a gift card of the customer.",
)
def own_payment_method(attempt: Attempt) -> bool:
    """The order's own payment method, or a gift card of the customer."""
    allowed = {order_of(attempt).get("payment_method"), *customer_of(attempt).get("gift_cards", ())}
    return attempt.arguments["payment_method"] in allowed


@policy(
    customer="We can only exchange for something of the same price that is in stock; you can return it and order anew.",
    auditor="The variant was not looked up in this run, costs another price, or is sold out.",
)
def same_price_in_stock(attempt: Attempt) -> bool:
    """The wanted variant was looked up for this item, costs what the old one did, and is there."""
    wanted = {name: str(attempt.arguments[name]).lower() for name in ("order_id", "item")}
    for call in reversed(list(_good(attempt))):
        found = call.value
        if call.name == "find_exchanges" and all(found[name].lower() == text for name, text in wanted.items()):
            return any(
                option["option"].lower() == attempt.arguments["option"].lower()
                and Decimal(option["price"]) == Decimal(found["price"])
                and option["in_stock"] >= found["quantity"]
                for option in found["options"]
            )
    return False


EVERY_CHANGE: Final = (identity_verified, own_order)
CANCELLING: Final = (*EVERY_CHANGE, still_pending)
READDRESSING: Final = (*EVERY_CHANGE, still_pending)
RETURNING: Final = (*EVERY_CHANGE, delivered, returnable, first_request, in_time)
EXCHANGING: Final = (*EVERY_CHANGE, delivered, returnable, first_request, in_time, same_price_in_stock)
REFUNDING: Final = (
    *EVERY_CHANGE,
    delivered_or_returned,
    in_time,
    first_request,
    first_refund,
    no_more_than_paid,
    own_payment_method,
)
