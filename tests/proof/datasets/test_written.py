from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.errors import CaseError
from vouch.proof.datasets.reading import read_dataset
from vouch.proof.datasets.written import line_of, write_cases
from vouch.values.case import Case

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.none() | texts | st.integers(-(2**60), 2**60) | st.lists(texts) | st.dictionaries(texts, st.booleans())
cases = st.builds(
    Case,
    id=texts.filter(bool),
    input=texts,
    expected=values,
    tags=st.lists(texts).map(tuple),
    source=texts,
    then=st.lists(texts).map(tuple),
    setting=values.filter(lambda value: value != ""),
)


@given(st.lists(cases, min_size=1, max_size=5, unique_by=lambda case: case.id))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, some: list[Case]) -> None:
    file = tmp_path_factory.getbasetemp() / "back.jsonl"
    assert write_cases(some, file) == len(some)
    assert read_dataset(file).cases == tuple(some)


def test_what_is_empty_is_not_written_and_what_json_cannot_hold_leaves_the_old_file(tmp_path: Path) -> None:
    assert line_of(Case("a", "")) == b'{"id":"a","input":""}'
    file = tmp_path / "cases.jsonl"
    write_cases([Case("a", "x")], file)
    with pytest.raises(CaseError, match="case 'b' holds what JSON cannot"):
        write_cases([Case("c", "x"), Case("b", "x", {1j})], file)
    assert [each.name for each in tmp_path.iterdir()] == ["cases.jsonl"]
    assert read_dataset(file).cases == (Case("a", "x"),)


def test_a_file_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"cannot be written \(No such file or directory\); name another file"):
        write_cases([], tmp_path / "nowhere" / "cases.jsonl")
