"""Lines that a person has reviewed: those that were accepted become cases, all others are left out.

It does not know who wrote them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from vouch.proof.datasets.notes import Notes
from vouch.proof.datasets.record import Found, Mistake, Record

_FIELDS: Final = ("id", "input", "expected", "tags", "source", "then", "setting")


def review_records(found: Iterable[Record | Mistake], notes: Notes) -> Found:
    """The accepted lines with the fields of cases; a line that does not say whether it is accepted is a mistake."""
    for entry in found:
        if isinstance(entry, Mistake):
            yield entry
        elif not isinstance(entry.values.get("accepted"), bool):
            yield Mistake(entry.place, '"accepted" must be true or false: look at the line and say which')
        elif entry.values["accepted"]:
            yield entry._replace(values={name: entry.values[name] for name in _FIELDS if name in entry.values})
        else:
            notes.add("a line that nobody has accepted is left out", entry.place)
