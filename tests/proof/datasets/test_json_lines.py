from __future__ import annotations

from pathlib import Path

import pytest

from proof.datasets.files import said, text
from vouch.errors import CaseError
from vouch.proof.datasets.reading import read_dataset


def test_a_list_of_objects_is_read_and_a_case_without_an_id_is_called_after_its_line(tmp_path: Path) -> None:
    file = text(tmp_path / "cases.json", '\n[ {"input": "a"},\n {"input":\n "b",\n "expected": 2}\n, {"input": "c"}]\n')
    read = read_dataset(file).cases
    assert said(read) == [("a", None), ("b", 2), ("c", None)]
    assert [case.id for case in read] == ["line-2", "line-3", "line-6"]


def test_a_json_file_may_hold_an_object_a_line(tmp_path: Path) -> None:
    assert said(read_dataset(text(tmp_path / "cases.json", '{"input": "a"}\n{"input": "b"}')).cases) == [
        ("a", None),
        ("b", None),
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ('[{"input": "a"}\n{"input": "b"}]', "line 2: a comma or the list's end is missing"),
        ('[{"input": "a"},\n{"input" "b"}]', r"line 2: JSON is malformed: Expecting ':' delimiter \(column 10\)"),
        ('[{"input": "a"},\n', "line 1: JSON is malformed: Expecting value"),
        ('[{"input": "a"},\n3]', "line 2: an object is wanted, not 3"),
        ('[{"input": "a"},\n{"inptu": "b"}]', "line 2: Object contains unknown field `inptu`"),
        ("[" * 100_000, "line 1: JSON is nested too deeply"),
        ("[]", "holds no cases"),
        ("", "holds no cases"),
    ],
)
def test_mistakes_name_their_line(tmp_path: Path, content: str, why: str) -> None:
    with pytest.raises(CaseError, match=why):
        read_dataset(text(tmp_path / "cases.json", content))
