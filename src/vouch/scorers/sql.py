"""Equality of what two SQL queries give, on a SQLite database that is only read.

It does not know whether equal results are luck: a query may be wrong and give the same rows on this database.

Execution match, as in Spider (Yu et al. 2018): the rows are compared as a bag, and as a list where the expected query
orders its result. Column names do not count, their order does; numbers may differ by rounding.
"""

from __future__ import annotations

import asyncio
import math
import re
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from vouch.errors import AppError
from vouch.scorers.answer import judged, named, shown, unanswered, unjudged
from vouch.scorers.fences import last_block
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

Row = tuple[Any, ...]

_MOST_ROWS: Final = 100_000
_STEPS: Final = 10_000
"""Steps of SQLite's machine between two looks at the clock."""

_ALLOWED: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
_SPOKEN: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_ORDER: Final = re.compile(r"\border\s+by\b", re.IGNORECASE)


class Sql(Struct, frozen=True):
    """Right when the output's query gives the rows that the expected query gives."""

    database: str
    seconds: float = 10.0

    @property
    def name(self) -> str:
        """`sql` with its database's file name."""
        return named("sql", database=Path(self.database).name)

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; a case whose own query is missing or fails cannot be judged."""
        if missing := unanswered(self.name, result):
            return missing
        if not isinstance(case.expected, str) or not case.expected.strip():
            return unjudged(self.name, case, "a query")
        return await asyncio.to_thread(self._compare, case.expected, last_block(result.output).strip())

    def _compare(self, expected: str, given: str) -> Score:
        try:
            wanted = read_rows(self.database, expected, seconds=self.seconds)
        except sqlite3.Error as error:
            return Score(self.name, None, f"the expected query {shown(expected)} fails: {error}")
        try:
            found = read_rows(self.database, given, seconds=self.seconds)
        except sqlite3.Error as error:
            return Score(self.name, 0.0, f"{shown(given)} fails: {error}")
        if not ordered(expected):
            wanted, found = sorted(wanted, key=_sortable), sorted(found, key=_sortable)
        right = len(wanted) == len(found) and all(map(_equal, wanted, found))
        told = f"gives {len(found)} rows, such as {shown(found[:2])}, not {len(wanted)}, such as {shown(wanted[:2])}"
        return judged(self.name, "" if right else told)


def sql(database: str | Path, *, seconds: float = 10.0) -> Sql:
    """Right when the output's query gives the same rows as the case's expected query on this SQLite file.

    The file is opened for reading, and only SELECT is allowed; a query may take `seconds`. The output may hold its
    query in a fenced block. Raises an `AppError` where there is no such file, and for a time that is not positive.
    """
    if not Path(database).is_file():
        raise AppError(f"sql({str(database)!r}): there is no such file; give the path of a SQLite database")
    if not 0 < seconds < math.inf:
        raise AppError(f"sql(seconds={seconds!r}): a positive number of seconds is wanted")
    return Sql(str(database), seconds)


def read_rows(database: str, query: str, *, seconds: float) -> list[Row]:
    """The rows of one query; raises a `sqlite3.Error` for a query that fails, writes, or gives or takes too much."""
    ends = time.monotonic() + seconds
    # Not `immutable`: the file may be in WAL mode, with its newest rows beside it.
    with closing(sqlite3.connect(f"{Path(database).resolve().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("PRAGMA query_only = ON")
        connection.set_authorizer(_authorise)
        connection.set_progress_handler(lambda: time.monotonic() > ends, _STEPS)
        try:
            rows = connection.execute(query).fetchmany(_MOST_ROWS + 1)
        except (sqlite3.Warning, ValueError, UnicodeError) as error:
            raise sqlite3.ProgrammingError(str(error)) from error
        if len(rows) > _MOST_ROWS:
            raise sqlite3.DataError(f"more than {_MOST_ROWS:,} rows")
        return rows


def ordered(query: str) -> bool:
    """Whether a query orders its own result: an ORDER BY outside all brackets, quotes and comments."""
    bare = _SPOKEN.sub(" ", query)
    while (inner := re.sub(r"\([^()]*\)", " ", bare)) != bare:
        bare = inner
    return bool(_ORDER.search(bare))


def _authorise(action: int, _first: object, second: object, _database: object, _trigger: object) -> int:
    if action == sqlite3.SQLITE_FUNCTION and second == "load_extension":
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _sortable(row: Row) -> list[tuple[str, Any]]:
    """An order over values of several types; numbers equal but for rounding stand at the same place."""
    return [
        ("", 0)
        if value is None
        else ("n", round(value, 6))
        if isinstance(value, int | float)
        else (type(value).__name__, value)
        for value in row
    ]


def _equal(first: Sequence[Any], second: Sequence[Any]) -> bool:
    return len(first) == len(second) and all(map(_same, first, second))


def _same(first: object, second: object) -> bool:
    if isinstance(first, int | float) and isinstance(second, int | float):
        return math.isclose(first, second, rel_tol=1e-9, abs_tol=1e-9)
    return type(first) is type(second) and first == second
