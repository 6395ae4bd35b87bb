"""The shop's goods, customers and orders, drawn from lists; and how they are written down.

It does not know what customers want.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from examples.support.shop.database import TODAY, cents, euros

from .draw import chance, draw, number, sections, shuffled, weighted

CUSTOMERS: Final = 300
ORDERS: Final = 1_000
_TODAY: Final = date.fromisoformat(TODAY)
_STATUS: Final = {"pending": 24, "processed": 14, "delivered": 48, "cancelled": 6, "returned": 8}
_LISTS: Final = sections("shop")


class Variant(NamedTuple):
    """One version of a product; money in cents."""

    variant_id: str
    option: str
    price: int
    stock: int


class Product(NamedTuple):
    """A product."""

    product_id: str
    name: str
    category: str
    returnable: bool
    about: str
    variants: tuple[Variant, ...]
    reviews: tuple[str, ...]

    @property
    def noun(self) -> str:
        """What people call it: the name without its first word."""
        return self.name.partition(" ")[2]


class Customer(NamedTuple):
    """A customer, and the gift card they may have, with its balance in cents."""

    customer_id: str
    name: str
    email: str
    address: str
    postcode: str
    gift_card: str
    balance: int


class Item(NamedTuple):
    """What was bought."""

    product: Product
    variant: Variant
    quantity: int

    @property
    def cost(self) -> int:
        """What was paid for all of it."""
        return self.variant.price * self.quantity


class Order(NamedTuple):
    """An order. `payouts` are by whom how much was given back already."""

    order_id: str
    customer: Customer
    status: str
    placed: str
    delivered: str
    payment_method: str
    items: tuple[Item, ...]
    payouts: tuple[tuple[str, int], ...]
    request: str
    note: str

    @property
    def paid(self) -> int:
        """The price of all items."""
        return sum(item.cost for item in self.items)

    @property
    def refunded(self) -> int:
        """What was given back."""
        return sum(amount for _, amount in self.payouts)

    @property
    def days(self) -> int:
        """Days since the delivery."""
        return (_TODAY - date.fromisoformat(self.delivered)).days


class Stock(NamedTuple):
    """Everything the shop knows."""

    products: tuple[Product, ...]
    customers: tuple[Customer, ...]
    orders: tuple[Order, ...]


def stock() -> Stock:
    """The whole shop."""
    products = tuple(_product(place, line) for place, line in enumerate(sections("goods")[""], 101))
    customers = tuple(_customers())
    numbers = shuffled(range(100_000, 1_000_000, 811), "order numbers")
    orders = tuple(_order(f"LH-{numbers[place]}", customers, products, place) for place in range(ORDERS))
    return Stock(products, customers, tuple(sorted(orders)))


def _product(place: int, line: str) -> Product:
    name, category, returnable, price, axes, about = line.split(" | ")
    product_id = f"P-{place}"
    variants: list[Variant] = []
    lists = [axis.split(", ") for axis in axes.split("; ")]
    for turn, chosen in enumerate(itertools.product(*lists), 1):
        options, dearer = zip(*(_option(option) for option in chosen), strict=True)
        # About every sixth is sold out.
        left = 0 if chance(1 / 6, "sold out", product_id, turn) else 1 + number("stock", product_id, turn) % 40
        variants.append(Variant(f"V-{place}{turn:02}", ", ".join(options), cents(price) + sum(dearer), left))
    reviews = shuffled(_LISTS["review"], "reviews", product_id)[: 1 + place % 3]
    return Product(product_id, name, category, returnable == "yes", about, tuple(variants), tuple(reviews))


def _option(text: str) -> tuple[str, int]:
    name, _, dearer = text.partition(" +")
    return name, cents(dearer) if dearer else 0


def _customers() -> Iterable[Customer]:
    pairs = shuffled(list(itertools.product(_LISTS["first name"], _LISTS["last name"])), "names")
    cards = shuffled(range(1_000, 10_000, 13), "gift cards")
    for place, (first, last) in enumerate(pairs[:CUSTOMERS]):
        key = f"customer {place}"
        name = f"{first} {last}"
        postcode = str(10_000 + number(key, "postcode") % 89_000)
        email = f"{first}.{last}@{draw(_LISTS['mailbox'], key, 'mailbox')}".lower()
        card = f"GIFT-{cards[place]}" if chance(0.5, key, "gift card") else ""
        balance = number(key, "balance") % 20 * 500 if card else 0
        yield Customer(f"C-{1_000 + place * 7}", name, email, _address(postcode, key), postcode, card, balance)


def _address(postcode: str, *key: str | int) -> str:
    street, city = draw(_LISTS["street"], *key, "street"), draw(_LISTS["city"], *key, "city")
    return f"{1 + number(*key, 'house') % 140} {street}, {postcode} {city}"


def another_address(*key: str | int) -> str:
    """An address to move to."""
    return _address(str(10_000 + number(*key, "postcode") % 89_000), *key, "new")


def _order(order_id: str, customers: tuple[Customer, ...], products: tuple[Product, ...], place: int) -> Order:
    # Everybody has two or three orders, and whoever it hits some more.
    customer = customers[place % CUSTOMERS] if place < 2 * CUSTOMERS else draw(customers, order_id, "customer")
    status = weighted(_STATUS, order_id, "status")
    placed, delivered = _dates(status, order_id)
    items = tuple(_items(products, order_id))
    paid = sum(item.cost for item in items)
    request, payouts = _history(status, items, paid, order_id)
    return Order(
        order_id,
        customer,
        status,
        placed.isoformat(),
        delivered.isoformat() if delivered else "",
        _payment_method(customer, order_id),
        items,
        payouts,
        request,
        draw(_LISTS["note"], order_id, "note") if chance(0.12, order_id, "has note") else "",
    )


def _dates(status: str, order_id: str) -> tuple[date, date | None]:
    if status in ("pending", "processed"):
        return _TODAY - timedelta(days=1 + number(order_id, "placed") % (2 if status == "pending" else 4)), None
    if status == "cancelled":
        return _TODAY - timedelta(days=3 + number(order_id, "placed") % 90), None
    recent = chance(0.65, order_id, "recent")
    # Nothing was delivered exactly at the edge of the window, so that no case hangs on how a day is counted.
    days = 1 + number(order_id, "days") % 27 if recent else 34 + number(order_id, "days") % 90
    delivered = _TODAY - timedelta(days=days)
    return delivered - timedelta(days=2 + number(order_id, "placed") % 4), delivered


def _items(products: tuple[Product, ...], order_id: str) -> Iterable[Item]:
    many = weighted({1: 50, 2: 25, 3: 14, 4: 7, 5: 4}, order_id, "items")
    for place, product in enumerate(shuffled(products, order_id, "products")[:many]):
        quantity = weighted({1: 88, 2: 10, 3: 2}, order_id, "quantity", place)
        yield Item(product, draw(product.variants, order_id, "variant", place), quantity)


def _payment_method(customer: Customer, order_id: str) -> str:
    if customer.gift_card and chance(0.15, order_id, "by gift card"):
        return customer.gift_card
    kind = draw(("CARD", "CARD", "PAYPAL"), customer.customer_id, "kind")
    return f"{kind}-{1_000 + number(customer.customer_id, 'method') % 9_000}"


def _history(status: str, items: tuple[Item, ...], paid: int, order_id: str) -> tuple[str, tuple[tuple[str, int], ...]]:
    """The return or exchange that is registered, and what was given back by whom."""
    if status == "cancelled":
        return "", (("support", paid),)
    if status == "returned":
        return "return", (("warehouse", paid),) if chance(0.4, order_id, "paid back") else ()
    if status != "delivered":
        return "", ()
    if chance(0.1, order_id, "request"):
        return draw(("return", "exchange"), order_id, "which request"), ()
    part = min(item.cost for item in items) // 2 if len(items) == 1 else min(item.cost for item in items)
    by = weighted({"": 82, "warehouse": 12, "support": 6}, order_id, "refunded")
    return "", ((by, part),) if by else ()


def written(shop: Stock) -> dict[str, list[Mapping[str, Any]]]:
    """The shop as rows, by the name of their file."""
    return {
        "products": [_product_row(product) for product in shop.products],
        "customers": [_customer_row(customer) for customer in shop.customers],
        "orders": [_order_row(order) for order in shop.orders],
    }


def _product_row(product: Product) -> Mapping[str, Any]:
    variants = [[one.variant_id, one.option, euros(one.price), one.stock] for one in product.variants]
    return {**product._asdict(), "variants": variants}


def _customer_row(customer: Customer) -> Mapping[str, Any]:
    row = customer._asdict()
    card, balance = row.pop("gift_card"), row.pop("balance")
    return {**row, "gift_cards": {card: euros(balance)} if card else {}}


def _order_row(order: Order) -> Mapping[str, Any]:
    row = order._asdict()
    row["customer_id"] = row.pop("customer").customer_id
    row["address"] = order.customer.address
    row["items"] = [[item.variant.variant_id, item.quantity] for item in order.items]
    row["payouts"] = [[by, euros(amount)] for by, amount in order.payouts]
    return {name: value for name, value in row.items() if value not in ("", [])}
