"""Sentences, and chunks made of them."""

from __future__ import annotations

import time

import pytest
from tests.knowledge.chunking.made import document

from vouch.knowledge.chunking.sentences import by_sentences
from vouch.values.document import Document


@pytest.mark.parametrize(
    "sentences",
    [
        ["Send it back.", "We pay it."],
        ["Ask Dr. Lamp, e.g. by phone.", "She knows J. Bulb."],
        ["See fig. 3 and No. 5.", "It costs 3.50 EUR!", "Really?"],
        ['He said "stop."', "Then he left."],
        ["Wait... what?", "Go!"],
        ["Am 3. Mai kam er.", "Das ist z.B. Dr. Licht."],
        ["これは灯です。", "明るい！", "そうですか。"],
        ["No.", "Yes."],
        ["the end. of it"],
        ["1. First of all, sit.", "Then stand."],
    ],
)
def test_sentences_end_where_people_end_them(sentences):
    gap = "" if "。" in sentences[0] else " "
    assert [chunk.text for chunk in by_sentences(Document("x", gap.join(sentences)))] == sentences


def test_rows_items_and_lines_of_code_are_sentences():
    chunks = by_sentences(document("# A\n\n| x |\n| - |\n| 1. 2 |\n\n- one. two\n- three\n\n```\na. B\n```"))
    assert [chunk.text for chunk in chunks] == [
        *("# A\n\n| x |", "| - |", "| 1. 2 |", "- one. two", "- three", "```", "a. B", "```"),
    ]
    assert {chunk.headings for chunk in chunks[3:]} == {("A",)}


def test_with_a_limit_neighbours_are_put_together_over_paragraphs():
    chunks = by_sentences(Document("x", "One is.\n\nTwo is.\n\nThree is."), limit=18)
    assert "\n\n".join(chunk.text for chunk in chunks) == "One is.\n\nTwo is.\n\nThree is."
    assert len(chunks) == 2
    assert all(len(chunk.text) <= 6 for chunk in by_sentences(Document("x", "One is. Four is."), limit=6))


def test_a_row_of_signs_takes_no_longer_than_any_text():
    text = "." * 50_000 + " " * 50_000 + "\n" * 50_000 + "| " * 25_000
    started = time.process_time()
    by_sentences(Document("x", text), limit=500, overlap=100)
    assert time.process_time() - started < 10
