"""A case as it is made: what the customer says, and what is right. And how orders are picked for cases.

It does not know which kinds of case there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .draw import draw
from .stock import Customer, Order, Stock

NOTHING: Mapping[str, Any] = {}


class Case(NamedTuple):
    """One conversation. `said` and `unsaid` are regular expressions for what the agent says in any of its turns."""

    kind: str
    words: tuple[str, ...]
    tags: tuple[str, ...] = ()
    state: Mapping[str, Any] = NOTHING
    made: tuple[Mapping[str, Any], ...] = ()
    said: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    may_hand_over: bool = False
    approver: str = ""
    plant: Mapping[str, Mapping[str, str]] = NOTHING

    def row(self, name: str) -> Mapping[str, Any]:
        """The case as a line of the file; what is empty is left out."""
        expected = {
            "state": self.state,
            "made": self.made,
            "said": self.said,
            "unsaid": self.unsaid,
            "may_hand_over": self.may_hand_over,
        }
        row = {
            "then": self.words[1:],
            "tags": (self.kind, *self.tags),
            "setting": _filled({"approver": self.approver, "plant": self.plant}),
        }
        return {"id": name, "input": self.words[0], "expected": _filled(expected), **_filled(row)}


def _filled(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in row.items() if value}


class Picker:
    """Picks orders for cases: none twice, and the same ones whenever the cases are made."""

    def __init__(self, shop: Stock) -> None:
        self.shop = shop
        self._used: set[str] = set()

    def order(self, *key: str | int, where: Callable[[Order], bool]) -> Order:
        """An order that was in no case yet."""
        free = [order for order in self.shop.orders if order.order_id not in self._used and where(order)]
        if not free:
            raise SystemExit(f"no order is left for {key}: make more of that kind in stock.py")
        found = draw(free, *key, "order")
        self._used.add(found.order_id)
        return found

    def stranger(self, customer: Customer, *key: str | int) -> Customer:
        """Somebody else."""
        return draw([other for other in self.shop.customers if other != customer], *key, "stranger")

    def strange_card(self, customer: Customer, *key: str | int) -> str:
        """The gift card of somebody else."""
        cards = [other.gift_card for other in self.shop.customers if other.gift_card and other != customer]
        return draw(cards, *key, "strange card")

    def orders_of(self, customer: Customer) -> list[Order]:
        """All orders of a customer, the newest first."""
        mine = [order for order in self.shop.orders if order.customer == customer]
        return sorted(mine, key=lambda order: order.placed, reverse=True)
