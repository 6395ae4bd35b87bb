"""What can be changed in the shop: each change is a function from the shop and a request to a record of what was done.

It does not know the policy: it refuses only what makes no sense, such as a change to an order that has changed since.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Final

from . import lookups
from .database import Row, cents, euros, pay_out
from .lookups import Refusal

Change = Callable[[sqlite3.Connection, Row], Row]


def cancel(shop: sqlite3.Connection, request: Row) -> Row:
    """Stop an order; what was paid and not yet given back goes to where it came from."""
    order = _as_read(shop, request)
    left = cents(order["refundable"])
    if left:
        _pay_out(shop, order["order_id"], order["payment_method"], left)
    shop.execute("UPDATE orders SET status = 'cancelled' WHERE order_id = ?", (order["order_id"],))
    return _done(shop, order, amount=euros(left), payment_method=order["payment_method"])


def return_items(shop: sqlite3.Connection, request: Row) -> Row:
    """Register that items come back; the money follows when they are here."""
    order = _as_read(shop, request)
    items = _items(shop, order, request["items"])
    _mark(shop, order, items, "return")
    return _done(shop, order, items=[item["item"] for item in items])


def exchange(shop: sqlite3.Connection, request: Row) -> Row:
    """Register that an item comes back, and put the other variant aside."""
    order = _as_read(shop, request)
    [item] = _items(shop, order, [request["item"]])
    option = str(request["option"])
    other = lookups.one(
        shop,
        "SELECT variant_id, option, stock FROM variants WHERE product_id = ? AND option = ? COLLATE NOCASE",
        item["product_id"],
        option,
    )
    if other is None:
        raise Refusal(404, f"The {item['item']} does not come as {option!r}.")
    if other["stock"] < item["quantity"]:
        raise Refusal(409, f"The {item['item']} is sold out as {other['option']}.")
    shop.execute("UPDATE variants SET stock = stock - ? WHERE variant_id = ?", (item["quantity"], other["variant_id"]))
    _mark(shop, order, [item], "exchange")
    return _done(shop, order, items=[item["item"]], option=other["option"])


def refund(shop: sqlite3.Connection, request: Row) -> Row:
    """Give money back."""
    order = _as_read(shop, request)
    amount, method = cents(str(request["amount"])), str(request["payment_method"])
    if amount <= 0:
        raise Refusal(400, f"The amount {request['amount']!r} is not above 0.")
    _pay_out(shop, order["order_id"], method, amount)
    return _done(shop, order, amount=euros(amount), payment_method=method)


def change_address(shop: sqlite3.Connection, request: Row) -> Row:
    """Send the order somewhere else."""
    order, address = _as_read(shop, request), str(request["address"])
    shop.execute("UPDATE orders SET address = ? WHERE order_id = ?", (address, order["order_id"]))
    return _done(shop, order, address=address)


def open_ticket(shop: sqlite3.Connection, request: Row) -> Row:
    """Leave something to a person of the shop."""
    made = shop.execute("INSERT INTO tickets (note) VALUES (?)", (str(request["note"]),))
    return {"ticket": f"T-{made.lastrowid}"}


ACTIONS: Final[dict[str, Change]] = {
    "cancellation": cancel,
    "return": return_items,
    "exchange": exchange,
    "refund": refund,
    "address": change_address,
    "ticket": open_ticket,
}
"""By the last word of the path."""


def _as_read(shop: sqlite3.Connection, request: Row) -> Row:
    """The order, unless it has changed since whoever asks looked at it: what was judged is what is changed."""
    order = lookups.order(shop, str(request["customer_id"]), str(request["order_id"]))
    if order["revision"] != request["revision"]:
        raise Refusal(
            409,
            f"Order {order['order_id']} is at revision {order['revision']}, not {request['revision']}: read it again.",
        )
    return order


def _items(shop: sqlite3.Connection, order: Row, names: Sequence[Any]) -> list[Row]:
    if not names:
        raise Refusal(400, "No item was named.")
    items = lookups.items_of(shop, order["order_id"])
    return [lookups.named(items, str(name), order["order_id"]) for name in dict.fromkeys(names)]


def _mark(shop: sqlite3.Connection, order: Row, items: Sequence[Row], what: str) -> None:
    for item in items:
        shop.execute("UPDATE items SET state = ? WHERE item_id = ?", (what, item["item_id"]))
    shop.execute("UPDATE orders SET request = ? WHERE order_id = ?", (what, order["order_id"]))


def _pay_out(shop: sqlite3.Connection, order_id: str, method: str, amount: int) -> None:
    pay_out(shop, order_id, method, amount, by="support")
    shop.execute("UPDATE orders SET refunded = refunded + ? WHERE order_id = ?", (amount, order_id))
    shop.execute("UPDATE gift_cards SET balance = balance + ? WHERE payment_method = ?", (amount, method))


def _done(shop: sqlite3.Connection, order: Row, **what: Any) -> Row:
    """What was done, and the order as it is now."""
    shop.execute("UPDATE orders SET revision = revision + 1 WHERE order_id = ?", (order["order_id"],))
    return {"did": what, "order": lookups.order(shop, order["customer_id"], order["order_id"])}
