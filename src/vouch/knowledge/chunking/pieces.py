"""The pieces of a document, from its blocks down to single words: what may be cut, and how gladly.

It does not know how large a chunk may be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from vouch.values.document import Document, Kind

_PARAGRAPH: Final = re.compile(r"\S(?:.*\S)?(?:\n[ \t]*\S.*)*")
_WORD: Final = re.compile(r"\S+")
_LINE: Final = re.compile(r"(?:(?<![^\n])[ \t]*+)?\S[^\n]*")
_ITEM: Final = re.compile(r"^([ \t]*)(?:[-*+•]|\d{1,9}[.)])[ \t]", re.MULTILINE)
_END: Final = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]*_]*\s+|[。！？｡]+[”’」』）]*\s*")
_SAYING: Final = re.compile(r"\w")
_RULE: Final = 80
"""Characters of a line that only separates, such as `---`; it stays with what stands before."""
_SHORTENED: Final = frozenset(
    {
        *("dr", "prof", "mr", "mrs", "ms", "vs", "e.g", "i.e", "cf", "approx", "bzw", "ca", "d.h", "evtl", "ggf"),
        *("inkl", "z.b", "u.a", "s.o", "s.u", "vgl", "bspw", "st", "hr", "fr"),
    }
)
_BEFORE_NUMBERS: Final = frozenset(
    {
        *("no", "nos", "nr", "fig", "figs", "eq", "sec", "ch", "p", "pp", "vol", "art", "abs", "tab", "kap"),
        *("jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"),
    }
)
_MONTH: Final = re.compile("Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez")
"""Days before them are written with a full stop in German."""

HEADING: Final = 100
"""Strength of the place before a heading of level 0; each level below is one less."""

BLOCK: Final = 10
"""Strength of the place between two blocks of a section."""

INTRODUCED: Final = 5
"""Strength of the place after a text that introduces what follows: it ends with a colon."""


class Piece(NamedTuple):
    """Characters `start` to `end` of a text, and how gladly it is cut before them; from `body` on, without headings."""

    start: int
    end: int
    strength: int = 0
    kind: Kind = "text"
    body: int = 0

    @property
    def inner(self) -> int:
        """Where what may be cut begins: headings stay with what follows."""
        return max(self.start, self.body)


def blocks_of(document: Document) -> list[Piece]:
    """Its blocks, each with the headings right above it; whatever text its blocks leave out is a block too."""
    pieces: list[Piece] = []
    text = document.text
    above: Piece | None = None
    for start, end, kind, level in _covering(document):
        if kind == "heading":
            above = above or Piece(start, end, HEADING - level, "heading")
            continue
        if above:
            pieces.append(Piece(above.start, end, above.strength, kind, start))
            above = None
            continue
        if pieces and end - start < _RULE and not _SAYING.search(text, start, end):
            pieces[-1] = pieces[-1]._replace(end=end)
            continue
        introduced = bool(pieces) and text[pieces[-1].end - 1] == ":"
        pieces.append(Piece(start, end, INTRODUCED if introduced else BLOCK, kind))
    if above:
        pieces.append(Piece(above.start, len(text), above.strength, "heading"))
    return pieces


def _covering(document: Document) -> Iterator[tuple[int, int, Kind, int]]:
    text, done = document.text, 0
    for block in document.blocks:
        start, end = max(block.span[0], done), min(block.span[1], len(text))
        if start > done and not text[done:start].isspace():
            yield from _plain(text, done, start)
        if start < end and not text[start:end].isspace():
            yield start, end, block.kind, block.level
        done = max(done, end)
    yield from _plain(text, done, len(text))


def _plain(text: str, start: int, end: int) -> Iterator[tuple[int, int, Kind, int]]:
    for found in _PARAGRAPH.finditer(text, start, end):
        yield *found.span(), "text", 0


def parts(text: str, piece: Piece) -> list[Piece]:
    """What a block is made of: sentences, rows, items, or lines of code."""
    if piece.kind == "table":
        return _joined(piece, ((*found.span(), 0) for found in _LINE.finditer(text, piece.inner, piece.end)))
    if piece.kind == "code":
        return _joined(piece, _code(text, piece))
    if piece.kind == "list":
        return _joined(piece, _items(text, piece)) or sentences(text, piece)
    return sentences(text, piece)


def sentences(text: str, piece: Piece) -> list[Piece]:
    """The sentences of a piece."""
    spans: list[tuple[int, int, int]] = []
    start = piece.inner
    for found in _END.finditer(text, start, piece.end):
        place = found.end()
        if place < piece.end and _ends(text, start, found.start(), place):
            spans.append((start, place, 0))
            start = place
    spans.append((start, piece.end, 0))
    return _joined(piece, spans)


def words(text: str, piece: Piece) -> list[Piece]:
    """The words of a piece."""
    return _joined(piece, ((*found.span(), 0) for found in _WORD.finditer(text, piece.start, piece.end)))


def slices(piece: Piece, width: int) -> list[Piece]:
    """A piece without blanks, in slices of `width` characters."""
    return [Piece(at, min(at + width, piece.end)) for at in range(piece.start, piece.end, width)]


def _joined(piece: Piece, spans: Iterator[tuple[int, int, int]] | Sequence[tuple[int, int, int]]) -> list[Piece]:
    """The parts of a piece; the first begins where it does."""
    found = [Piece(start, end, strength, piece.kind) for start, end, strength in spans]
    return [found[0]._replace(start=piece.start, body=piece.body), *found[1:]] if found else []


def _ends(text: str, start: int, stop: int, after: int) -> bool:
    """Whether a sign at `stop` ends the sentence from `start`; the next one would begin at `after`."""
    if text[stop] != ".":
        return True
    if text[after].islower():
        return False
    blank = max(text.rfind(" ", start, stop), text.rfind("\n", start, stop)) + 1
    word = text[max(start, blank) : stop].lstrip("(\"'“„[").lower()
    if text[after].isdigit() and word in _BEFORE_NUMBERS:
        return False
    if word.isdigit() and len(word) < 3:
        return blank > start and not _MONTH.match(text, after)
    return not (word in _SHORTENED or (len(word) == 1 and word.isalpha()))


def _items(text: str, piece: Piece) -> list[tuple[int, int, int]]:
    """The items of a list; the less indented, the more gladly cut."""
    found = [(at.start(), -len(at[1].expandtabs(4))) for at in _ITEM.finditer(text, piece.inner, piece.end)]
    if not found:
        return []
    starts = [piece.start, *(start for start, _ in found[1:])]
    ends = [*starts[1:], piece.end]
    return [(start, end, strength) for start, end, (_, strength) in zip(starts, ends, found, strict=True)]


def _code(text: str, piece: Piece) -> Iterator[tuple[int, int, int]]:
    """Lines of code; most gladly cut after a blank line, before one that is not indented."""
    last = piece.inner
    for found in _LINE.finditer(text, last, piece.end):
        start, end = found.span()
        after_blank = text.count("\n", last, start) > 1
        yield start, end, 2 * after_blank + (not text[start].isspace())
        last = end


Finer = Callable[[str, Piece], list[Piece]]
"""Takes a piece apart."""

FINER: Final[tuple[Finer, ...]] = (parts, sentences, words)
"""How what is too large is taken apart, step by step."""
