"""What is right: by the written policy, from the data alone. For each wish, whether it may be granted and what the shop
looks like afterwards.

It does not know how the agent or its tools do it, and shares no line with the policies in code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from examples.support.shop.database import euros

from .stock import Customer, Item, Order

Action = Literal["cancel", "return", "exchange", "refund", "address"]
WINDOW = 30
LIMIT = 100_00
"""Cents above which a person approves."""


class Wish(NamedTuple):
    """What a customer wants done with an order. An amount of 0 is all that can be given back."""

    action: Action
    order: Order
    items: tuple[str, ...] = ()
    option: str = ""
    amount: int = 0
    method: str = ""
    address: str = ""

    @property
    def euros(self) -> int:
        """The amount wanted, in cents."""
        return self.amount or self.order.paid - self.order.refunded

    @property
    def to(self) -> str:
        """Where the money is to go."""
        return self.method or self.order.payment_method

    @property
    def bought(self) -> list[Item]:
        """The items that the wish is about."""
        return [item for item in self.order.items if item.product.name in self.items]


def refusal(customer: Customer, wish: Wish) -> str:
    """Why the policy does not grant this customer the wish, in a word or two, or nothing where it does."""
    order = wish.order
    if order.customer != customer:
        return "foreign"
    if wish.action in ("cancel", "address"):
        return "" if order.status == "pending" else "left"
    if wish.action == "refund":
        return _refund(customer, wish)
    if order.status != "delivered":
        return "undelivered"
    if not all(item.product.returnable for item in wish.bought):
        return "excluded"
    if order.request:
        return "registered"
    if order.days > WINDOW:
        return "late"
    return _exchange(wish) if wish.action == "exchange" else ""


def _refund(customer: Customer, wish: Wish) -> str:
    order = wish.order
    if order.status not in ("delivered", "returned"):
        return "undelivered"
    if order.status == "delivered" and (order.days > WINDOW or order.request):
        return "registered" if order.request else "late"
    if any(by == "support" for by, _ in order.payouts):
        return "refunded"
    if not 0 < wish.euros <= order.paid - order.refunded:
        return "too much"
    return "" if wish.to in (order.payment_method, customer.gift_card) else "method"


def _exchange(wish: Wish) -> str:
    [item] = wish.bought
    other = next(variant for variant in item.product.variants if variant.option == wish.option)
    if other.price != item.variant.price:
        return "price"
    return "" if other.stock >= item.quantity else "sold out"


def needs_approval(wish: Wish) -> bool:
    """Whether a person of the shop must say yes."""
    return wish.action == "refund" and wish.euros > LIMIT


def due(wish: Wish) -> Mapping[str, Any]:
    """The change that grants a wish: the tool, and those of its arguments that matter."""
    arguments: dict[str, Any] = {"customer_id": wish.order.customer.customer_id, "order_id": wish.order.order_id}
    tool = {
        "cancel": "cancel_order",
        "return": "return_items",
        "exchange": "exchange_item",
        "refund": "refund_order",
        "address": "change_address",
    }[wish.action]
    match wish.action:
        case "return":
            arguments["items"] = list(wish.items)
        case "exchange":
            arguments |= {"item": wish.items[0], "option": wish.option}
        case "refund":
            arguments |= {"amount": euros(wish.euros), "payment_method": wish.to}
        case "address":
            arguments["new_address"] = wish.address
        case "cancel":
            pass
    return {"tool": tool, "arguments": arguments}


class Aftermath:
    """The shop after some wishes were granted, as what is not as it was."""

    def __init__(self) -> None:
        self.state: dict[str, dict[str, Any]] = {}
        self._balances: dict[str, int] = {}

    def grant(self, wish: Wish) -> None:
        """Do what the wish wants; each order is changed once."""
        order = wish.order
        change: dict[str, Any] = {"revision": 2}
        match wish.action:
            case "cancel":
                change["status"] = "cancelled"
                self._pay(change, order, order.payment_method, order.paid - order.refunded)
            case "refund":
                self._pay(change, order, wish.to, wish.euros)
            case "address":
                change["address"] = wish.address
            case "return" | "exchange":
                change["request"] = wish.action
                self._take_back(wish)
        self._put("orders", order.order_id, change)

    def open_ticket(self) -> None:
        """Leave it to a person."""
        self._put("tickets", "1", {})

    def _pay(self, change: dict[str, Any], order: Order, method: str, amount: int) -> None:
        change["refunded"] = euros(order.refunded + amount)
        payout = {
            "order_id": order.order_id,
            "payment_method": method,
            "amount": euros(amount),
            "made_by": "support",
        }
        self._put("payouts", f"{order.order_id}/{len(order.payouts) + 1}", payout)
        if method == order.customer.gift_card:
            self._balances[method] = self._balances.get(method, order.customer.balance) + amount
            self._put("gift_cards", method, {"balance": euros(self._balances[method])})

    def _take_back(self, wish: Wish) -> None:
        for place, item in enumerate(wish.order.items, 1):
            if item not in wish.bought:
                continue
            self._put("items", f"{wish.order.order_id}.{place}", {"state": wish.action})
            for variant in item.product.variants:
                if variant.option == wish.option:
                    self._put("variants", variant.variant_id, {"stock": variant.stock - item.quantity})

    def _put(self, table: str, key: str, row: dict[str, Any]) -> None:
        self.state.setdefault(table, {})[key] = row


def aftermath(wishes: Sequence[Wish], *, ticket: bool = False) -> dict[str, Any]:
    """What is not as it was after these wishes were granted, one after the other."""
    after = Aftermath()
    for wish in wishes:
        after.grant(wish)
    if ticket:
        after.open_ticket()
    return after.state
