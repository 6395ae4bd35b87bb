"""A glance at the database: whether a run has ended, and which proof was kept last. Without SQLAlchemy.

It does not know the other rows, and changes nothing. What opens a database for work is `Database`; to load that takes
longer than everything else that is needed where nothing has changed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

_ENDED: Final = "SELECT name FROM run WHERE name = ? AND finished IS NOT NULL AND status <> 'stopped'"
# The plus keeps SQLite off the index by app, under which all its runs stand: few are open or kept.
_KEPT: Final = (
    "SELECT name FROM run WHERE (kept IS 1 OR finished IS NULL) AND kept AND +app = ? AND proof = ? "
    "ORDER BY number DESC LIMIT 1"
)


def has_ended(file: Path, run: str) -> bool:
    """Whether the database in `file` holds this run, and it ended and was not stopped; False where that is not seen."""
    return _first(file, _ENDED, (run,)) == run


def last_kept(file: Path, app: str, proof: str) -> str:
    """The last kept proof of this name; empty where there is none, or where that is not seen."""
    return _first(file, _KEPT, (app, proof))


def _first(file: Path, query: str, values: Sequence[str]) -> str:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            row: tuple[object, ...] | None = connection.execute(query, values).fetchone()
    except sqlite3.Error:
        return ""
    return "" if row is None else str(row[0])
