"""What an import could not carry over, counted, with the first place of each.

It does not know the tools that it is said of.
"""

from __future__ import annotations


class Notes:
    """Sentences about what was left out or changed on the way."""

    def __init__(self) -> None:
        self._times: dict[str, int] = {}
        self._first: dict[str, str] = {}

    def add(self, what: str, place: str = "") -> None:
        """Note one more time that this was so; the first place is kept."""
        self._times[what] = self._times.get(what, 0) + 1
        self._first.setdefault(what, place)

    @property
    def sentences(self) -> list[str]:
        """Each once, with how often and where first."""
        return [f"{what}{self._where(what, times)}" for what, times in self._times.items()]

    def _where(self, what: str, times: int) -> str:
        place = self._first[what]
        return f" ({times} times, first on {place})" if place and times > 1 else f" ({place})" if place else ""
