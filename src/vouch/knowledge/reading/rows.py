"""The rows of an SQL query, each a document.

It does not know the database beyond what SQLAlchemy says of it. It only reads: whatever a query did is taken back.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from vouch.errors import ConfigError
from vouch.knowledge.reading.draft import Draft, cleaned
from vouch.knowledge.reading.limits import LIMITS, Limits, Skipped, Unreadable
from vouch.knowledge.reading.tables import shown
from vouch.values.document import Document

_READS: Final = re.compile(r"\s*(?:--[^\n]*\n\s*)*\(*\s*(select|with|values|table)\b", re.IGNORECASE)
_AT_A_TIME: Final = 500
_TRANSACTIONS: Final = frozenset({"postgresql", "mysql", "mariadb", "oracle"})
"""Databases that know transactions which only read."""


class Rows(Struct, frozen=True):
    """A query whose rows become documents, named `name/` and the value of the column `id`.

    `text` are the columns that make the text, in order, a paragraph each; without any, all but `id` do, a line
    `column: value` each. The other columns are the metadata. `address` is SQLAlchemy's, such as
    `postgresql+psycopg://...`; `parameters` are those that the query names `:like_this`.
    """

    address: str | Engine
    query: str
    id: str
    name: str = "rows"
    text: Sequence[str] = ()
    parameters: Mapping[str, Any] = {}


def rows_of(rows: Rows, limits: Limits = LIMITS) -> Iterator[Document | Skipped]:
    """A document for each row; raises `ConfigError` where the query cannot be made."""
    if not _READS.match(rows.query):
        raise ConfigError(f"the query {rows.query[:80]!r} does not begin with SELECT or WITH; rows are only read")
    engine = _engine(rows)
    try:
        with _reading(engine) as connection:
            found = connection.execute(text(rows.query), dict(rows.parameters))
            _check(rows, list(found.keys()))
            for count, row in enumerate(found.mappings(), 1):
                if count > limits.rows:
                    yield Skipped(
                        rows.name, f"more than {limits.rows:,} rows, the rest was left out; raise Limits.rows"
                    )
                    break
                yield _document(rows, dict(row), limits)
    except SQLAlchemyError as error:
        raise ConfigError(f"the query {rows.query[:80]!r} failed: {str(error).splitlines()[0]}") from error
    finally:
        if engine is not rows.address:
            engine.dispose()


@contextmanager
def _reading(engine: Engine) -> Generator[Connection]:
    """A connection that cannot write, as far as its database knows such; what was done on it is taken back."""
    named = engine.dialect.name
    with engine.connect().execution_options(stream_results=True, max_row_buffer=_AT_A_TIME) as connection:
        if named == "sqlite":
            # SQLite keeps what a WITH ... DELETE did, whatever becomes of the transaction.
            connection.exec_driver_sql("pragma query_only = on")
        elif named in _TRANSACTIONS:
            connection.exec_driver_sql("set transaction read only")
        try:
            yield connection
        finally:
            connection.rollback()
            if named == "sqlite":
                connection.exec_driver_sql("pragma query_only = off")


def _engine(rows: Rows) -> Engine:
    if isinstance(rows.address, Engine):
        return rows.address
    try:
        return create_engine(rows.address)
    except (SQLAlchemyError, ImportError, ValueError) as error:
        raise ConfigError(
            f"the database of {rows.name!r} cannot be reached: {type(error).__name__}; write its address like "
            "sqlite:///shop.db or postgresql+psycopg://user@host/shop, and install its driver"
        ) from error


def _check(rows: Rows, columns: list[str]) -> None:
    missing = [column for column in (rows.id, *rows.text) if column not in columns]
    if missing:
        raise ConfigError(f"the query of {rows.name!r} has no column {missing[0]!r}; it has {', '.join(columns)}")


def _document(rows: Rows, row: dict[str, Any], limits: Limits) -> Document | Skipped:
    name = f"{rows.name}/{shown(row.pop(rows.id))}"
    draft = Draft(limits)
    try:
        for column in rows.text:
            draft.add("text", shown(row.pop(column)))
        if not rows.text:
            draft.add("text", "\n".join(f"{column}: {shown(value)}" for column, value in row.items() if shown(value)))
    except Unreadable as error:
        return Skipped(name, str(error))
    return draft.document(name, cleaned({key: _filtered(value) for key, value in row.items()}))


def _filtered(value: Any) -> Any:
    """A value as a search can filter by it."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
