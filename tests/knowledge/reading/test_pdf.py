"""PDFs become documents."""

from __future__ import annotations

import pytest
from tests.knowledge.reading.made import pdf

from vouch.knowledge.reading.limits import Limits, Unreadable
from vouch.knowledge.reading.pdf import read_pdf

PAGES = [
    [
        (72, 760, 24, "The lamp"),
        (72, 700, 16, "How to"),
        (72, 684, 16, "use it"),
        (72, 650, 11, "It shines in the dark"),
        (72, 637, 11, "and costs \xa33.50."),
        (72, 600, 11, "Another paragraph."),
    ],
    [(300, 100, 11, "On the second page.")],
]


def test_lines_become_paragraphs_with_page_and_box():
    document = read_pdf(pdf(PAGES, title="Manual"), "a.pdf")
    found = [(block.kind, block.level, block.page, document.text[slice(*block.span)]) for block in document.blocks]
    assert found == [
        ("heading", 1, 1, "The lamp"),
        ("heading", 2, 1, "How to use it"),
        ("text", 0, 1, "It shines in the dark\nand costs £3.50."),
        ("text", 0, 1, "Another paragraph."),
        ("text", 0, 2, "On the second page."),
    ]
    assert document.metadata == {"title": "Manual", "author": "Ada", "created": "2025-03-14", "pages": 2}
    left, top, right, bottom = document.blocks[2].box or (0, 0, 0, 0)
    assert (left, right) == pytest.approx((72, 168), abs=3)
    assert (top, bottom) == pytest.approx((842 - 650 - 8, 842 - 637 + 2), abs=3)


@pytest.mark.parametrize(
    ("turn", "corner"),
    [(0, (100, 842 - 40)), (90, (40, 100)), (180, (595 - 100, 40)), (270, (842 - 40, 595 - 100))],
)
def test_boxes_are_those_of_the_page_as_it_is_seen(turn, corner):
    document = read_pdf(pdf([[(110, 60, 11, "Text")]], rotate=turn, box="10 20 605 862"), "a.pdf")
    left, top, right, bottom = document.blocks[0].box or (0, 0, 0, 0)
    assert left - 15 < corner[0] < right + 15
    assert top - 15 < corner[1] < bottom + 15
    assert (right - left > bottom - top) == (turn % 180 == 0)


def test_words_that_a_line_broke_are_mended():
    document = read_pdf(
        pdf([[(72, 700, 11, "The trans\xad"), (72, 687, 11, "formation of X-"), (72, 674, 11, "Rays")]]), "a"
    )
    assert "\2" not in document.text
    assert "\ufffe" not in document.text


def test_scans_locked_and_broken_files_are_refused():
    with pytest.raises(Unreadable, match="it holds no text, only pictures perhaps"):
        read_pdf(pdf([[]]), "a.pdf")
    with pytest.raises(Unreadable, match="it is no PDF that can be read"):
        read_pdf(b"%PDF-1.4 and nothing", "a.pdf")
    with pytest.raises(Unreadable, match="it is no PDF that can be read"):
        read_pdf(b"", "a.pdf")


def test_a_locked_file_is_refused():
    trailer = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >> /ID [<00> <00>] /Root" % (
        b"61" * 32,
        b"62" * 32,
    )
    data = pdf(PAGES).replace(b"/Root", trailer)
    with pytest.raises(Unreadable, match="it is locked by a password; unlock it first"):
        read_pdf(data, "a.pdf")


def test_pages_and_characters_have_limits():
    with pytest.raises(Unreadable, match=r"it has 2 pages, more than 1; raise Limits.pages"):
        read_pdf(pdf(PAGES), "a.pdf", Limits(pages=1))
    with pytest.raises(Unreadable, match=r"more than 50 characters; raise Limits.characters"):
        read_pdf(pdf(PAGES), "a.pdf", Limits(characters=50))
