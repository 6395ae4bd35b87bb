"""The marks with which an answer says where it has something from, such as `[2]` or `[policy/returns.md]`.

It does not know whether what they point at supports the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from vouch.contracts.knowledge import Passage

_MARK: Final = re.compile(r"[ \t]*\[([^\[\]\n]{1,200})\](?!\()")
_NUMBER: Final = re.compile(r"\^?(\d{1,3})")
_NAMED: Final = re.compile(r"(?:source|document|doc|passage|ref)?\s*[:#]?\s*(.+)", re.IGNORECASE)


class Mark(NamedTuple):
    """A mark as it was written, with the blanks before it, its span, and the places of the passages it points at."""

    text: str
    start: int
    end: int
    passages: tuple[int, ...]


def marks(text: str, passages: Sequence[Passage]) -> list[Mark]:
    """The marks in a text, in order; of other words in brackets none.

    A number counts the passages from 1; a name is a document's id, or the end of one after a slash. A mark such as
    `[1, 3]` points at several. A number beyond the passages points at nothing.
    """
    found: list[Mark] = []
    for match in _MARK.finditer(text):
        pointed = [_pointed(part.strip(), passages) for part in re.split(r"[,;]\s*", match[1])]
        if all(each is not None for each in pointed):
            places = tuple(dict.fromkeys(place for each in pointed if each for place in each))
            found.append(Mark(match[0], match.start(), match.end(), places))
    return found


def without(text: str, marked: Sequence[Mark]) -> str:
    """The text without these marks, which are its own."""
    kept, last = "", 0
    for mark in marked:
        kept, last = kept + text[last : mark.start], mark.end
    return kept + text[last:]


def _pointed(name: str, passages: Sequence[Passage]) -> tuple[int, ...] | None:
    """The passages that a mark means; nothing for a number beyond them, None for what is no mark."""
    if number := _NUMBER.fullmatch(name):
        place = int(number[1]) - 1
        return (place,) if 0 <= place < len(passages) else ()
    named = _NAMED.fullmatch(name)
    wanted = (named[1] if named else name).strip()
    if wanted.isdecimal():
        return _pointed(wanted, passages)
    exact = [place for place, passage in enumerate(passages) if passage.document in (name, wanted)]
    return (
        tuple(exact or (at for at, passage in enumerate(passages) if passage.document.endswith(f"/{wanted}"))) or None
    )
