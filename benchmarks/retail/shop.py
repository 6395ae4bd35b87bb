"""The shop: what can be done to its users and orders, and the words in which it refuses.

It does not know who asks: whether somebody may do a thing to an order is for the policies to say. One shop is one
run's copy of the data: a record is copied when it is first changed, and the data behind it are left as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Final

from benchmarks.retail.data import Record, Table, Tables, hash_of, written
from vouch.contracts.tool import ToolRefused

NO_USER: Final = "Error: user not found"
NO_ORDER: Final = "Error: order not found"
NO_PRODUCT: Final = "Error: product not found"
NO_PAYMENT_METHOD: Final = "Error: payment method not found"
NOT_PENDING_CANCEL: Final = "Error: non-pending order cannot be cancelled"
NOT_PENDING_MODIFY: Final = "Error: non-pending order cannot be modified"
NOT_DELIVERED_RETURN: Final = "Error: non-delivered order cannot be returned"
NOT_DELIVERED_EXCHANGE: Final = "Error: non-delivered order cannot be exchanged"
REASON: Final = "Error: invalid reason"
ONE_PAYMENT: Final = "Error: there should be exactly one payment for a pending order"
SAME_PAYMENT: Final = "Error: the new payment method should be different from the current one"
REFUND_TO: Final = "Error: payment method should be either the original payment method or a gift card"
SOME_ITEM: Final = "Error: some item not found"
NUMBERS: Final = "Error: the number of items to be exchanged should match"
CARD_FOR_ORDER: Final = "Error: insufficient gift card balance to pay for the order"
CARD_FOR_ITEM: Final = "Error: insufficient gift card balance to pay for the new item"
CARD_FOR_DIFFERENCE: Final = "Error: insufficient gift card balance to pay for the price difference"

REASONS: Final = ("no longer needed", "ordered by mistake")
"""Why an order may be cancelled."""


def _require(holds: object, otherwise: str) -> None:
    if not holds:
        raise ToolRefused(otherwise)


class Shop:
    """One run's copy of the data. A change checks all before it touches anything; what is wrong is `ToolRefused`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._changed: dict[str, Table] = {"users": {}, "orders": {}}

    def user(self, user_id: str) -> Record | None:
        """A user as they are now, or None."""
        return self._changed["users"].get(user_id) or self._tables.users.get(user_id)

    def order(self, order_id: str) -> Record | None:
        """An order as it is now, or None."""
        return self._changed["orders"].get(order_id) or self._tables.orders.get(order_id)

    @property
    def products(self) -> Table:
        """All products, which nothing here changes."""
        return self._tables.products

    def user_ids(self) -> Iterator[str]:
        """All users, in the order of the data."""
        return iter(self._tables.users)

    def payment_method(self, order: Record, payment_method_id: str) -> Record | None:
        """A payment method of the user who placed the order, or None."""
        user = self.user(order["user_id"])
        return user["payment_methods"].get(payment_method_id) if user else None

    def cancel(self, order_id: str, reason: str) -> Record:
        """Cancel a pending order; every payment goes back the way it came."""
        order = self._wanted(order_id, "pending", NOT_PENDING_CANCEL)
        _require(reason in REASONS, REASON)
        # Also of what was a refund itself, after the payment method was modified: the recorded results are made so.
        refunds: list[Record] = [{**payment, "transaction_type": "refund"} for payment in order["payment_history"]]
        order = self._edited_order(order_id)
        for refund in refunds:
            self._pay(order, refund["payment_method_id"], -refund["amount"])
        order["payment_history"] += refunds
        order["status"] = "cancelled"
        order["cancel_reason"] = reason
        return order

    def move(self, order_id: str, address: Record) -> Record:
        """Send a pending order to another address."""
        self._wanted(order_id, "pending", NOT_PENDING_MODIFY)
        order = self._edited_order(order_id)
        order["address"] = address
        return order

    def repay(self, order_id: str, payment_method_id: str) -> Record:
        """Pay a pending order by another method; the first payment goes back."""
        order = self._wanted(order_id, "pending", NOT_PENDING_MODIFY)
        method = self.payment_method(order, payment_method_id)
        _require(method, NO_PAYMENT_METHOD)
        payments = order["payment_history"]
        _require(len(payments) == 1 and payments[0]["transaction_type"] == "payment", ONE_PAYMENT)
        before, amount = payments[0]["payment_method_id"], payments[0]["amount"]
        _require(before != payment_method_id, SAME_PAYMENT)
        _require(covers(method, amount), CARD_FOR_ORDER)
        order = self._edited_order(order_id)
        order["payment_history"] += [_transaction(payment_method_id, amount), _transaction(before, -amount)]
        self._pay(order, payment_method_id, amount)
        self._pay(order, before, -amount)
        return order

    def change_items(self, order_id: str, old: Sequence[str], new: Sequence[str], payment_method_id: str) -> Record:
        """Replace items of a pending order by others of the same products; the difference is paid or given back."""
        order = self._wanted(order_id, "pending", NOT_PENDING_MODIFY)
        difference = self.difference(order, old, new)
        method = self.payment_method(order, payment_method_id)
        _require(method, NO_PAYMENT_METHOD)
        _require(covers(method, difference), CARD_FOR_ITEM)
        order = self._edited_order(order_id)
        order["payment_history"].append(_transaction(payment_method_id, difference))
        self._pay(order, payment_method_id, difference)
        for item_id, new_id in zip(old, new, strict=True):
            item = next(item for item in order["items"] if item["item_id"] == item_id)
            variant = self.variant(item, new_id)
            assert variant is not None
            item.update(item_id=new_id, price=variant["price"], options=deepcopy(variant["options"]))
        order["status"] = "pending (item modified)"
        return order

    def exchange(self, order_id: str, old: Sequence[str], new: Sequence[str], payment_method_id: str) -> Record:
        """Register that items of a delivered order are exchanged for others of the same products."""
        order = self._wanted(order_id, "delivered", NOT_DELIVERED_EXCHANGE)
        difference = self.rounded_difference(order, old, new)
        method = self.payment_method(order, payment_method_id)
        _require(method, NO_PAYMENT_METHOD)
        _require(covers(method, difference), CARD_FOR_DIFFERENCE)
        order = self._edited_order(order_id)
        order["status"] = "exchange requested"
        order["exchange_items"] = sorted(old)
        order["exchange_new_items"] = sorted(new)
        order["exchange_payment_method_id"] = payment_method_id
        order["exchange_price_difference"] = difference
        return order

    def take_back(self, order_id: str, item_ids: Sequence[str], payment_method_id: str) -> Record:
        """Register that items of a delivered order come back."""
        order = self._wanted(order_id, "delivered", NOT_DELIVERED_RETURN)
        _require(self.payment_method(order, payment_method_id), NO_PAYMENT_METHOD)
        _require(refundable_to(order, payment_method_id), REFUND_TO)
        _require(next(missing_items(order, item_ids), None) is None, SOME_ITEM)
        order = self._edited_order(order_id)
        order["status"] = "return requested"
        order["return_items"] = sorted(item_ids)
        order["return_payment_method_id"] = payment_method_id
        return order

    def move_user(self, user_id: str, address: Record) -> Record:
        """Change a user's own address."""
        _require(self.user(user_id), NO_USER)
        user = self._edited_user(user_id)
        user["address"] = address
        return user

    def variant(self, item: Record, item_id: str) -> Record | None:
        """The variant of an ordered item's product that has this item id, or None."""
        return self.products[item["product_id"]]["variants"].get(item_id)

    def difference(self, order: Record, old: Sequence[str], new: Sequence[str]) -> float:
        """By how much the new items cost more, as a modified order is charged; refuses items that are not there."""
        for item_id in missing_items(order, old):
            raise ToolRefused(f"Error: {item_id} not found")
        _require(len(old) == len(new), NUMBERS)
        difference = 0.0
        for item_id, new_id in zip(old, new, strict=True):
            item = next(item for item in order["items"] if item["item_id"] == item_id)
            variant = self.variant(item, new_id)
            if variant is None or not variant["available"]:
                raise ToolRefused(f"Error: new item {new_id} not found or available")
            difference += variant["price"] - item["price"]
        return difference

    def rounded_difference(self, order: Record, old: Sequence[str], new: Sequence[str]) -> float:
        """The same to the cent, as it is noted with an exchange."""
        return round(self.difference(order, old, new), 2)

    def changes(self) -> dict[str, Table]:
        """Every record that is not as it was, by table and id; tables without any are left out."""
        before = {"users": self._tables.users, "orders": self._tables.orders}
        return {
            table: found
            for table, records in self._changed.items()
            if (found := {key: row for key, row in records.items() if written(row) != written(before[table][key])})
        }

    def data_hash(self) -> str:
        """tau-bench's hash of all the data as they are now."""
        return hash_of(
            {
                "orders": self._tables.orders | self._changed["orders"],
                "products": self._tables.products,
                "users": self._tables.users | self._changed["users"],
            }
        )

    def _wanted(self, order_id: str, status: str, otherwise: str) -> Record:
        order = self.order(order_id)
        if order is None:
            raise ToolRefused(NO_ORDER)
        _require(order["status"] == status, otherwise)
        return order

    def _edited_order(self, order_id: str) -> Record:
        return self._changed["orders"].setdefault(order_id, deepcopy(self._tables.orders[order_id]))

    def _edited_user(self, user_id: str) -> Record:
        return self._changed["users"].setdefault(user_id, deepcopy(self._tables.users[user_id]))

    def _pay(self, order: Record, payment_method_id: str, amount: float) -> None:
        """Take an amount from a gift card, or put it back where it is negative; other methods pay elsewhere, later."""
        method = self.payment_method(order, payment_method_id)
        if method is not None and "balance" in method:
            method = self._edited_user(order["user_id"])["payment_methods"][payment_method_id]
            method["balance"] = round(method["balance"] - amount, 2)


def covers(method: Record | None, amount: float) -> bool:
    """Whether a payment method can pay an amount: a gift card must hold as much."""
    return method is not None and method.get("balance", amount) >= amount


def refundable_to(order: Record, payment_method_id: str) -> bool:
    """Whether money for a return may go there: the way it was paid, or to a gift card."""
    return "gift_card" in payment_method_id or payment_method_id == order["payment_history"][0]["payment_method_id"]


def missing_items(order: Record, item_ids: Sequence[str]) -> Iterator[str]:
    """The items of `item_ids` that the order does not hold, or not as often, in the order given."""
    held = Counter(item["item_id"] for item in order["items"])
    wanted = Counter(item_ids)
    return (item_id for item_id in item_ids if wanted[item_id] > held[item_id])


def _transaction(payment_method_id: str, amount: float) -> Record:
    """A payment, or a refund of what is not above zero."""
    return {
        "transaction_type": "payment" if amount > 0 else "refund",
        "amount": abs(amount),
        "payment_method_id": payment_method_id,
    }
