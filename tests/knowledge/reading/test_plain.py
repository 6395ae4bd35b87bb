"""Plain text and source code."""

from __future__ import annotations

from vouch.knowledge.reading.plain import read_code, read_text
from vouch.values.document import Block, Document


def test_text_is_taken_as_it_stands():
    assert read_text(b"One.\r\n\r\nTwo.", "a.txt") == Document("a.txt", "One.\n\nTwo.")


def test_code_is_one_block():
    document = read_code(b"def f(): ...\n", "src/a.PY")
    assert (document.blocks, document.metadata) == ((Block("code", (0, 13)),), {"language": "py"})
    assert read_code(b"\n", "b.py").blocks == ()
