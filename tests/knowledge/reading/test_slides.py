"""Presentations become documents; the files are written by an independent library."""

from __future__ import annotations

import io

import pptx
import pytest
from pptx.util import Pt
from tests.knowledge.reading.made import changed, zipped

from vouch.knowledge.reading.limits import Limits, Unreadable
from vouch.knowledge.reading.slides import read_slides


def file() -> bytes:
    show = pptx.Presentation()
    show.core_properties.title = "Lamps"
    first = show.slides.add_slide(show.slide_layouts[5])
    first.shapes.title.text = "Why lamps"
    box = first.shapes.add_textbox(Pt(72), Pt(144), Pt(200), Pt(50))
    box.text_frame.text = "They shine\nand last"
    table = first.shapes.add_table(1, 2, Pt(10), Pt(20), Pt(30), Pt(40)).table
    table.cell(0, 0).text, table.cell(0, 1).text = "a", "b"
    first.notes_slide.notes_text_frame.text = "Say this."
    hidden = show.slides.add_slide(show.slide_layouts[5])
    hidden.shapes.title.text = "Hidden"
    hidden._element.set("show", "0")
    last = show.slides.add_slide(show.slide_layouts[6])
    last.shapes.add_textbox(Pt(1), Pt(2), Pt(3), Pt(4)).text_frame.text = "End"
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


def test_slides_are_pages():
    document = read_slides(file(), "a.pptx")
    found = [(block.kind, block.page, document.text[slice(*block.span)]) for block in document.blocks]
    assert found == [
        ("heading", 1, "Why lamps"),
        ("text", 1, "They shine\nand last"),
        ("table", 1, "| a | b |"),
        ("text", 1, "Say this."),
        ("text", 3, "End"),
    ]
    assert document.blocks[1].box == (72, 144, 272, 194)
    assert document.blocks[2].box == (10, 20, 40, 60)
    assert document.blocks[3].box is None
    assert document.metadata["title"] == "Lamps"
    assert document.metadata["pages"] == 3


def test_what_is_no_presentation_is_refused():
    with pytest.raises(Unreadable, match=r"it is no presentation: ppt/presentation.xml is missing"):
        read_slides(zipped({"x": "y"}), "a.pptx")
    with pytest.raises(Unreadable, match=r"it has 3 slides, more than 2; raise Limits.pages"):
        read_slides(file(), "a.pptx", Limits(pages=2))


@pytest.mark.parametrize("frame", ['<a:off x="1" y="2"/>', '<a:off x="?" y="2"/><a:ext cx="1" cy="1"/>'])
def test_a_frame_that_says_nothing_is_no_box(frame):
    slide = f"""<p:sld xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"
    xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><p:sp><p:spPr><a:xfrm>{frame}</a:xfrm></p:spPr>
    <p:txBody><a:p><a:r><a:t>x</a:t></a:r><a:br/><a:r><a:t>y</a:t></a:r></a:p></p:txBody></p:sp></p:sld>"""
    document = read_slides(changed(file(), {"ppt/slides/slide3.xml": slide}), "a.pptx")
    assert document.text.endswith("x\ny")
    assert document.blocks[-1].box is None
