"""The shop's database: filled from the shipped data, copied in a millisecond, and compared with how it was.

It does not know what is done in it.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

FOLDER: Final = Path(__file__).parents[1]
TODAY: Final = "2026-03-16"
"""The shop's calendar stands still, so that what is too late today is too late in every run."""

Row = dict[str, Any]

WATCHED: Final = {
    "orders": ("order_id", ("status", "address", "refunded", "request", "revision")),
    "items": ("item_id", ("state",)),
    "variants": ("variant_id", ("stock",)),
    "gift_cards": ("payment_method", ("balance",)),
    "payouts": ("payout_id", ("order_id", "payment_method", "amount", "made_by")),
    "tickets": ("ticket_id", ()),
}
"""By table: its key, and the columns by which a state is told from another."""

_MONEY: Final = frozenset({"refunded", "balance", "amount"})

Plant = dict[str, dict[str, str]]
"""What strangers wrote: `notes` by order, `reviews` by product, `policy` by section."""


def euros(cents: int) -> str:
    """An amount as it is written, such as `34.50`."""
    return f"{cents // 100}.{cents % 100:02}"


def cents(amount: str) -> int:
    """The other way round; raises `ValueError` for what is no amount of money."""
    found = re.fullmatch(r"(\d{1,7})(?:\.(\d{1,2}))?", amount)
    if found is None:
        raise ValueError(f"{amount!r} is no amount; write it like 34.50")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


class Base(NamedTuple):
    """The shop as it is on the morning of `TODAY`: its database as bytes, and the same as rows to compare with."""

    data: bytes
    rows: dict[str, dict[Any, tuple[Any, ...]]]


@cache
def open_base(folder: Path = FOLDER) -> Base:
    """The shop of the shipped data."""
    with closing(sqlite3.connect(":memory:")) as shop:
        shop.executescript((Path(__file__).parent / "schema.sql").read_text("utf-8"))
        with shop:
            _fill(shop, folder)
        return Base(shop.serialize(), watched(shop))


def copy_of(base: Base, plant: Plant) -> sqlite3.Connection:
    """A shop of its own, in memory. Close it when done."""
    shop = _opened(":memory:")
    shop.deserialize(base.data)
    if plant:
        with shop:
            _put(shop, plant)
    return shop


def file_shop(base: Base, file: Path) -> sqlite3.Connection:
    """The shop in `file`, which is made from the shipped data where there is none. Close it when done.

    What was done in it is on the disk when its transaction is over.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    shop = _opened(str(file))
    shop.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;")
    if not shop.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        with closing(copy_of(base, {})) as fresh:
            fresh.backup(shop)
    return shop


def _opened(place: str) -> sqlite3.Connection:
    shop = sqlite3.connect(place, check_same_thread=False)
    shop.row_factory = sqlite3.Row
    return shop


def _put(shop: sqlite3.Connection, plant: Plant) -> None:
    for order, text in plant.get("notes", {}).items():
        shop.execute("UPDATE orders SET note = ? WHERE order_id = ?", (text, order))
    shop.executemany("INSERT INTO reviews VALUES (?, ?)", plant.get("reviews", {}).items())
    shop.executemany("INSERT INTO policy VALUES (?, ?)", plant.get("policy", {}).items())


def write_everywhere(shop: sqlite3.Connection, text: str) -> None:
    """Write `text` wherever customers, buyers or whoever gets at a page can write: by it labels of trust are tested."""
    with shop:
        shop.execute("UPDATE orders SET note = note || ' ' || :text, address = address || ' ' || :text", {"text": text})
        shop.execute("UPDATE customers SET address = address || ' ' || ?", (text,))
        shop.execute("INSERT INTO reviews SELECT product_id, ? FROM products", (text,))
        shop.execute("UPDATE policy SET text = text || ' ' || ?", (text,))


def watched(shop: sqlite3.Connection) -> dict[str, dict[Any, tuple[Any, ...]]]:
    """All rows of the watched tables by their key, which is their first value."""
    return {table: {row[0]: row for row in _rows(shop, table)} for table in WATCHED}


def _rows(shop: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    key, columns = WATCHED[table]
    cursor = shop.cursor()
    # Plain tuples: they compare quickly.
    cursor.row_factory = None
    return cursor.execute(f"SELECT {', '.join((key, *columns))} FROM {table}").fetchall()  # noqa: S608 - our own names


def changes(shop: sqlite3.Connection, base: Base) -> dict[str, dict[str, Row]]:
    """What is not as it was: by table and key, the columns that have changed, money as text."""
    left: dict[str, dict[str, Row]] = {}
    for table, (_, columns) in WATCHED.items():
        before = base.rows[table]
        for row in _rows(shop, table):
            if row != (old := before.get(row[0])):
                changed = zip(columns, row[1:], old[1:] if old else (None,) * len(columns), strict=True)
                left.setdefault(table, {})[str(row[0])] = {
                    name: euros(now) if name in _MONEY else now for name, now, was in changed if now != was
                }
    return left


def _fill(shop: sqlite3.Connection, folder: Path) -> None:
    for customer in _lines(folder / "data" / "customers.jsonl"):
        cards = customer.pop("gift_cards")
        _insert(shop, "customers", customer)
        for card, balance in cards.items():
            row = {"payment_method": card, "customer_id": customer["customer_id"], "balance": cents(balance)}
            _insert(shop, "gift_cards", row)
    prices: dict[str, int] = {}
    for product in _lines(folder / "data" / "products.jsonl"):
        variants, reviews = product.pop("variants"), product.pop("reviews")
        _insert(shop, "products", product)
        shop.executemany("INSERT INTO reviews VALUES (?, ?)", ((product["product_id"], text) for text in reviews))
        for variant, option, price, stock in variants:
            prices[variant] = cents(price)
            shop.execute(
                "INSERT INTO variants VALUES (?, ?, ?, ?, ?)",
                (variant, product["product_id"], option, prices[variant], stock),
            )
    for order in _lines(folder / "data" / "orders.jsonl"):
        _fill_order(shop, order, prices)
    for section, text in paragraphs((folder / "policy.md").read_text("utf-8")):
        shop.execute("INSERT INTO policy VALUES (?, ?)", (section, text))


def _fill_order(shop: sqlite3.Connection, order: Row, prices: dict[str, int]) -> None:
    items: list[tuple[str, int]] = order.pop("items")
    payouts: list[tuple[str, str]] = order.pop("payouts", [])
    order["paid"] = sum(prices[variant] * quantity for variant, quantity in items)
    order["refunded"] = sum(cents(amount) for _, amount in payouts)
    _insert(shop, "orders", order)
    state = order.get("request", "")
    for number, (variant, quantity) in enumerate(items, 1):
        item = (f"{order['order_id']}.{number}", order["order_id"], variant, quantity, prices[variant], state)
        shop.execute("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?)", item)
    for by, amount in payouts:
        pay_out(shop, order["order_id"], order["payment_method"], cents(amount), by=by)


def pay_out(shop: sqlite3.Connection, order_id: str, method: str, amount: int, *, by: str) -> None:
    """Enter that `amount` cents went back for an order; an order's payouts are numbered."""
    [made] = shop.execute("SELECT count(*) FROM payouts WHERE order_id = ?", (order_id,)).fetchone()
    payout = (f"{order_id}/{made + 1}", order_id, method, amount, by)
    shop.execute("INSERT INTO payouts VALUES (?, ?, ?, ?, ?)", payout)


def _insert(shop: sqlite3.Connection, table: str, row: Row) -> None:
    names, places = ", ".join(row), ", ".join("?" * len(row))
    shop.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", tuple(row.values()))  # noqa: S608 - ours


def _lines(file: Path) -> Iterator[Row]:
    return (json.loads(line) for line in file.read_text("utf-8").splitlines())


def paragraphs(markdown: str) -> Iterable[tuple[str, str]]:
    """The paragraphs and points of a document, each with the heading that it stands under."""
    section = ""
    for block in markdown.split("\n\n"):
        if block.startswith("#"):
            section = block.lstrip("#").strip()
            continue
        yield from ((section, " ".join(point.split())) for point in block.strip().split("\n- ") if point.strip())
