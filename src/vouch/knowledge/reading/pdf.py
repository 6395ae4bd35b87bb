"""A PDF becomes a document: its lines put together to paragraphs, each with its page and its box on it.

It does not know tables or pictures: their text is read as lines. Nothing in a file is executed, and no form is filled.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import import_module
from threading import Lock
from typing import Any, Final, NamedTuple

from vouch.knowledge.reading.draft import Draft, line
from vouch.knowledge.reading.limits import LIMITS, Limits, Unreadable
from vouch.values.document import Box, Document

_PDFIUM: Final = Lock()
"""PDFium may not be called by two threads at a time."""

_HYPHEN: Final = re.compile("[\2\ufffe](?=([a-zß-ÿ])?)")
_LARGER: Final = 1.15
"""A heading is so many times as large as most of the text."""
_HEADING_MOST: Final = 200
"""Characters of a heading."""
_GAP: Final = 0.75
"""Lines farther apart than this part of their height are of two paragraphs."""
_LEVELS: Final = 6
_DATE: Final = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")


class _Line(NamedTuple):
    text: str
    page: int
    box: Box
    height: float


def read_pdf(data: bytes, name: str, limits: Limits = LIMITS) -> Document:
    """A PDF as a document. Needs the extra `documents`; raises `Unreadable`, also for scans, which hold no text."""
    pdfium = _pdfium()
    with _PDFIUM:
        try:
            lines, metadata = _read(pdfium, data, limits)
        except pdfium.PdfiumError as error:
            locked = "password" in str(error).lower()
            why = "it is locked by a password; unlock it first" if locked else f"it is no PDF that can be read: {error}"
            raise Unreadable(why) from error
    if not lines:
        raise Unreadable("it holds no text, only pictures perhaps; have its text recognised (OCR) first")
    draft = Draft(limits)
    for level, block in _blocks(lines):
        text = "\n".join(part.text for part in block)
        page, box = block[0].page, _around([part.box for part in block])
        draft.add("heading" if level else "text", line(text) if level else text, level=level, page=page, box=box)
    return draft.document(name, metadata)


def _read(pdfium: Any, data: bytes, limits: Limits) -> tuple[list[_Line], dict[str, Any]]:
    with pdfium.PdfDocument(data) as document:
        pages = len(document)
        if pages > limits.pages:
            raise Unreadable(f"it has {pages:,} pages, more than {limits.pages:,}; raise Limits.pages")
        lines: list[_Line] = []
        left = limits.characters
        for number in range(pages):
            page = document[number]
            text_page = page.get_textpage()
            left -= text_page.count_chars()
            if left < 0:
                raise Unreadable(f"it holds more than {limits.characters:,} characters; raise Limits.characters")
            lines += _lines(pdfium.raw, page, text_page, number + 1)
            text_page.close()
            page.close()
        told = document.get_metadata_dict(skip_empty=True)
    made = _DATE.match(told.get("CreationDate", ""))
    return lines, {
        "title": line(told.get("Title", "")),
        "author": line(told.get("Author", "")),
        "created": "-".join(part for part in made.groups() if part) if made else "",
        "pages": pages,
    }


def _lines(raw: Any, page: Any, text_page: Any, number: int) -> Iterator[_Line]:
    """The lines of a page in the order of the file, without blank ones."""
    signs = "".join([chr(raw.FPDFText_GetUnicode(text_page, place)) for place in range(text_page.count_chars())])
    frame, turn = page.get_bbox(), page.get_rotation()
    start = 0
    for content in signs.split("\n"):
        text = _cleaned(content)
        if text:
            first = start + len(content) - len(content.lstrip())
            rects = [text_page.get_rect(index) for index in range(text_page.count_rects(start, len(content)))]
            loose = text_page.get_charbox(first, loose=True)
            height = max(loose[3] - loose[1], loose[2] - loose[0] if turn % 180 else 0.0)
            if rects:
                yield _Line(text, number, _seen(_around(rects), frame, turn), height)
        start += len(content) + 1


def _cleaned(content: str) -> str:
    """A line with its surrogate pairs joined, and words that it broke by a hyphen mended."""
    mended = _HYPHEN.sub(lambda found: "" if found[1] else "-", content)
    return mended.encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()


def _around(boxes: Sequence[Box]) -> Box:
    """The smallest box around all."""
    lefts, firsts, rights, seconds = zip(*boxes, strict=True)
    return min(lefts), min(firsts), max(rights), max(seconds)


def _seen(box: Box, frame: Box, turn: int) -> Box:
    """A box of the file (left, bottom, right, top) as it is seen: from the upper left corner of the turned page."""
    left, bottom, right, top = box
    west, south, east, north = frame
    if turn == 90:
        found = bottom - south, left - west, top - south, right - west
    elif turn == 180:
        found = east - right, bottom - south, east - left, top - south
    elif turn == 270:
        found = north - top, east - right, north - bottom, east - left
    else:
        found = left - west, north - top, right - west, north - bottom
    return found[0], found[1], found[2], found[3]


def _blocks(lines: Sequence[_Line]) -> Iterator[tuple[int, list[_Line]]]:
    """Lines put together: the level of a heading, or 0, and the lines of the block."""
    levels = _levels(lines)
    block: list[_Line] = []
    for part in lines:
        if block and not _goes_on(block[-1], part, levels):
            yield levels.get(_size(block[0]), 0), block
            block = []
        block.append(part)
    if block:
        yield levels.get(_size(block[0]), 0), block


def _levels(lines: Sequence[_Line]) -> dict[float, int]:
    """The sizes of headings, the largest first."""
    letters: Counter[float] = Counter()
    longest: dict[float, int] = {}
    for part in lines:
        letters[_size(part)] += len(part.text)
        longest[_size(part)] = max(longest.get(_size(part), 0), len(part.text))
    usual = letters.most_common(1)[0][0]
    sizes = sorted(
        (size for size in letters if size > usual * _LARGER and longest[size] <= _HEADING_MOST), reverse=True
    )
    return {size: min(level, _LEVELS) for level, size in enumerate(sizes, 1)}


def _goes_on(last: _Line, part: _Line, levels: dict[float, int]) -> bool:
    """Whether a line belongs to the block that ends with `last`."""
    if part.page != last.page or levels.get(_size(part), 0) != levels.get(_size(last), 0):
        return False
    gap = part.box[1] - last.box[3]
    return -last.height < gap < last.height * _GAP


def _size(part: _Line) -> float:
    return round(part.height * 2) / 2


def _pdfium() -> Any:
    try:
        return import_module("pypdfium2")
    except ImportError as error:
        raise Unreadable("PDF needs the package `pypdfium2`: pip install vouch-llm[documents]") from error
