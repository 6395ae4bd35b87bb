"""A presentation (PPTX) becomes a document: each slide a page, its title a heading, then texts, tables and notes.

It does not know pictures or charts. Hidden slides are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname, join, normpath
from typing import Final
from xml.etree.ElementTree import Element

from vouch.knowledge.reading.draft import Draft, line, table
from vouch.knowledge.reading.limits import LIMITS, Limits, Unreadable
from vouch.knowledge.reading.package import Package
from vouch.knowledge.reading.word import properties
from vouch.values.document import Box, Document

_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P: Final = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_RELATION: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TITLES: Final = frozenset({"title", "ctrTitle"})
_REPEATED: Final = frozenset({"dt", "ftr", "sldNum", "hdr", "sldImg"})
_EMU: Final = 12_700
"""English metric units in a point."""


def read_slides(data: bytes, name: str, limits: Limits = LIMITS) -> Document:
    """A PPTX as a document; a block's `page` is its slide. Raises `Unreadable`."""
    package = Package(data, limits)
    start = "ppt/presentation.xml"
    if start not in package:
        raise Unreadable("it is no presentation: ppt/presentation.xml is missing")
    related = _related(package, start)
    slides = [related.get(slide.get(f"{_R}id", ""), "") for slide in package.xml(start).iter(f"{_P}sldId")]
    if len(slides) > limits.pages:
        raise Unreadable(f"it has {len(slides):,} slides, more than {limits.pages:,}; raise Limits.pages")
    draft = Draft(limits)
    for page, path in enumerate(slides, 1):
        slide = package.xml(path)
        if slide.get("show") != "0":
            _add(draft, slide, page)
            _add_notes(draft, package, path, page)
    return draft.document(name, {**properties(package), "pages": len(slides)})


def _related(package: Package, path: str) -> dict[str, str]:
    """Files that a file names, by the number it gives them."""
    folder, file = dirname(path), path.rpartition("/")[2]
    return {
        relation.get("Id", ""): normpath(join("/", folder, relation.get("Target", "")))[1:]
        for relation in package.xml(f"{folder}/_rels/{file}.rels").iter(_RELATION)
    }


def _add(draft: Draft, slide: Element, page: int) -> None:
    for shape in _shapes(slide):
        box = _box(shape)
        for grid in shape.iter(f"{_A}tbl"):
            rows = [[" ".join(_paragraphs(cell)) for cell in row.findall(f"{_A}tc")] for row in grid.iter(f"{_A}tr")]
            draft.add("table", table(rows), page=page, box=box)
        body = shape.find(f"{_P}txBody")
        if body is None or _place(shape) in _REPEATED:
            continue
        if _place(shape) in _TITLES:
            draft.add("heading", line(" ".join(_paragraphs(body))), level=1, page=page, box=box)
        else:
            draft.add("text", "\n".join(_paragraphs(body)), page=page, box=box)


def _add_notes(draft: Draft, package: Package, path: str, page: int) -> None:
    for target in _related(package, path).values():
        if "/notesSlides/" in f"/{target}":
            for shape in package.xml(target).iter(f"{_P}sp"):
                body = shape.find(f"{_P}txBody")
                if body is not None and _place(shape) not in _REPEATED:
                    draft.add("text", "\n".join(_paragraphs(body)), page=page)


def _shapes(slide: Element) -> Iterator[Element]:
    """Its shapes with their titles first, as they are read."""
    shapes = [shape for shape in slide.iter() if shape.tag in {f"{_P}sp", f"{_P}graphicFrame"}]
    yield from sorted(shapes, key=lambda shape: _place(shape) not in _TITLES)


def _place(shape: Element) -> str:
    """What a shape stands for on its slide, such as its title."""
    found = shape.find(f".//{_P}nvPr/{_P}ph")
    return found.get("type", "") if found is not None else ""


def _paragraphs(body: Element) -> list[str]:
    found: list[str] = []
    for paragraph in body.iter(f"{_A}p"):
        pieces = [
            node.text or "" if node.tag == f"{_A}t" else "\n"
            for node in paragraph.iter()
            if node.tag in {f"{_A}t", f"{_A}br"}
        ]
        text = "".join(pieces).strip()
        found += [text] if text else []
    return found


def _box(shape: Element) -> Box | None:
    frame = shape.find(f"{_P}spPr/{_A}xfrm")
    frame = shape.find(f"{_P}xfrm") if frame is None else frame
    if frame is None:
        return None
    offset, extent = frame.find(f"{_A}off"), frame.find(f"{_A}ext")
    if offset is None or extent is None:
        return None
    try:
        left, top = int(offset.get("x", "")) / _EMU, int(offset.get("y", "")) / _EMU
        return left, top, left + int(extent.get("cx", "")) / _EMU, top + int(extent.get("cy", "")) / _EMU
    except ValueError:
        return None
