"""Chunks along the structure of a document."""

from __future__ import annotations

import itertools

import pytest
from tests.knowledge.chunking.made import document

from vouch.errors import ConfigError
from vouch.knowledge.chunking.structure import by_structure
from vouch.values.document import Block, Chunk, Document


def texts(source: Document, limit: int, overlap: int = 0) -> list[str]:
    return [chunk.text for chunk in by_structure(source, limit=limit, overlap=overlap)]


def test_what_fits_is_one_chunk_with_all_that_the_document_says():
    source = Document("a.md", "# Lamps\n\nBright.\n", {"title": "Lamps"}, access=("staff",), trusted=True)
    (chunk,) = by_structure(source)
    assert chunk == Chunk(
        chunk.id, "a.md", "# Lamps\n\nBright.", (0, 16), 0, (), "", 0, {"title": "Lamps"}, ("staff",), True
    )


def test_sections_are_kept_whole_before_blocks_are():
    source = document("# A\n\none two three\n\nfour five six\n\n# B\n\nseven\n\n# C\n\neight nine ten eleven twelve")
    assert texts(source, 40) == [
        "# A\n\none two three\n\nfour five six",
        "# B\n\nseven",
        "# C\n\neight nine ten eleven twelve",
    ]


def test_headings_are_carried_and_stay_with_what_follows():
    source = document("# Shop\n\n## Returns ##\n\nWithin 30 days.\n\nBy post only.\n\nOrders\n------\n\nBy phone.")
    chunks = by_structure(source, limit=45)
    assert [(chunk.text.split("\n")[0], chunk.headings) for chunk in chunks] == [
        ("# Shop", ()),
        ("By post only.", ("Shop", "Returns")),
        ("Orders", ("Shop",)),
    ]


def test_a_table_is_cut_between_rows_and_carries_its_first():
    rows = [f"| {number} | part number {number} |" for number in range(9)]
    source = document("# Parts\n\n" + "\n".join(["| id | name |", "| --- | --- |", *rows]))
    chunks = by_structure(source, limit=90)
    assert len(chunks) > 2
    assert [line for chunk in chunks for line in chunk.text.splitlines()][-9:] == rows
    assert {chunk.headings for chunk in chunks[1:]} == {("Parts", "| id | name |")}


def test_rows_that_name_their_columns_carry_nothing():
    text = "\n".join(f"id: {number} | name: part" for number in range(9))
    chunks = by_structure(Document("a.csv", text, blocks=(Block("table", (0, len(text))),)), limit=60)
    assert {chunk.headings for chunk in chunks} == {()}


def test_code_is_cut_before_what_begins_at_its_margin_and_keeps_its_indentation():
    code = "import lamp\n\n\ndef on():\n    lamp.on()\n\n    return 1\n\n\ndef off():\n    lamp.off()"
    source = Document("a.py", code, blocks=(Block("code", (0, len(code))),))
    assert texts(source, 45) == [
        "import lamp",
        "def on():\n    lamp.on()\n\n    return 1",
        "def off():\n    lamp.off()",
    ]
    assert "    return 1" in texts(source, 25)


def test_a_list_is_cut_between_its_outer_items():
    source = document("- lamps\n  - red ones\n  - blue ones\n- bulbs\n  - small ones\n")
    assert texts(source, 40) == ["- lamps\n  - red ones\n  - blue ones", "- bulbs\n  - small ones"]


def test_a_list_is_rather_cut_elsewhere_than_from_the_text_that_introduces_it():
    text = "We sell many things here today.\n\nYou need these things:\n\n- a lamp\n- a bulb"
    assert texts(document(text), 70)[-1] == "You need these things:\n\n- a lamp\n- a bulb"


def test_a_long_text_is_cut_between_sentences_a_long_sentence_between_words_a_long_word_anywhere():
    sentences = texts(Document("x", "One is red. Two is blue. Three is green."), 26)
    assert " ".join(sentences) == "One is red. Two is blue. Three is green."
    assert all(sentence.endswith(".") for sentence in sentences)
    assert 2 <= len(sentences) <= 3
    assert all(len(text) <= 12 for text in texts(Document("x", "one two three four five six"), 12))
    assert "".join(texts(Document("x", "x" * 100), 12)) == "x" * 100


def test_an_overlap_is_whole_words_and_never_reaches_over_a_heading():
    source = document("# A\n\n" + "alpha beta gamma. " * 6 + "\n\n# B\n\n" + "delta epsilon. " * 6)
    chunks = by_structure(source, limit=60, overlap=12)
    first_of_b = next(chunk for chunk in chunks if chunk.text.startswith("# B"))
    overlapping = [chunk for last, chunk in itertools.pairwise(chunks) if chunk.span[0] < last.span[1]]
    assert len(overlapping) == len(chunks) - 2
    assert first_of_b not in overlapping
    assert all(source.text[chunk.span[0] - 1].isspace() for chunk in overlapping)


def test_the_page_is_that_of_the_block_where_a_chunk_begins():
    text = "first page text\n\nsecond page text"
    blocks = (Block("text", (0, 15), page=1), Block("text", (17, 33), page=2))
    assert [chunk.page for chunk in by_structure(Document("x", text, blocks=blocks), limit=20)] == [1, 2]


def test_text_that_no_block_covers_is_cut_too():
    source = Document("x", "before\n\nheading\n\nmiddle\n\nafter", blocks=(Block("heading", (8, 15), 1),))
    assert " ".join(texts(source, 16)) == "before heading\n\nmiddle after"
    overlapping = Document("x", "abcdef", blocks=(Block("text", (0, 4)), Block("text", (2, 99))))
    assert texts(overlapping, 10) == ["abcdef"]


def test_a_heading_without_text_is_a_chunk():
    assert texts(document("text here\n\n# End\n\n## Really"), 22) == ["text here", "# End\n\n## Really"]


def test_a_line_of_signs_stays_with_what_stands_before():
    assert texts(document("One.\n\n---\n\nTwo three."), 11) == ["One.\n\n---", "Two three."]
    assert texts(document("---\n\nTwo."), 4) == ["---", "Two."]


def test_an_empty_document_has_no_chunks():
    assert by_structure(Document("x", "")) == by_structure(Document("x", " \n\n ")) == ()


def test_impossible_limits_are_refused():
    with pytest.raises(ConfigError, match="limit=-3 leaves no room"):
        by_structure(Document("x", "text"), limit=-3)
