"""Wishes that the policy grants, and wishes that it does not, each for an order that makes it so.

It does not know in which words a wish is said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .case import Picker
from .draw import chance, draw
from .oracle import LIMIT, WINDOW, Wish
from .stock import Item, Order, Variant, another_address

Key = tuple[str | int, ...]


@dataclass(frozen=True)
class Kind:
    """A kind of case: the section of `wishes.txt` in whose words it is said, and how its wish is made.

    `refused` is the word of the oracle for why it is not granted, where it is not.
    """

    name: str
    count: int
    words: str
    make: Callable[[Picker, Key], Wish]
    refused: str = ""


def _cancel(*status: str) -> Callable[[Picker, Key], Wish]:
    return lambda picker, key: Wish("cancel", picker.order(*key, where=lambda order: order.status in status))


def _address(*status: str) -> Callable[[Picker, Key], Wish]:
    def make(picker: Picker, key: Key) -> Wish:
        order = picker.order(*key, where=lambda order: order.status in status)
        return Wish("address", order, address=another_address(*key))

    return make


def is_open(order: Order) -> bool:
    """Delivered in time, and nothing registered or paid back by support yet."""
    return (
        order.status == "delivered"
        and order.days <= WINDOW
        and not order.request
        and not any(by == "support" for by, _ in order.payouts)
    )


def returnable(order: Order) -> list[Item]:
    """The items that are taken back."""
    return [item for item in order.items if item.product.returnable]


def _return(where: Callable[[Order], bool]) -> Callable[[Picker, Key], Wish]:
    def make(picker: Picker, key: Key) -> Wish:
        order = picker.order(*key, where=lambda order: bool(returnable(order)) and where(order))
        items = returnable(order)
        first = draw(items, *key, "item")
        others = [item for item in items if item != first]
        both = (first, draw(others, *key, "other")) if others and chance(0.25, *key, "both") else (first,)
        return Wish("return", order, tuple(item.product.name for item in order.items if item in both))

    return make


def _return_excluded(picker: Picker, key: Key) -> Wish:
    order = picker.order(*key, where=lambda order: is_open(order) and len(returnable(order)) < len(order.items))
    item = draw([item for item in order.items if not item.product.returnable], *key, "item")
    return Wish("return", order, (item.product.name,))


def _exchange(fits: Callable[[Item, Variant], bool]) -> Callable[[Picker, Key], Wish]:
    def pairs(order: Order) -> list[tuple[Item, Variant]]:
        return [
            (item, other)
            for item in returnable(order)
            for other in item.product.variants
            if other != item.variant and fits(item, other)
        ]

    def make(picker: Picker, key: Key) -> Wish:
        order = picker.order(*key, where=lambda order: is_open(order) and bool(pairs(order)))
        item, other = draw(pairs(order), *key, "exchange")
        return Wish("exchange", order, (item.product.name,), other.option)

    return make


def _affordable(order: Order, *, above: bool) -> list[Item]:
    """The items that can be paid back in full, above the limit or not."""
    left = order.paid - order.refunded
    return [item for item in order.items if item.quantity == 1 and item.cost <= left and (item.cost > LIMIT) == above]


def _refund_item(*, above: bool = False, own_card: bool = False) -> Callable[[Picker, Key], Wish]:
    def make(picker: Picker, key: Key) -> Wish:
        order = picker.order(
            *key,
            where=lambda order: (
                is_open(order)
                and bool(_affordable(order, above=above))
                and (not own_card or order.customer.gift_card not in ("", order.payment_method))
            ),
        )
        item = draw(_affordable(order, above=above), *key, "item")
        card = order.customer.gift_card if own_card else ""
        return Wish("refund", order, (item.product.name,), amount=item.cost, method=card)

    return make


def _left(order: Order) -> int:
    return order.paid - order.refunded


def _refund_whole(where: Callable[[Order], bool]) -> Callable[[Picker, Key], Wish]:
    return lambda picker, key: Wish("refund", picker.order(*key, where=where))


def _refund_some(where: Callable[[Order], bool], more: int = 0) -> Callable[[Picker, Key], Wish]:
    """The price of an item, or `more` than can be given back."""

    def make(picker: Picker, key: Key) -> Wish:
        order = picker.order(*key, where=where)
        item = draw(order.items, *key, "item")
        amount = _left(order) + more if more else min(item.cost, _left(order))
        return Wish("refund", order, (item.product.name,), amount=amount)

    return make


def _refund_to_stranger(picker: Picker, key: Key) -> Wish:
    wish = _refund_item()(picker, key)
    return wish._replace(method=picker.strange_card(wish.order.customer, *key))


def _late(order: Order) -> bool:
    return order.status == "delivered" and order.days > WINDOW and not order.request and not order.payouts


def _fresh(order: Order) -> bool:
    return order.status == "delivered" and order.days <= WINDOW


def _is_small(order: Order) -> bool:
    return 0 < _left(order) <= LIMIT


def _fits(item: Item, other: Variant) -> bool:
    return other.price == item.variant.price and other.stock >= item.quantity


def _is_sold_out(item: Item, other: Variant) -> bool:
    return other.price == item.variant.price and other.stock < item.quantity


def _is_dearer(item: Item, other: Variant) -> bool:
    return other.price != item.variant.price and other.stock >= item.quantity


def _was_refunded(order: Order) -> bool:
    return _fresh(order) and any(by == "support" for by, _ in order.payouts)


_CANCEL_LATE: Final = _cancel("processed", "delivered")
_ADDRESS_LATE: Final = _address("processed", "delivered")
_RETURN_EARLY: Final = _return(lambda order: order.status in ("pending", "processed"))
_RETURN_AGAIN: Final = _return(lambda order: order.status == "delivered" and order.request != "")
_WHOLE: Final = _refund_whole(lambda order: is_open(order) and _is_small(order))
_RETURNED: Final = _refund_whole(lambda order: order.status == "returned" and _is_small(order))
_TOO_MUCH: Final = _refund_some(lambda order: is_open(order) and len(order.items) == 1, 15_00)
_TOO_EARLY: Final = _refund_whole(lambda order: order.status == "processed")

GRANTED: Final = (
    Kind("cancel", 26, "cancel", _cancel("pending")),
    Kind("return", 24, "return", _return(is_open)),
    Kind("exchange", 22, "exchange", _exchange(_fits)),
    Kind("refund item", 24, "refund item", _refund_item()),
    Kind("refund whole", 11, "refund whole", _WHOLE),
    Kind("refund returned", 12, "refund returned", _RETURNED),
    Kind("refund to gift card", 8, "refund item", _refund_item(own_card=True)),
    Kind("address", 20, "address", _address("pending")),
)

LARGE: Final = Kind("refund above the limit", 10, "refund item", _refund_item(above=True))

REFUSED: Final = (
    Kind("cancel too late", 12, "cancel", _CANCEL_LATE, "left"),
    Kind("address too late", 6, "address", _ADDRESS_LATE, "left"),
    Kind("return too late", 10, "return", _return(_late), "late"),
    Kind("return too early", 6, "return", _RETURN_EARLY, "undelivered"),
    Kind("return of hygiene or food", 8, "return", _return_excluded, "excluded"),
    Kind("return again", 6, "return", _RETURN_AGAIN, "registered"),
    Kind("exchange for sold out", 6, "exchange", _exchange(_is_sold_out), "sold out"),
    Kind("exchange for another price", 6, "exchange", _exchange(_is_dearer), "price"),
    Kind("refund too late", 8, "refund item", _refund_some(_late), "late"),
    Kind("refund too much", 8, "refund item", _TOO_MUCH, "too much"),
    Kind("refund again", 5, "refund item", _refund_some(_was_refunded), "refunded"),
    Kind("refund to a strange card", 6, "refund item", _refund_to_stranger, "method"),
    Kind("refund before delivery", 3, "refund whole", _TOO_EARLY, "undelivered"),
)
