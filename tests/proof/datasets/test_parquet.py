from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from proof.datasets.files import text
from vouch.errors import CaseError
from vouch.proof.datasets.columns import Columns
from vouch.proof.datasets.parquet import classes_of, named_class
from vouch.proof.datasets.reading import read_dataset, stream_cases
from vouch.values.case import Case

pa: Any = pytest.importorskip("pyarrow")
pq: Any = pytest.importorskip("pyarrow.parquet")


def table(noted: object = None, **columns: object) -> Any:
    made = pa.table(columns)
    return made.replace_schema_metadata({"huggingface": msgspec.json.encode(noted)}) if noted else made


def test_a_row_is_a_case_with_values_of_any_kind(tmp_path: Path) -> None:
    file = tmp_path / "cases.parquet"
    pq.write_table(
        table(id=[7, 8], input=["a", "b"], expected=[{"n": [1, 2]}, None], tags=[["x"], []], source=["s", None]), file
    )
    assert read_dataset(file).cases == (Case("7", "a", {"n": [1, 2]}, ("x",), "s"), Case("8", "b"))


def test_many_rows_come_batch_by_batch(tmp_path: Path) -> None:
    file = tmp_path / "cases.parquet"
    pq.write_table(table(input=[f"q{n}" for n in range(2_500)]), file)
    read = list(stream_cases(file))
    assert (read[0].id, read[-1].id, read[-1].input, len(read)) == ("row-1", "row-2500", "q2499", 2_500)


def test_mistakes_name_their_row(tmp_path: Path) -> None:
    file = tmp_path / "cases.parquet"
    pq.write_table(table(input=["a", None, "c"], id=["x", "y", "x"]), file)
    with pytest.raises(CaseError, match=r"row 2: Object missing .*; row 3: id 'x' is already used in row 1"):
        read_dataset(file)


def test_numbers_of_classes_are_given_by_name_where_the_file_says_so(tmp_path: Path) -> None:
    file = tmp_path / "cases.parquet"
    noted = {
        "info": {"features": {"label": {"names": ["no", "yes"], "_type": "ClassLabel"}, "text": {"dtype": "string"}}}
    }
    pq.write_table(table(noted, text=["a", "b", "c"], label=[1, 0, -1]), file)
    read = read_dataset(file, Columns({"input": "text", "expected": "label"}))
    assert [case.expected for case in read.cases] == ["yes", "no", None]


def test_classes_may_be_those_of_a_list(tmp_path: Path) -> None:
    features = {"tags": {"feature": {"names": ["O", "PER"], "_type": "ClassLabel"}, "_type": "Sequence"}, "n": 3}
    assert classes_of(features) == {"tags": ["O", "PER"]}
    assert named_class([0, 1, 5], ["O", "PER"]) == ["O", "PER", None]
    assert named_class("already", ["O"]) == "already"
    assert classes_of([1]) == {}


@pytest.mark.parametrize(("name", "kind"), [("a.parquet", "a Parquet file"), ("a.arrow", "an Arrow stream")])
def test_what_is_no_such_file_is_an_error_of_ours(tmp_path: Path, name: str, kind: str) -> None:
    with pytest.raises(CaseError, match=f"is not {kind} that can be read"):
        read_dataset(text(tmp_path / name, "not that"))


def test_without_pyarrow_one_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyarrow"]:
        monkeypatch.delitem(sys.modules, name)
    found = builtins.__import__

    def absent(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return found(name, *rest, **more)

    monkeypatch.setattr("vouch.proof.datasets.parquet.import_module", absent)
    with pytest.raises(CaseError, match=r"not installed; pip install 'vouch-llm\[parquet\]'"):
        read_dataset(text(tmp_path / "a.parquet", "PAR1"))
