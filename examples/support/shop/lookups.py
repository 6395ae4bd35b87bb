"""What can be looked up in the shop, as rows ready for JSON: money is text such as `34.50`.

It does not know who asks. A customer's things are found under that customer only.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from datetime import date
from math import log
from typing import Any, Final

from .database import TODAY, Row, euros

_WORD: Final = re.compile(r"[a-z0-9]+")
_ENDING: Final = re.compile(r"(?<=..)(?:ing|ments?|ed|es|s)$")
_COMMON: Final = frozenset(
    _WORD.findall(
        "a about am an and any are at be but by can could do does for from get had has have hello hi how i if in is it "
        "its long many me much my need no not of on or our please should so than that the their them there these they "
        "this to us was we what when where which who why will with would you your s t m something anything want know "
        "tell like one take takes kind please hello thanks thank don"
    )
)


class Refusal(Exception):
    """Nothing was done, and why: an HTTP status and a sentence."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def one(shop: sqlite3.Connection, query: str, *values: Any) -> Row | None:
    """The first row, or None."""
    row = shop.execute(query, values).fetchone()
    return None if row is None else dict(row)


def customer_of_email(shop: sqlite3.Connection, email: str) -> Row:
    """The customer with this address."""
    return _customer(shop, one(shop, "SELECT * FROM customers WHERE email = ?", email), "this e-mail address")


def customer_of_name(shop: sqlite3.Connection, name: str, postcode: str) -> Row:
    """The customer of this name at this postcode."""
    found = one(shop, "SELECT * FROM customers WHERE name = ? COLLATE NOCASE AND postcode = ?", name, postcode)
    return _customer(shop, found, "this name and postcode")


def _customer(shop: sqlite3.Connection, found: Row | None, by: str) -> Row:
    if found is None:
        raise Refusal(404, f"There is no customer with {by}.")
    cards = shop.execute("SELECT * FROM gift_cards WHERE customer_id = ?", (found["customer_id"],))
    return {**found, "gift_cards": {card["payment_method"]: euros(card["balance"]) for card in cards}}


def order(shop: sqlite3.Connection, customer_id: str, order_id: str) -> Row:
    """One order of this customer, with its items."""
    found = one(shop, "SELECT * FROM orders WHERE order_id = ? AND customer_id = ?", order_id, customer_id)
    if found is None:
        raise Refusal(404, f"There is no order {order_id} among the orders of this customer.")
    by_support = one(shop, "SELECT count(*) n FROM payouts WHERE order_id = ? AND made_by = 'support'", order_id) or {}
    delivered = found["delivered"]
    return {
        **found,
        "paid": euros(found["paid"]),
        "refunded": euros(found["refunded"]),
        "refundable": euros(found["paid"] - found["refunded"]),
        "days_since_delivery": None if delivered is None else _days(delivered),
        "refunds_by_support": by_support["n"],
        "items": [{**item, "price": euros(item["price"])} for item in items_of(shop, order_id)],
    }


def items_of(shop: sqlite3.Connection, order_id: str) -> list[Row]:
    """The items of an order in the order of its invoice; money in cents."""
    rows = shop.execute(
        "SELECT item_id, p.name AS item, option AS bought, quantity, i.price, state, returnable, p.product_id "
        "FROM items i JOIN variants USING (variant_id) JOIN products p USING (product_id) WHERE order_id = ? "
        "ORDER BY item_id",
        (order_id,),
    )
    return [{**dict(row), "returnable": bool(row["returnable"])} for row in rows]


def _days(since: str) -> int:
    return (date.fromisoformat(TODAY) - date.fromisoformat(since)).days


def orders_of(shop: sqlite3.Connection, customer_id: str) -> list[Row]:
    """All orders of this customer, the newest first."""
    rows = shop.execute(
        "SELECT order_id, status, placed, paid FROM orders WHERE customer_id = ? ORDER BY placed DESC, order_id",
        (customer_id,),
    )
    return [
        {
            **dict(row),
            "paid": euros(row["paid"]),
            "items": [item["item"] for item in items_of(shop, row["order_id"])],
        }
        for row in rows
    ]


def quote(shop: sqlite3.Connection, customer_id: str, order_id: str, items: list[str]) -> Row:
    """What can still be given back for an order, or for some of its items."""
    whole = order(shop, customer_id, order_id)
    left = one(shop, "SELECT paid - refunded AS cents FROM orders WHERE order_id = ?", order_id) or {}
    wanted = [named(items_of(shop, order_id), item, order_id) for item in items]
    amount = sum(item["price"] * item["quantity"] for item in wanted) if wanted else left["cents"]
    return {
        "order_id": order_id,
        "amount": euros(min(amount, left["cents"])),
        "payment_method": whole["payment_method"],
        "items": [item["item"] for item in wanted],
    }


def named(items: list[Row], name: str, order_id: str) -> Row:
    """The item of this name."""
    for item in items:
        if item["item"].lower() == name.lower():
            return item
    names = ", ".join(item["item"] for item in items)
    raise Refusal(404, f"Order {order_id} has no item {name!r}; it has: {names}.")


def exchanges(shop: sqlite3.Connection, customer_id: str, order_id: str, item: str) -> Row:
    """What an item can be exchanged for: the other variants of the product."""
    order(shop, customer_id, order_id)
    found = named(items_of(shop, order_id), item, order_id)
    others = [variant for variant in variants_of(shop, found["product_id"]) if variant["option"] != found["bought"]]
    return {
        "order_id": order_id,
        "item": found["item"],
        "bought": found["bought"],
        "price": euros(found["price"]),
        "quantity": found["quantity"],
        "options": others,
    }


def variants_of(shop: sqlite3.Connection, product_id: str) -> list[Row]:
    """The variants of a product."""
    rows = shop.execute("SELECT option, price, stock FROM variants WHERE product_id = ?", (product_id,))
    return [{"option": row["option"], "price": euros(row["price"]), "in_stock": row["stock"]} for row in rows]


def product(shop: sqlite3.Connection, product_id: str) -> Row:
    """One product with its variants and what buyers wrote about it."""
    found = one(shop, "SELECT * FROM products WHERE product_id = ?", product_id)
    if found is None:
        raise Refusal(404, f"There is no product {product_id}.")
    reviews = shop.execute("SELECT text FROM reviews WHERE product_id = ?", (product_id,))
    return _with_variants(shop, found) | {"reviews": [row["text"] for row in reviews]}


def _with_variants(shop: sqlite3.Connection, found: Row) -> Row:
    return {**found, "returnable": bool(found["returnable"]), "variants": variants_of(shop, found["product_id"])}


def search_products(shop: sqlite3.Connection, query: str, most: int = 3) -> list[Row]:
    """The products that share most words with the query, the best first."""
    products = [dict(row) for row in shop.execute("SELECT * FROM products")]
    # The name twice: whoever names a thing means it, and not one whose description mentions it.
    texts = [f"{row['name']} {row['name']} {row['category']} {row['about']}" for row in products]
    return [_with_variants(shop, products[place]) for place in ranked(query, texts)[:most]]


def search_policy(shop: sqlite3.Connection, query: str, most: int = 3) -> list[Row]:
    """The paragraphs of the policy that share most words with the query, the best first."""
    rows = [dict(row) for row in shop.execute("SELECT section, text FROM policy")]
    texts = [f"{row['section']} {row['text']}" for row in rows]
    return [rows[place] for place in ranked(query, texts)[:most]]


def ranked(query: str, texts: list[str]) -> list[int]:
    """The places of the texts that share words with the query, best first, by BM25 (Robertson, Walker et al. 1994)."""
    bags = [list(words(text)) for text in texts]
    usual = sum(map(len, bags)) / max(1, len(bags))
    wanted = set(words(query))
    weight = {word: log(1 + len(bags) / (0.5 + sum(word in bag for bag in bags))) for word in wanted}
    scores = [
        sum(
            weight[word] * n * 2.2 / (n + 1.2 * (0.25 + 0.75 * len(bag) / usual))
            for word in wanted
            if (n := bag.count(word))
        )
        for bag in bags
    ]
    return sorted((place for place, score in enumerate(scores) if score > 0), key=lambda place: -scores[place])


def words(text: str) -> Iterable[str]:
    """The words that carry meaning, without endings: pay, paying and payment are one, cancel and cancelled too."""
    return (_ENDING.sub("", word)[:6] for word in _WORD.findall(text.lower()) if word not in _COMMON)
