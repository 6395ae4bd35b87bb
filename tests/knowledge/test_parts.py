"""The parts of a question."""

from __future__ import annotations

from vouch.knowledge.parts import parts_of


def test_a_short_question_is_its_own_only_part() -> None:
    assert parts_of("Where is my parcel?") == ["Where is my parcel?"]
    assert parts_of("Hello. Where is my parcel?") == ["Hello. Where is my parcel?"]


def test_sentences_and_lines_are_parts_once_each() -> None:
    text = "I lost my card. Can you block it?\n- send me a new one\n- send me a new one"
    assert parts_of(text) == [text, "I lost my card.", "Can you block it?", "- send me a new one"]


def test_there_are_not_too_many() -> None:
    assert len(parts_of("\n".join(f"line number {each}" for each in range(500)))) == 65
