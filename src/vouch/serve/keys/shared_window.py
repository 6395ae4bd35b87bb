"""A sliding minute that several processes share: in any minute never more than the limit over all of them.

It does not know what is counted.
"""

from __future__ import annotations

from vouch.serve.keys.ledger import Ledger


class SharedWindow:
    """As `Window`, by slices of the ledger's minute `name`: one a second at the most, while there is room to spare."""

    def __init__(self, limit: int, ledger: Ledger, name: str) -> None:
        self.limit = limit
        self._ledger = ledger
        self._name = name
        self._second = 0
        self._left = 0
        self._changes: dict[int, int] = {}

    def fits(self, now: float, amount: int) -> bool:
        """Whether so much more may come at this time (monotonic seconds)."""
        second = int(now)
        self._move_on(second)
        if self._left >= amount:
            return True
        drawn = self._draw(second, amount)
        if not drawn and self._changes:
            self.tell()
            drawn = self._draw(second, amount)
        return drawn > 0

    def add(self, now: float, amount: int) -> int:
        """Count `amount`, which fits, and give the second to correct it in later."""
        self._move_on(int(now))
        self._left -= amount
        return self._second

    def correct(self, second: int, difference: int) -> None:
        """What was counted in this second was more, or less; the others are told of it within a second."""
        if difference:
            self._changes[second] = self._changes.get(second, 0) + difference

    def wait(self, now: float, amount: int) -> float:
        """In how many seconds there is room for `amount`."""
        return self._ledger.wait(self._name, now, amount, limit=self.limit)

    def tell(self, now: float | None = None) -> None:
        """Tell the others what was used more or less, and (at a time) give back what is left of a second gone by."""
        if now is not None:
            self._move_on(int(now))
        if self._changes:
            self._ledger.correct_minute(self._name, self._changes)
            self._changes = {}

    def _draw(self, second: int, amount: int) -> int:
        drawn = self._ledger.draw_minute(self._name, second, amount - self._left, limit=self.limit)
        self._left += drawn
        return drawn

    def _move_on(self, second: int) -> None:
        if second > self._second:
            self.correct(self._second, -self._left)
            self._second, self._left = second, 0
