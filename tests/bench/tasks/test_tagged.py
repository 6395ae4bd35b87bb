from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from vouch.bench.entities import read_entities, tagged
from vouch.bench.row import Row
from vouch.bench.tasks import conll2003, wnut17
from vouch.errors import CaseError
from vouch.scorers.spans import spans

CONLL = """-DOCSTART- -X- O O

Ada NNP I-NP I-PER
sleeps VBZ I-VP O
. . O O

-DOCSTART- -X- O O

Rome NNP I-NP B-LOC
"""


def test_the_shared_task_is_read_with_its_documents(tmp_path: Path) -> None:
    (tmp_path / "eng.testa").write_text(CONLL, "utf-8")
    (tmp_path / "eng.train").write_text("Paris NNP I-NP I-LOC\n", "utf-8")
    rows = conll2003.read(tmp_path)
    assert [(row.split, row.input, row.source) for row in rows] == [
        ("dev", "Ada sleeps .", "eng.testa 1"),
        ("dev", "Rome", "eng.testa 2"),
        ("train", "Paris", ""),
    ]
    # In the shared task's files a span needs no B-.
    assert rows[0].answer == '[{"type":"PER","text":"Ada"}]'


def test_wnut_has_tabs_and_lines_of_blanks(tmp_path: Path) -> None:
    (tmp_path / "wnut17train.conll").write_text("@ada\tO\nin\tO\nRome\tB-location\n\t\n:)\tO\n", "utf-8")
    rows = wnut17.read(tmp_path)
    assert [(row.split, row.input, row.expected) for row in rows] == [
        ("train", "@ada in Rome", ["O", "O", "B-location"]),
        ("train", ":)", ["O"]),
    ]


def test_records_may_have_numbers_for_tags(tmp_path: Path) -> None:
    (tmp_path / "test.jsonl").write_text(
        '{"tokens": ["New York", "is"], "ner_tags": [5, 0]}\n{"tokens": ["Ada"], "tags": ["B-PER"], "source": "d1"}\n',
        "utf-8",
    )
    rows = conll2003.read(tmp_path)
    assert [(row.split, row.input, row.expected, row.source) for row in rows] == [
        ("test", "New_York is", ["B-LOC", "O"], ""),
        ("test", "Ada", ["B-PER"], "d1"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.conll", "Ada\n", "line 1: 'Ada' has one column; a token and its tag are wanted"),
        ("a.conll", "Ada PERSON\n", "'PERSON' is no tag"),
        ("a.conll", "Ada O\n", "marks no entity in 1 sentences"),
        ("a.jsonl", '{"tokens": ["a", "b"], "tags": ["O"]}', "a list of tokens and one of as many tags are wanted"),
        ("a.jsonl", '{"tokens": ["a", 2], "tags": ["O", "O"]}', "a list of tokens and one of as many"),
        ("a.jsonl", '{"tokens": "a", "tags": ["O"]}', "a list of tokens and one of as many"),
        ("a.jsonl", '{"tokens": ["a"]}', "a list of tokens and one of as many"),
        (
            "a.jsonl",
            '{"tokens": ["a"], "tags": [99]}',
            "99 is no tag; a tag in words (numbers are known only in 'ner_tags') is wanted",
        ),
        ("a.jsonl", '{"tokens": ["a"], "ner_tags": [9]}', "ner_tags: 9 is no tag; a number under 9 is wanted"),
    ],
)
def test_what_is_not_tagged_is_told(tmp_path: Path, name: str, content: str, told: str) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(CaseError) as error:
        conll2003.read(tmp_path / name)
    assert told in str(error.value)


def test_the_instruction_names_the_types() -> None:
    rows = [Row("train", "Ada", ["B-person"], "[]"), Row("test", "x", ["O"], "[]")]
    assert wnut17.TASK.instruction(rows).endswith("The types are: person")
    assert wnut17.TASK.readable(rows, "[]")
    assert not wnut17.TASK.readable(rows, "none")
    assert [scorer.name for scorer in wnut17.TASK.scorers(rows)] == ["entity_f1"]


@pytest.mark.data
def test_nearly_all_real_entities_survive_being_written(data: Callable[[str], Path]) -> None:
    rows = wnut17.read(data("ner/wnut17.jsonl"))
    lost = 0
    for row in rows:
        entities = read_entities(row.answer)
        assert entities is not None
        lost += spans(tagged(row.input.split(" "), entities).tags) != spans(row.expected)
    assert len(rows) >= 4403
    assert lost <= 2
