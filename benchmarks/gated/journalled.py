"""What the journal of our gateway holds when it has ended.

It does not know what it should hold.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def written(project: Path) -> int:
    """How many requests stand in the journal of a project."""
    with closing(sqlite3.connect(project / ".vouch" / "journal.db")) as database:
        (number,) = database.execute("SELECT count(*) FROM event WHERE kind = 'request.served'").fetchone()
    return int(number)
