from __future__ import annotations

from pathlib import Path

import pytest

from vouch.errors import CaseError
from vouch.proof.labelled import read_answers
from vouch.values.result import Found


def written(folder: Path, *lines: str) -> Path:
    file = folder / "answers.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_answers_are_read_with_their_labels_and_passages(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        '\ufeff{"id": "a", "input": "?", "output": "x", "human": true, "expected": "y", "tags": ["t"]}',
        "",
        '{"input": "?", "output": "x", "human": 0.5, "found": ["one", {"document": "d", "text": "two"}]}',
        '{"id": 7, "input": "?", "output": "x", "human": null}',
    )
    answers = read_answers(file)
    assert answers.name == "answers.jsonl"
    assert [(each.case.id, each.human) for each in answers.answers] == [("a", 1.0), ("line-3", 0.5), ("7", None)]
    assert answers.answers[0].case.expected == "y"
    assert answers.answers[1].result.found == (Found("", "one"), Found("d", "two"))
    assert answers.digest == read_answers(file).digest


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "line 1: "),
        ('{"input": "?"}', "line 1: Object missing required field `output`"),
        ('{"input": "?", "output": "x", "human": 5}', "line 1: Expected `float` <= 1"),
        ('{"input": "?", "output": "x", "label": 1}', "unknown field `label`"),
        ("", "it holds no answers"),
        ('{"id": "a", "input": "?", "output": "x"}\n{"id": "a", "input": "?", "output": "x"}', "id 'a' is used more"),
    ],
)
def test_every_mistake_is_named(line: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(CaseError) as caught:
        read_answers(written(tmp_path, line))
    assert why in str(caught.value)
    assert '"human": true' in str(caught.value)


def test_the_first_few_mistakes_are_shown(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="and 3 more"):
        read_answers(written(tmp_path, *["{"] * 8))


def test_a_file_that_is_not_there_or_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="there is no file of answers"):
        read_answers(tmp_path / "none.jsonl")
    with pytest.raises(CaseError, match="cannot be read"):
        read_answers(tmp_path)
    (tmp_path / "latin.jsonl").write_bytes(b'{"input": "\xe9", "output": "x"}')
    with pytest.raises(CaseError, match="line 1"):
        read_answers(tmp_path / "latin.jsonl")
