"""How much there was within the last minute, second by second: in any minute never more than the limit.

It does not know what is counted.
"""

from __future__ import annotations

from typing import Final

SECONDS: Final = 60


class Window:
    """A sliding minute. What is older than 60 seconds counts no more; a second that is half outside still does."""

    __slots__ = ("_counts", "_second", "_sum", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._counts = [0] * (SECONDS + 1)
        self._second = 0
        self._sum = 0

    def room(self, now: float) -> int:
        """How much more may come at this time (monotonic seconds)."""
        self._move_on(int(now))
        return self.limit - self._sum

    def fits(self, now: float, amount: int) -> bool:
        """Whether so much more may come at this time."""
        return self.room(now) >= amount

    def add(self, now: float, amount: int) -> int:
        """Count `amount`, and give the second to correct it in later."""
        second = int(now)
        self._move_on(second)
        self._counts[second % len(self._counts)] += amount
        self._sum += amount
        return second

    def correct(self, second: int, difference: int) -> None:
        """What was counted in this second was more, or less."""
        if self._second - second <= SECONDS:
            self._counts[second % len(self._counts)] += difference
            self._sum += difference

    def wait(self, now: float, amount: int) -> float:
        """In how many seconds there is room for `amount`; a whole minute for more than there ever is."""
        self._move_on(int(now))
        missing = amount - (self.limit - self._sum)
        for age in range(SECONDS, -1, -1):
            if missing <= 0:
                break
            missing -= self._counts[(self._second - age) % len(self._counts)]
            if missing <= 0:
                return max(0.0, self._second - age + SECONDS + 1 - now)
        return 0.0 if missing <= 0 else float(SECONDS)

    def _move_on(self, second: int) -> None:
        passed = second - self._second
        if passed <= 0:
            return
        for step in range(1, min(passed, len(self._counts)) + 1):
            place = (self._second + step) % len(self._counts)
            self._sum -= self._counts[place]
            self._counts[place] = 0
        self._second = second
