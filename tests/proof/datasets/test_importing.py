from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from proof.datasets.files import lines, text
from vouch.errors import CaseError
from vouch.proof.datasets.columns import Columns
from vouch.proof.datasets.importing import Tool, import_cases
from vouch.values.case import Case


def imported(file: Path, tool: Tool | None = None, **more: Any) -> tuple[list[Case], str, list[str]]:
    found = import_cases(file, tool, **more)
    return list(found.cases), found.tool, found.notes.sentences


def test_goldens_of_deepeval(tmp_path: Path) -> None:
    file = text(
        tmp_path / "goldens.json",
        """[
  {"input": "Where is it?", "expected_output": "On its way", "actual_output": "Lost", "context": ["c1"],
   "source_file": "faq.md", "name": "where", "expected_tools": null, "additional_metadata": {"lang": "en"}},
  {"input": "Refund me", "actual_output": "Done", "expected_tools": [
     {"name": "refund", "inputParameters": {"order": "W1"}}, {"name": "mail", "input_parameters": null}]},
  {"input": "Both", "expected_output": "yes", "expected_tools": [{"name": "look"}],
   "expectations": {"metrics": ["m"]}}
]""",
    )
    cases, tool, notes = imported(file)
    assert tool == "deepeval"
    assert cases == [
        Case(
            "where",
            "Where is it?",
            "On its way",
            source="faq.md",
            setting={"context": ["c1"], "additional_metadata": {"lang": "en"}},
        ),
        Case("line-4", "Refund me", [{"tool": "refund", "arguments": {"order": "W1"}}, {"tool": "mail"}]),
        Case("line-6", "Both", "yes", setting={"expected_tools": [{"tool": "look"}]}),
    ]
    assert notes == [
        "actual_output is what the app gave then, so it is left out (2 times, first on line 2)",
        "expectations are judged by DeepEval's own metrics, so they are left out (line 6)",
        "expected_tools stand in the setting, because an expected_output is there, too (line 6)",
    ]


def test_conversational_goldens_of_deepeval(tmp_path: Path) -> None:
    turns = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "?"},
        {"role": "user", "content": "Bye"},
    ]
    file = lines(
        tmp_path / "goldens.jsonl",
        {"scenario": "leaves", "turns": turns, "expected_outcome": "is greeted"},
        {"scenario": "asks for a refund", "turns": None, "expected_outcome": "gets it"},
    )
    cases, _, notes = imported(file)
    assert cases == [
        Case("line-1", "Hi", "is greeted", then=("Bye",), setting={"scenario": "leaves"}),
        Case("line-2", "asks for a refund", "gets it", setting={"scenario": "asks for a refund"}),
    ]
    assert "DeepEval plays it with a model (line 2)" in notes[0]


def test_goldens_in_a_table_hold_json(tmp_path: Path) -> None:
    file = text(
        tmp_path / "g.csv", 'input,expected_output,context,expected_tools\nq,,"[""c""]","[{""name"": ""t""}]"\n'
    )
    cases, tool, _ = imported(file)
    assert (cases, tool) == ([Case("line-2", "q", [{"tool": "t"}], setting={"context": ["c"]})], "deepeval")


def test_samples_of_ragas(tmp_path: Path) -> None:
    talk = [
        {"type": "human", "content": "Book it"},
        {"type": "ai", "content": {"text": "Which?", "tool_calls": []}},
        {"type": "human", "content": {"text": "The first"}},
    ]
    file = lines(
        tmp_path / "samples.jsonl",
        {
            "user_input": "When?",
            "reference": "Now",
            "retrieved_contexts": ["r"],
            "response": "Then",
            "reference_contexts": ["c"],
        },
        {"user_input": talk, "reference_tool_calls": [{"name": "book", "args": {"n": 1}}]},
        {"question": "Old?", "ground_truth": "Yes", "answer": "No"},
        {"user_input": "x", "reference": "r", "reference_tool_calls": [{"name": "t", "args": {}}]},
    )
    cases, tool, notes = imported(file)
    assert tool == "ragas"
    assert cases == [
        Case("line-1", "When?", "Now", setting={"reference_contexts": ["c"]}),
        Case("line-2", "Book it", [{"tool": "book", "arguments": {"n": 1}}], then=("The first",)),
        Case("line-3", "Old?", "Yes"),
        Case("line-4", "x", "r", setting={"reference_tool_calls": [{"tool": "t", "arguments": {}}]}),
    ]
    assert "response is what the app gave then, so it is left out (2 times, first on line 1)" in notes


def test_a_table_of_ragas_holds_python(tmp_path: Path) -> None:
    file = text(tmp_path / "s.csv", "user_input,reference_contexts,reference\nq,\"['it''s', 'b']\",[broken\n")
    cases, _, _ = imported(file)
    assert cases == [Case("line-2", "q", "[broken", setting={"reference_contexts": ["its", "b"]})]


def test_samples_of_openai_evals(tmp_path: Path) -> None:
    system = {"role": "system", "content": "Answer."}
    asked = {"role": "user", "content": [{"type": "text", "text": "2 + 2?"}]}
    file = lines(
        tmp_path / "samples.jsonl",
        {"input": [system, asked], "ideal": "4"},
        {"input": "Capital?", "ideal": ["Paris", "paris"], "level": 3, "id": "cap"},
        {"item": {"question": "Q", "correct_label": "L"}},
        {"input": [system]},
    )
    cases, tool, notes = imported(file)
    assert tool == "openai-evals"
    assert cases == [
        Case("line-1", "2 + 2?", "4", setting={"messages": [system]}),
        Case("cap", "Capital?", ["Paris", "paris"], setting={"level": 3}),
        Case("line-3", "Q", "L"),
        Case("line-4", "Answer."),
    ]
    assert [note.partition(";")[0][:40] for note in notes] == [
        "messages before the last of the user sta",
        "a sample without 'ideal' expects nothing",
    ]


@pytest.mark.parametrize(
    ("tool", "record", "why"),
    [
        ("deepeval", {"inpt": "x"}, "line 1: a golden has an 'input' in words, or a 'scenario'"),
        ("ragas", {"user_input": []}, "line 1: a sample has a 'user_input' in words, or messages"),
        ("openai-evals", {"ideal": "x"}, "line 1: a sample has one of the fields input, question"),
        ("openai-evals", {"input": 3, "ideal": "x"}, "line 1: 'input' is neither a text nor a list of messages"),
        ("openai-evals", [], "line 1: Expected `object`, got `array`"),
        ("ragas", [], "line 1: Expected `object`, got `array`"),
        ("deepeval", [], "line 1: Expected `object`, got `array`"),
    ],
)
def test_mistakes_name_their_line(tmp_path: Path, tool: Tool, record: object, why: str) -> None:
    with pytest.raises(CaseError, match=why):
        imported(lines(tmp_path / "a.jsonl", record), tool)


def test_what_is_nobodys_is_read_as_cases_and_columns_say_so(tmp_path: Path) -> None:
    file = text(tmp_path / "a.csv", "input,expected\nx,y\n")
    assert imported(file)[:2] == ([Case("line-2", "x", "y")], "cases")
    other = lines(tmp_path / "b.jsonl", {"q": "x", "ideal": "y"})
    assert imported(other, columns=Columns({"input": "q", "expected": "ideal"}))[:2] == (
        [Case("line-1", "x", "y")],
        "cases",
    )
    with pytest.raises(CaseError, match="there is no import of 'mlflow'; there are: cases, deepeval"):
        imported(file, "mlflow")  # type: ignore[arg-type]
