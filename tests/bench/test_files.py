from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from vouch.bench import files
from vouch.bench.files import Record, files_of, read_json, read_text, records
from vouch.errors import CaseError


def found(data: Path) -> list[tuple[str, dict[str, object]]]:
    return [(record.split, record.fields) for record in records(data)]


def test_tables_quote_and_tables_with_tabs_do_not(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text('text,label\n"one, two\nlines",a\n', "utf-8")
    (tmp_path / "dev.tsv").write_text('text\tlabel\n"half a quotation\tb\nshort\n', "utf-8")
    assert found(tmp_path) == [
        ("dev", {"text": '"half a quotation', "label": "b"}),
        ("dev", {"text": "short"}),
        ("train", {"text": "one, two\nlines", "label": "a"}),
    ]


def test_the_column_split_wins_over_the_name_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "train.jsonl"
    file.write_text('{"split": "oos_test", "text": "x"}\n\n{"text": "y\u2028z"}\n', "utf-8")
    assert found(file) == [("test", {"split": "oos_test", "text": "x"}), ("train", {"text": "y\u2028z"})]


def test_lists_in_json_and_files_in_gzip(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "test.json").write_text('[{"text": "a"}]', "utf-8")
    with gzip.open(tmp_path / "train.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write('{"text": "b"}')
    (tmp_path / "README.md").write_text("not data", "utf-8")
    (tmp_path / ".hidden.csv").write_text("not data", "utf-8")
    assert found(tmp_path) == [("train", {"text": "b"}), ("test", {"text": "a"})]


def test_parquet_names_its_classes(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    features = {"label": {"names": ["negative", "positive"], "_type": "ClassLabel"}}
    table = arrow.table({"sentence": ["good"], "label": [1]})
    told = json.dumps({"info": {"features": features}})
    parquet.write_table(table.replace_schema_metadata({"huggingface": told}), tmp_path / "train-0.parquet")
    assert found(tmp_path) == [("train", {"sentence": "good", "label": "positive"})]


def test_a_record_gives_text_and_whole_numbers() -> None:
    record = Record("", "record 1", {"a": None, "b": 3, "c": True, "d": "x"})
    assert (record.text("a", "b"), record.text("c", "d"), record.text("a", "c", "e")) == ("3", "x", None)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.jsonl", b'{"text": 1}\n{', "a.jsonl, line 2: not JSON"),
        ("a.jsonl", b"[1]", "entry 1 is [1]; an object with named fields is wanted"),
        ("a.json", b"[3]", "entry 1 is 3"),
        ("a.csv", b"text\n\xff", "is not UTF-8 text; save it as UTF-8"),
        ("a.csv.gz", b"no gzip", "is not a whole gzip file"),
        ("a.csv", b'text\n"' + b"x" * 200_000, "write it as JSON lines"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CaseError) as error:
        found(tmp_path / name)
    assert told in str(error.value)


def test_a_place_without_data_is_told(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="neither a file nor a folder"):
        files_of(tmp_path / "nowhere", ".csv")
    with pytest.raises(CaseError, match=r"holds no file that ends in \.csv, \.tsv"):
        files_of(tmp_path, ".csv", ".tsv")


def test_a_file_that_is_closed_or_too_large_is_told(
    open_folder: Path, nobody: Callable[[], AbstractContextManager[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = open_folder / "a.json"
    file.write_text("{}", "utf-8")
    file.chmod(0)
    with nobody(), pytest.raises(CaseError, match="cannot be read"):
        read_text(file)
    file.chmod(0o644)
    assert read_json(file) == {}
    monkeypatch.setattr(files, "LARGEST_BYTES", 1)
    with pytest.raises(CaseError, match="more than 1 bytes"):
        read_text(file)
