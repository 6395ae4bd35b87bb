from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from vouch.bench.tasks import squad2
from vouch.errors import CaseError
from vouch.values.case import Case
from vouch.values.result import Result

OFFICIAL = {
    "data": [
        {
            "title": "Rome",
            "paragraphs": [
                {
                    "context": "Rome lies on the Tiber. ",
                    "qas": [
                        {
                            "question": "On what does Rome lie?",
                            "answers": [{"text": "the Tiber"}, {"text": "Tiber"}, {"text": "Tiber"}],
                        },
                        {"question": "Who built Paris?", "answers": [], "is_impossible": True},
                    ],
                }
            ],
        }
    ]
}


def test_the_official_file(tmp_path: Path) -> None:
    (tmp_path / "dev-v2.0.json").write_text(json.dumps(OFFICIAL), "utf-8")
    first, second = squad2.read(tmp_path)
    assert first.input == "Paragraph: Rome lies on the Tiber.\nQuestion: On what does Rome lie?"
    assert (first.split, first.expected, first.answer) == ("dev", ["the Tiber", "Tiber"], "the Tiber")
    assert (second.expected, second.answer) == ([], "unanswerable")
    assert first.source == second.source
    assert (first.tags, second.tags) == (("has an answer",), ("has no answer",))


def test_records_with_their_paragraph_or_beside_a_file_of_paragraphs(tmp_path: Path) -> None:
    flat = {"context": "A b.", "question": "What?", "answers": {"text": ["b"], "answer_start": [2]}}
    (tmp_path / "train.jsonl").write_text(json.dumps(flat), "utf-8")
    assert [row.expected for row in squad2.read(tmp_path)] == [["b"]]
    (tmp_path / "x").mkdir()
    questions = tmp_path / "x" / "dev_questions.jsonl"
    questions.write_text('{"pid": "p1", "question": "Q?", "answers": ["c"], "all_answers": ["c", "C"]}', "utf-8")
    with pytest.raises(CaseError, match=r"record 1: a question, its paragraph \(context\)"):
        squad2.read(questions)
    (tmp_path / "x" / "dev_paragraphs.jsonl").write_text('{"pid": "p1", "text": "Whole."}', "utf-8")
    for place in (questions, tmp_path / "x"):
        [row] = squad2.read(place)
        assert (row.split, row.input, row.expected) == ("dev", "Paragraph: Whole.\nQuestion: Q?", ["c", "C"])
    with pytest.raises(CaseError, match="holds no questions"):
        squad2.read(tmp_path / "x" / "dev_paragraphs.jsonl")


@pytest.mark.parametrize("broken", ['{"version": 2}', '{"data": [{"paragraphs": [{"qas": 3}]}]}', '{"data": [3]}'])
def test_what_is_not_squad_is_told(tmp_path: Path, broken: str) -> None:
    (tmp_path / "dev.json").write_text(broken, "utf-8")
    with pytest.raises(CaseError, match="is not SQuAD's JSON"):
        squad2.read(tmp_path)


@pytest.mark.parametrize("output", ["unanswerable", "Answer: Unanswerable.", "No answer", "N/A", ""])
async def test_there_being_no_answer_is_said_in_several_ways(output: str) -> None:
    assert squad2.answer_of(output) == ""
    [f1, exact] = squad2.TASK.scorers([])
    result = Result("r", "answered", output)
    for scorer in (f1, exact):
        assert (await scorer.score(Case("c", "?", []), result)).value == 1.0
        assert (await scorer.score(Case("c", "?", ["Tiber"]), result)).value == 0.0
    assert (await f1.score(Case("c", "?", ["the river Tiber"]), Result("r", "answered", "Answer: Tiber"))).value > 0.6


def test_the_instruction_says_how_to_say_that_there_is_no_answer() -> None:
    assert "unanswerable" in squad2.TASK.instruction([])
    assert squad2.TASK.readable([], "anything")


@pytest.mark.data
def test_the_real_questions(data: Callable[[str], Path]) -> None:
    rows = squad2.read(data("rag/squad2_dev_questions.jsonl"))
    assert len(rows) == 6078
    assert sum(not row.expected for row in rows) == 3168
    assert len({row.source for row in rows}) == 646
