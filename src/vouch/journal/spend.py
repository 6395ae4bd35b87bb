"""What requests to the gateway cost, by key and day: kept beside the requests, in the same transaction.

It does not know budgets. Because both are written together or not at all, the sums are always those of the requests.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Connection, Row, select, tuple_
from sqlalchemy.dialects import sqlite

from vouch.store import schema
from vouch.store.database import Database
from vouch.values.event import AnyBody, RequestServed

_EXACT: Final = Context(prec=100)
_spend: Final = schema.spend.c
_Place = tuple[str, str, str]


class Spent(Struct, frozen=True):
    """What one key spent on one day (UTC) in one currency."""

    key: str
    day: str
    currency: str
    amount: Decimal
    requests: int
    tokens: int


def add_spend(connection: Connection, served: Iterable[tuple[float, AnyBody]]) -> None:
    """Add the requests among `served`, each with its time in Unix seconds, to the sums of their keys and days."""
    sums: dict[_Place, Spent] = {}
    for at, body in served:
        if isinstance(body, RequestServed) and body.key:
            one = _of(at, body)
            place = (one.key, one.day, one.currency)
            sums[place] = _plus(sums[place], one) if place in sums else one
    if not sums:
        return
    query = select(schema.spend).where(tuple_(_spend.key, _spend.day, _spend.currency).in_(list(sums)))
    for row in connection.execute(query):
        place = (row.key, row.day, row.currency)
        sums[place] = _plus(sums[place], _spent(row))
    rows = [{name: getattr(one, name) for name in Spent.__struct_fields__} for one in sums.values()]
    connection.execute(_put, [row | {"amount": str(row["amount"])} for row in rows])


def spent(database: Database, *, key: str = "", since: str = "") -> list[Spent]:
    """The sums of one key, or of all, from a day (`2026-01-31`) on; blocks."""
    query = select(schema.spend).where(_spend.day >= since).order_by(_spend.key, _spend.day)
    if key:
        query = query.where(_spend.key == key)
    with database.reading() as connection:
        return [_spent(row) for row in connection.execute(query)]


_insert: Final = sqlite.insert(schema.spend)
_put: Final = _insert.on_conflict_do_update(
    index_elements=[_spend.key, _spend.day, _spend.currency],
    set_={name: getattr(_insert.excluded, name) for name in ("amount", "requests", "tokens")},
)


def _of(at: float, body: RequestServed) -> Spent:
    day = datetime.fromtimestamp(at, UTC).date().isoformat()
    amount, currency = (body.cost.amount, body.cost.currency) if body.cost is not None else (Decimal(0), "USD")
    return Spent(body.key, day, currency, amount, 1, body.usage.total_tokens)


def _plus(one: Spent, other: Spent) -> Spent:
    amount = _EXACT.add(one.amount, other.amount)
    return Spent(one.key, one.day, one.currency, amount, one.requests + other.requests, one.tokens + other.tokens)


def _spent(row: Row[Any]) -> Spent:
    return Spent(row.key, row.day, row.currency, Decimal(row.amount), row.requests, row.tokens)
