"""What several processes that serve together share of budgets and limits: each takes a slice, and spends that alone.

It does not know keys or requests. It lives as long as the processes do, in a small SQLite file of its own that nothing
else writes to: what was spent for good stands in the journal. Every method blocks for some tens of microseconds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from decimal import ROUND_DOWN, Context, Decimal
from pathlib import Path
from typing import Final

from vouch.errors import ConfigError
from vouch.serve.keys.window import SECONDS

SHARES: Final = 8
"""Of what is left beyond the need of the moment, a slice is this part for each process."""

_EXACT: Final = Context(prec=100)
_STEP: Final = Decimal("0.000001")
_BUSY_SECONDS: Final = 5.0
_TABLES: Final = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=OFF;
CREATE TABLE IF NOT EXISTS purse (name TEXT PRIMARY KEY, taken TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS minute (
    name TEXT, second INTEGER, amount INTEGER NOT NULL, PRIMARY KEY (name, second)
) WITHOUT ROWID;
"""


class Ledger:
    """The ledger in `file`, made if there is none, among `processes` that share it; raises `ConfigError`."""

    def __init__(self, file: Path, *, processes: int) -> None:
        self._parts = SHARES * max(1, processes)
        try:
            self._database = sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            # It need not outlive a power cut: that ends all who share it.
            self._database.executescript(_TABLES)
        except sqlite3.Error as error:
            raise ConfigError(f"the ledger {str(file)!r} cannot be opened ({error}); is its folder there?") from error

    def draw(self, purse: str, least: Decimal, *, budget: Decimal, base: Decimal) -> Decimal:
        """A slice of at least `least`, or 0 when less is left of `budget`.

        `base` is what was spent before anybody drew from this purse; it counts the first time only.
        """
        with self._changing():
            taken = self._taken(purse)
            taken = base if taken is None else taken
            room = _EXACT.subtract(budget, taken)
            if room < least:
                return Decimal(0)
            more = _EXACT.divide(_EXACT.subtract(room, least), Decimal(self._parts)).quantize(
                _STEP, ROUND_DOWN, context=_EXACT
            )
            slice_ = _EXACT.add(least, more)
            self._put(purse, _EXACT.add(taken, slice_))
            return slice_

    def give_back(self, purse: str, amount: Decimal) -> None:
        """What was drawn and not spent; a negative amount for what was spent and not drawn."""
        with self._changing():
            taken = self._taken(purse)
            self._put(purse, _EXACT.subtract(taken or Decimal(0), amount))

    def draw_minute(self, name: str, second: int, least: int, *, limit: int) -> int:
        """A slice of a sliding minute, to be used within `second`: at least `least`, or 0 when there is less room."""
        with self._changing():
            self._database.execute("DELETE FROM minute WHERE name = ? AND second <= ?", (name, second - SECONDS - 1))
            row = self._database.execute("SELECT COALESCE(SUM(amount), 0) FROM minute WHERE name = ?", (name,))
            room: int = limit - row.fetchone()[0]
            if room < least:
                return 0
            slice_ = least + (room - least) // self._parts
            self._count(name, second, slice_)
            return slice_

    def correct_minute(self, name: str, changes: dict[int, int]) -> None:
        """What was used in these seconds was more than was drawn, or less."""
        with self._changing():
            for second, change in changes.items():
                self._count(name, second, change)

    def wait(self, name: str, now: float, amount: int, *, limit: int) -> float:
        """In how many seconds there is room for `amount`; a whole minute for more than there ever is."""
        rows: list[tuple[int, int]] = self._database.execute(
            "SELECT second, amount FROM minute WHERE name = ? AND second >= ? ORDER BY second",
            (name, int(now) - SECONDS),
        ).fetchall()
        missing = amount - (limit - sum(count for _, count in rows))
        for second, count in rows:
            if missing <= 0:
                break
            missing -= count
            if missing <= 0:
                return max(0.0, second + SECONDS + 1 - now)
        return 0.0 if missing <= 0 else float(SECONDS)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def _changing(self) -> Generator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            self._database.execute("COMMIT")

    def _taken(self, purse: str) -> Decimal | None:
        row = self._database.execute("SELECT taken FROM purse WHERE name = ?", (purse,)).fetchone()
        return None if row is None else Decimal(row[0])

    def _put(self, purse: str, taken: Decimal) -> None:
        self._database.execute("INSERT OR REPLACE INTO purse VALUES (?, ?)", (purse, str(taken)))

    def _count(self, name: str, second: int, amount: int) -> None:
        self._database.execute(
            "INSERT INTO minute VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount",
            (name, second, amount),
        )
