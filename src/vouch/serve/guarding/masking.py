"""Personal data replaced by marks such as `[EMAIL_1]` in what goes out, and put back into what comes in.

It does not know what personal data looks like, nor where the texts are.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from vouch.guards.finding import Finding, masked
from vouch.guards.personal import Personal
from vouch.serve.guarding.judging import OVERLAP, PIECE, pieces

_MARK: Final = re.compile(r"\[[A-Z_]{2,24}_[0-9]{1,6}\]", re.IGNORECASE)
_LONGEST: Final = 34
_EDGE: Final = 64
"""Characters at the edges of a piece in which something cut in two might be taken for something else."""


class Marks:
    """The marks of one request: the same piece of data has the same one wherever it stands.

    `taken` is the whole request: a mark that stands there already is given to nobody.
    """

    def __init__(self, personal: Personal, taken: str) -> None:
        self._personal = personal
        self._taken = taken.upper() if "_" in taken and "[" in taken else ""
        self._marks: dict[tuple[str, str], str] = {}
        self._values: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self.replaced = 0
        """How many pieces of data were replaced."""

    def __bool__(self) -> bool:
        return bool(self._values)

    async def mask(self, text: str) -> str:
        """`text` with marks in the place of personal data."""
        found = await self._found(text)
        if not found:
            return text
        self.replaced += len(found)
        return masked(text, found, lambda finding: self._mark(finding.kind, text[finding.start : finding.end]))

    def restore(self, text: str, *, quoted: bool = False) -> str:
        """`text` with the data in the place of their marks; `quoted`, as they stand in a JSON string."""
        if "[" not in text:
            return text
        return _MARK.sub(lambda found: self._value(found[0], quoted=quoted), text)

    def begun(self, text: str) -> int:
        """Where a mark begins at the end of `text` that is not whole yet; the text's length where none does."""
        start = text.rfind("[", max(0, len(text) - _LONGEST))
        if start < 0 or "]" in text[start:]:
            return len(text)
        begun = text[start:].upper()
        return start if any(mark.startswith(begun) for mark in self._values) else len(text)

    async def _found(self, text: str) -> list[Finding]:
        if len(text) <= PIECE:
            return list(self._personal.find(text))
        found: set[Finding] = set()
        for start, end in pieces(len(text)):
            first, last = start + (_EDGE if start else 0), end - (_EDGE if end < len(text) else 0)
            for kind, begins, ends in self._personal.find(text[start:end]):
                if begins + start >= first and ends + start <= last:
                    found.add(Finding(kind, begins + start, ends + start))
            await asyncio.sleep(0)
        return list(found)

    def _mark(self, kind: str, value: str) -> str:
        known = self._marks.get((kind, value))
        if known is None:
            known = next(mark for mark in self._names(kind) if mark not in self._taken)
            self._marks[kind, value] = known
            self._values[known] = value
        return known

    def _names(self, kind: str) -> Iterator[str]:
        while True:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            yield f"[{kind.upper()}_{self._counts[kind]}]"

    def _value(self, mark: str, *, quoted: bool) -> str:
        value = self._values.get(mark.upper())
        if value is None:
            return mark
        return msgspec.json.encode(value)[1:-1].decode() if quoted else value


class Restoring:
    """A filter that puts data back into a text as it comes, also where a mark comes in several pieces."""

    def __init__(self, marks: Marks, *, quoted: bool) -> None:
        self._marks = marks
        self._quoted = quoted
        self._rest = ""

    async def feed(self, text: str) -> str:
        """All but what may be the beginning of a mark."""
        text = self._rest + text
        end = self._marks.begun(text)
        self._rest = text[end:]
        return self._marks.restore(text[:end], quoted=self._quoted)

    async def rest(self) -> str:
        """What only seemed to be one."""
        text, self._rest = self._rest, ""
        return text


assert OVERLAP > 2 * _EDGE  # noqa: S101 - so that whatever is short enough is well inside of one piece
