"""What a reader finds in a file: records with their place, or mistakes with theirs.

It does not know any format, nor what a case is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Record(NamedTuple):
    """One entry of a file: `place` as people count it (`line 3`), its number there, and its fields by name."""

    unit: str
    number: int
    values: dict[str, object]

    @property
    def place(self) -> str:
        """Where it stands, such as `line 3` or `row 12`."""
        return f"{self.unit} {self.number}"

    @property
    def name(self) -> str:
        """What a case without an id is called, such as `line-3`."""
        return f"{self.unit}-{self.number}"


class Mistake(NamedTuple):
    """Something at a place that cannot be read, and why."""

    place: str
    why: str


Found = Iterator[Record | Mistake]
"""A file, entry by entry. A reader raises `CaseError` only for what makes all of the rest unreadable."""
