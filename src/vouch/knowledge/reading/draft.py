"""A document while it is written, block after block.

It does not know the format that the blocks come from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from vouch.knowledge.reading.limits import LIMITS, Limits, Unreadable
from vouch.values.document import Block, Box, Document, Kind

_GAP: Final = "\n\n"
_IMPOSSIBLE: Final = re.compile("[\0\ud800-\udfff]")
_BLANKS: Final = re.compile(r"\s+")


class Draft:
    """The text so far and its blocks, a blank line between two; raises `Unreadable` when it grows beyond `limits`."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._length = 0

    def add(self, kind: Kind, text: str, *, level: int = 0, page: int = 0, box: Box | None = None) -> None:
        """Add a block, unless it is blank."""
        text = possible(text).strip("\n").rstrip()
        if not text or text.isspace():
            return
        if self._parts:
            self._parts.append(_GAP)
            self._length += len(_GAP)
        self._parts.append(text)
        self._blocks.append(Block(kind, (self._length, self._length + len(text)), level, page, box))
        self._length += len(text)
        if self._length > self._limits.characters:
            raise Unreadable(f"it holds more than {self._limits.characters:,} characters; raise Limits.characters")

    def document(self, name: str, metadata: Mapping[str, Any]) -> Document:
        """What was added, as the document of this name; metadata without a value are left out."""
        return Document(name, "".join(self._parts), metadata=cleaned(metadata), blocks=tuple(self._blocks))


def cleaned(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """`metadata` without what has no value, and without characters that cannot be stored."""
    return {
        key: possible(value) if isinstance(value, str) else value
        for key, value in metadata.items()
        if value not in (None, "", (), [])
    }


def possible(text: str) -> str:
    """`text` with a replacement character for each that UTF-8 or a database cannot hold; its length stays."""
    if text.isascii() and "\0" not in text:
        return text
    return _IMPOSSIBLE.sub("\ufffd", text)


def line(text: str) -> str:
    """`text` on one line."""
    return _BLANKS.sub(" ", text).strip()


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as lines `| cell | cell |`; blank rows are left out."""
    lines = (" | ".join(line(cell).replace("|", "\\|") for cell in row) for row in rows if any(row))
    return "\n".join(f"| {cells} |" for cells in lines if cells.strip(" |"))
