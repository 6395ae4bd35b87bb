from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from proof.datasets.files import lines, said, text
from vouch.errors import CaseError
from vouch.proof.datasets.columns import Columns
from vouch.proof.datasets.reading import read_dataset, stream_records

INFO = {"features": {"expected": {"names": ["no", "yes"], "_type": "ClassLabel"}}}


def test_the_files_of_a_split_are_read_in_order_and_its_classes_are_named(tmp_path: Path) -> None:
    lines(tmp_path / "dataset_info.json", INFO)
    lines(tmp_path / "data" / "test-00001-of-00002.jsonl", {"input": "b", "expected": 0})
    lines(tmp_path / "data" / "test-00000-of-00002.jsonl", {"input": "a", "expected": 1})
    text(tmp_path / "README.md", "about")
    read = read_dataset(tmp_path).cases
    assert said(read) == [("a", "yes"), ("b", "no")]
    assert [case.id for case in read] == ["row-1", "row-2"]
    assert [entry.values["expected"] for entry in stream_records(tmp_path)] == ["yes", "no"]  # type: ignore[union-attr]


def test_of_several_splits_one_is_named_behind_a_hash(tmp_path: Path) -> None:
    text(tmp_path / "train.csv", "input,expected\na,1\n")
    text(tmp_path / "test.csv", "input,expected\nb,2\n")
    assert said(read_dataset(tmp_path.with_name(f"{tmp_path.name}#test")).cases) == [("b", "2")]
    with pytest.raises(CaseError, match=r"has several splits \(test, train\); name one: .*#test"):
        read_dataset(tmp_path)
    with pytest.raises(CaseError, match="has no split 'dev'; there are: test, train"):
        read_dataset(tmp_path.with_name(f"{tmp_path.name}#dev"))


def test_what_save_to_disk_wrote_is_read(tmp_path: Path) -> None:
    pa: Any = pytest.importorskip("pyarrow")
    rows = pa.table({"text": ["a", "b"], "label": [0, 1]})
    for split in ("train", "test"):
        folder = tmp_path / split
        lines(folder / "dataset_info.json", {"features": {"label": {"names": ["no", "yes"]}}})
        lines(folder / "state.json", {})
        with (
            pa.OSFile(str(folder / "data-00000-of-00001.arrow"), "wb") as sink,
            pa.ipc.new_stream(sink, rows.schema) as out,
        ):
            out.write_table(rows)
    lines(tmp_path / "dataset_dict.json", {"splits": ["train", "test"]})
    columns = Columns({"input": "text", "expected": "label"})
    assert said(read_dataset(tmp_path / "train", columns).cases) == [("a", "no"), ("b", "yes")]
    assert said(read_dataset(tmp_path.with_name(f"{tmp_path.name}#test"), columns).cases) == [("a", "no"), ("b", "yes")]


def test_a_folder_without_data_says_where_there_are_some(tmp_path: Path) -> None:
    lines(tmp_path / "german" / "data" / "test.jsonl", {"input": "a"})
    with pytest.raises(CaseError, match=r"is a folder without data .*name a file of cases, or one of .*german"):
        read_dataset(tmp_path)


@pytest.mark.parametrize("content", ["{broken", "[1]"])
def test_a_broken_description_is_an_error_of_ours(tmp_path: Path, content: str) -> None:
    lines(tmp_path / "test.jsonl", {"input": "a"})
    text(tmp_path / "dataset_info.json", content)
    with pytest.raises(CaseError, match=r"dataset_info.json (cannot be read|is not an object)"):
        read_dataset(tmp_path)


def test_a_part_that_is_too_large_is_refused(tmp_path: Path) -> None:
    lines(tmp_path / "test.jsonl", {"input": "a" * 100})
    with pytest.raises(CaseError, match="at most 0 MB"):
        read_dataset(tmp_path, most=50)
