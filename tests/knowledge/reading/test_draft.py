"""A document while it is written."""

from __future__ import annotations

import pytest

from vouch.knowledge.reading.draft import Draft, cleaned, possible, table
from vouch.knowledge.reading.limits import Limits, Unreadable
from vouch.values.document import Block


def test_blocks_stand_a_blank_line_apart():
    draft = Draft()
    draft.add("heading", "Lamps\n", level=1, page=2, box=(1, 2, 3, 4))
    draft.add("text", " \n ")
    draft.add("code", "  indented\n")
    document = draft.document("x", {"title": "Lamps", "author": "", "none": None, "count": 0})
    assert document.text == "Lamps\n\n  indented"
    assert document.blocks == (Block("heading", (0, 5), 1, 2, (1, 2, 3, 4)), Block("code", (7, 17)))
    assert document.metadata == {"title": "Lamps", "count": 0}


def test_it_may_not_grow_beyond_its_limit():
    draft = Draft(Limits(characters=10))
    draft.add("text", "12345")
    with pytest.raises(Unreadable, match=r"more than 10 characters; raise Limits.characters"):
        draft.add("text", "6789")


def test_what_cannot_be_stored_is_replaced_one_for_one():
    assert possible("a\0b\ud800c\udfff") == "a�b�c�"
    assert cleaned({"name": "a\0"}) == {"name": "a�"}
    assert possible("plain") == "plain"


def test_a_table_is_rows_between_bars():
    assert table([["a", "b\nc"], ["", ""], ["x|y", ""]]) == "| a | b c |\n| x\\|y |  |"
