"""Cases in a file or folder, whatever its kind: the ending says which reader is asked.

It does not know what the cases are for.

| ending | read as |
|---|---|
| `.csv`, `.tsv` | a table: a line of column names, then a row a case |
| `.parquet`, `.arrow` | a table of the kind that pyarrow reads |
| `.json` | a list of objects, or an object a line |
| a folder, `FOLDER#SPLIT` | the files of a split, in order |
| anything else | JSON lines |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from vouch.proof.datasets.columns import Columns, Unknown, mapped
from vouch.proof.datasets.folder import is_folder, split_of
from vouch.proof.datasets.json_lines import read_json, read_json_lines
from vouch.proof.datasets.lines import check_file
from vouch.proof.datasets.parquet import Classes, named_class, read_arrow, read_parquet
from vouch.proof.datasets.record import Found, Mistake, Record
from vouch.proof.datasets.stream import LINE_HINT, TABLE_HINT, cases_of
from vouch.proof.datasets.table import read_table
from vouch.values.case import Case, Dataset

LARGEST_BYTES: Final = 256_000_000
"""Larger files are refused before they are read: they would not fit into memory beside their answers."""

_READERS: Final[dict[str, Callable[[Path], Found]]] = {
    ".csv": read_table,
    ".tsv": read_table,
    ".parquet": read_parquet,
    ".arrow": read_arrow,
    ".json": read_json,
}

_TEXTS: Final = (".csv", ".tsv")
"""Endings of files whose cells are all text."""

_TABLES: Final = (*_TEXTS, ".parquet", ".arrow")


def read_dataset(file: Path, columns: Columns | None = None, *, most: int | None = LARGEST_BYTES) -> Dataset:
    """All cases of a file or folder as a dataset; raises `CaseError`, also for a file of more than `most` bytes."""
    return Dataset(file.name, tuple(stream_cases(file, columns, most=most)))


def stream_cases(file: Path, columns: Columns | None = None, *, most: int | None = None) -> Iterator[Case]:
    """The cases one at a time, in order: of what was read only hashes of the ids are kept (of a `.json` list its text).

    Raises `CaseError` that names every mistake with its place, once the rest has been looked through.
    """
    if is_folder(file):
        split = split_of(file)
        kinds = {part.suffix for part in split.files}
        found = _numbered_through(_of_file(part, most, split.classes) for part in split.files)
        table = bool(kinds & set(_TABLES))
        text = bool(kinds & set(_TEXTS))
    else:
        check_file(file, most=most)
        found = _of_file(file, None, {})
        table, text = file.suffix in _TABLES, file.suffix in _TEXTS
    if table or columns is not None:
        found = _mapped(found, columns or Columns(), text=text)
    return cases_of(found, file, TABLE_HINT if text else LINE_HINT)


def stream_records(file: Path) -> Iterator[Record | Mistake]:
    """The records of a file or folder as they are, for a reader that knows another tool's fields."""
    if is_folder(file):
        split = split_of(file)
        return _numbered_through(_of_file(part, None, split.classes) for part in split.files)
    check_file(file)
    return _of_file(file, None, {})


def _of_file(file: Path, most: int | None, classes: Classes) -> Found:
    if most is not None:
        check_file(file, most=most)
    found = _READERS.get(file.suffix, read_json_lines)(file)
    return _with_classes(found, classes) if classes else found


def _with_classes(found: Found, classes: Classes) -> Found:
    for entry in found:
        if isinstance(entry, Record):
            known = {name: named_class(entry.values[name], classes[name]) for name in classes if name in entry.values}
            entry = entry._replace(values={**entry.values, **known})
        yield entry


def _numbered_through(files: Iterable[Found]) -> Found:
    """Several files as one: their records are counted on, so that each has a name of its own."""
    number = 0
    for file in files:
        for entry in file:
            number += 1
            yield entry._replace(unit="row", number=number) if isinstance(entry, Record) else entry


def _mapped(found: Found, columns: Columns, *, text: bool) -> Found:
    for entry in found:
        if isinstance(entry, Record):
            try:
                entry = entry._replace(values=mapped(entry.values, columns, text=text))
            except Unknown as error:
                entry = Mistake(entry.place, str(error))
        yield entry
