"""A Word file (DOCX) becomes a document: headings by their styles, lists, tables, footnotes.

It does not know layout: pages exist only where a program draws them. Macros are never touched; hidden and deleted text
is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from xml.etree.ElementTree import Element

from vouch.knowledge.reading.draft import Draft, line, table
from vouch.knowledge.reading.limits import LIMITS, Limits, Unreadable
from vouch.knowledge.reading.package import Package
from vouch.values.document import Document

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING: Final = re.compile(r"(?:heading|überschrift|titre|título|titolo|kop) ?([1-9])$", re.IGNORECASE)
_BREAKS: Final = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_CONTAINERS: Final = frozenset({f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml", f"{_W}smartTag"})
_STYLES_DEEP: Final = 20
"""Styles that may be based on one another."""


def read_word(data: bytes, name: str, limits: Limits = LIMITS) -> Document:
    """A DOCX as a document. Raises `Unreadable`."""
    package = Package(data, limits)
    if "word/document.xml" not in package:
        raise Unreadable("it is no Word file: word/document.xml is missing")
    body = package.xml("word/document.xml").find(f"{_W}body")
    reader = _Reader(Draft(limits), _Styles(package.xml("word/styles.xml")))
    if body is not None:
        reader.read(body)
    for note in package.xml("word/footnotes.xml").findall(f"{_W}footnote"):
        if note.get(f"{_W}type") is None:
            reader.read(note)
    return reader.finished().document(name, properties(package))


def properties(package: Package) -> dict[str, Any]:
    """Title, author and times of an office file."""
    found = {child.tag.rpartition("}")[2]: line(child.text or "") for child in package.xml("docProps/core.xml")}
    return {
        "title": found.get("title"),
        "author": found.get("creator"),
        "created": found.get("created"),
        "modified": found.get("modified"),
    }


class _Styles:
    """What the styles of a file say of a paragraph: that it is a heading, or an item of a list."""

    def __init__(self, styles: Element) -> None:
        self._known = {style.get(f"{_W}styleId", ""): style for style in styles.findall(f"{_W}style")}

    def level(self, style: str) -> int:
        """The level of a heading, from 1; 0 for any other style."""
        for known in self._chain(style):
            name = _value(known, "name")
            titled = _HEADING.match(name)
            if titled:
                return int(titled[1])
            if name.lower() == "title":
                return 1
            outline = _value(known, "pPr", "outlineLvl")
            if outline.isdigit() and int(outline) < 9:
                return int(outline) + 1
        return 0

    def is_item(self, style: str) -> bool:
        """Whether the style numbers its paragraphs, or sets dots before them."""
        return any(known.find(f"{_W}pPr/{_W}numPr") is not None for known in self._chain(style))

    def _chain(self, style: str) -> Iterator[Element]:
        for _ in range(_STYLES_DEEP):
            known = self._known.get(style)
            if known is None:
                return
            yield known
            style = _value(known, "basedOn")


class _Reader:
    def __init__(self, draft: Draft, styles: _Styles) -> None:
        self._draft = draft
        self._styles = styles
        self._items: list[str] = []

    def read(self, parent: Element) -> None:
        """Read the paragraphs and tables in an element."""
        for child in parent:
            if child.tag == f"{_W}p":
                self._paragraph(child)
            elif child.tag == f"{_W}tbl":
                self._flush()
                self._draft.add("table", table([_row(row) for row in child.iter(f"{_W}tr")]))
            elif child.tag in _CONTAINERS:
                self.read(child)

    def finished(self) -> Draft:
        """What was read, to the last item."""
        self._flush()
        return self._draft

    def _paragraph(self, node: Element) -> None:
        text = _text(node).strip()
        style = _value(node, "pPr", "pStyle")
        level = self._level(node, style)
        numbering = node.find(f"{_W}pPr/{_W}numPr")
        if text and not level and (numbering is not None or self._styles.is_item(style)):
            depth = _value(node, "pPr", "numPr", "ilvl")
            indent = min(int(depth), 8) if depth.isdigit() else 0
            self._items.append(f"{'  ' * indent}- {line(text)}")
            return
        if text:
            self._flush()
            self._draft.add("heading" if level else "text", line(text) if level else text, level=level)

    def _level(self, node: Element, style: str) -> int:
        outline = _value(node, "pPr", "outlineLvl")
        if outline.isdigit() and int(outline) < 9:
            return int(outline) + 1
        return self._styles.level(style)

    def _flush(self) -> None:
        self._draft.add("list", "\n".join(self._items))
        self._items.clear()


def _row(row: Element) -> list[str]:
    return [" ".join(_text(paragraph) for paragraph in cell.iter(f"{_W}p")) for cell in row.findall(f"{_W}tc")]


def _text(node: Element) -> str:
    """The text that is seen of a paragraph."""
    pieces: list[str] = []
    for child in node:
        if child.tag == f"{_W}t":
            pieces.append(child.text or "")
        elif child.tag in _BREAKS:
            pieces.append(_BREAKS[child.tag])
        elif child.tag == f"{_W}r" and child.find(f"{_W}rPr/{_W}vanish") is not None:
            continue
        elif child.tag not in {_FALLBACK, f"{_W}del", f"{_W}pPr", f"{_W}rPr"}:
            pieces.append(_text(child))
    return "".join(pieces)


def _value(node: Element, *path: str) -> str:
    found = node.find("/".join(f"{_W}{step}" for step in path))
    return found.get(f"{_W}val", "") if found is not None else ""
