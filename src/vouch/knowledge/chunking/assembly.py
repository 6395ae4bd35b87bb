"""Spans of a document become chunks: with an id, the headings above, and an overlap with what stands before.

It does not know why the spans were chosen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from vouch.knowledge.chunking.measure import Measure
from vouch.values.digest import digest_bytes
from vouch.values.document import Block, Chunk, Document

_MARKS: Final = re.compile(r"^#{1,6}[ \t]+|[ \t]+#+$")
_WORD: Final = re.compile(r"\S+")
_LETTERS: Final = 16
"""Characters that a token has at most, as far as is looked back for an overlap."""
_TITLE: Final = 500
"""Characters of a heading that are carried."""
_NOWHERE: Final = Block("text", (0, 0))


def assemble(
    document: Document, spans: Sequence[tuple[int, int]], *, overlap: int = 0, measure: Measure = len
) -> tuple[Chunk, ...]:
    """The chunks at `spans`, which stand in order; blanks around them are left out, and what is blank altogether.

    Each begins with as many whole words before it as fit in `overlap`, unless it begins with a heading.
    """
    text = document.text
    counts: dict[str, int] = {}
    found: list[Chunk] = []
    above = _Above(document)
    last = 0
    for start, end in spans:
        start, end = _trimmed(text, start, end)
        if start == end:
            continue
        own = start
        headings, page, at_heading = above.at(start)
        if overlap and found and not at_heading:
            start = _earlier(text, start, overlap, measure, least=last)
        last = own
        content = text[start:end]
        found.append(
            Chunk(
                id=_identify(document.id, content, counts),
                document=document.id,
                text=content,
                span=(start, end),
                place=len(found),
                headings=headings,
                page=page,
                metadata=document.metadata,
                access=document.access,
                trusted=document.trusted,
            )
        )
    return tuple(found)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without blank lines before and blanks behind; the indentation of a first line stays."""
    piece = text[start:end].rstrip()
    blank = len(piece) - len(piece.lstrip())
    return start + piece.rfind("\n", 0, blank) + 1, start + len(piece)


def _identify(document: str, content: str, counts: dict[str, int]) -> str:
    """From the document and the content; the second chunk of the same content has another id than the first."""
    count = counts[content] = counts.get(content, 0) + 1
    return digest_bytes(f"{document}\0{content}\0{count}".encode("utf-8", "surrogatepass"))


def _earlier(text: str, start: int, overlap: int, measure: Measure, *, least: int) -> int:
    """The first word from `least` on from which it is no farther than `overlap` to `start`."""
    least = max(least, start - (overlap if measure is len else _LETTERS * overlap))
    room, place = overlap, start
    for word in reversed(list(_WORD.finditer(text, least, start))):
        room -= measure(text[word.start() : place])
        if room < 0 or (word.start() == least > 0 and not text[least - 1].isspace()):
            break
        place = word.start()
    return place


class _Above:
    """What stands above a place of a document; places must be asked for in order."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._blocks = document.blocks
        self._next = 0
        self._stack: list[tuple[int, str]] = []

    def at(self, start: int) -> tuple[tuple[str, ...], int, bool]:
        """The headings above `start`, its page, and whether a heading begins there."""
        blocks = self._blocks
        while self._next < len(blocks) and blocks[self._next].span[0] < start:
            block = blocks[self._next]
            if block.kind == "heading":
                self._leave(block.level)
                self._stack.append((block.level, self._title(block)))
            self._next += 1
        here = blocks[self._next] if self._next < len(blocks) and blocks[self._next].span[0] == start else None
        if here and here.kind == "heading":
            self._leave(here.level)
        titles = tuple(title for _, title in self._stack)
        within = blocks[self._next - 1] if self._next else None
        if not here and within and within.kind == "table" and start < within.span[1]:
            titles += self._columns(within)
        page = (here or within or _NOWHERE).page
        return titles, page, bool(here and here.kind == "heading")

    def _leave(self, level: int) -> None:
        while self._stack and self._stack[-1][0] >= level:
            self._stack.pop()

    def _title(self, block: Block) -> str:
        start, end = block.span
        line = self._text[start : min(end, start + _TITLE)].strip().split("\n", 1)[0]
        return _MARKS.sub("", line).strip()

    def _columns(self, table: Block) -> tuple[str, ...]:
        """The first row of a table whose later rows do not name their columns."""
        start, end = table.span
        row = self._text[start : min(end, start + _TITLE)].lstrip().split("\n", 1)[0]
        return (row,) if row.startswith("|") else ()
