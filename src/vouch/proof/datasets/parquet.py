"""Records of Parquet and Arrow files, a batch at a time.

It does not know which columns there should be. It needs pyarrow, which nothing else here does.

Numbers that stand for a class are given as its name where the file says so, as the `datasets` library writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast

import msgspec

from vouch.errors import CaseError
from vouch.proof.datasets.record import Found, Record

_ROWS: Final = 1_000
"""Rows that are held in memory at a time."""

Classes = Mapping[str, list[str]]
"""By column: the names of the classes that its numbers stand for."""


def read_parquet(file: Path, *, classes: Classes | None = None) -> Found:
    """A row a record; raises `CaseError` without pyarrow, and for what is no Parquet."""
    arrow = _arrow("pyarrow.parquet", file)
    try:
        with arrow.ParquetFile(file) as opened:
            named = {**classes_of(_features(opened.schema_arrow.metadata)), **(classes or {})}
            yield from _records(opened.iter_batches(batch_size=_ROWS), named)
    except _broken() as error:
        raise CaseError(f"{file} is not a Parquet file that can be read: {_first(error)}") from error


def read_arrow(file: Path, *, classes: Classes | None = None) -> Found:
    """A row a record of an Arrow stream, as `datasets.save_to_disk` writes it; raises `CaseError` as `read_parquet`."""
    arrow = _arrow("pyarrow", file)
    try:
        with arrow.memory_map(str(file)) as source, arrow.ipc.open_stream(source) as opened:
            named = {**classes_of(_features(opened.schema.metadata)), **(classes or {})}
            yield from _records(opened, named)
    except _broken() as error:
        raise CaseError(f"{file} is not an Arrow stream that can be read: {_first(error)}") from error


def classes_of(features: object) -> dict[str, list[str]]:
    """The classes in the `features` of a dataset_info.json, also of lists of classes."""
    found: dict[str, list[str]] = {}
    if not isinstance(features, dict):
        return found
    for name, feature in cast("dict[str, Any]", features).items():
        while isinstance(feature, dict) and "feature" in feature:
            feature = cast("dict[str, Any]", feature)["feature"]
        names: Any = cast("dict[str, Any]", feature).get("names") if isinstance(feature, dict) else None
        if isinstance(names, list):
            found[name] = [str(one) for one in cast("list[object]", names)]
    return found


def named_class(value: object, names: list[str]) -> object:
    """The name of a class, or of each of a list; None for -1, which stands for a class that is not told."""
    if isinstance(value, list):
        return [named_class(one, names) for one in cast("list[object]", value)]
    if isinstance(value, int) and not isinstance(value, bool):
        return names[value] if 0 <= value < len(names) else None
    return value


def _records(batches: Iterable[Any], classes: Classes) -> Iterator[Record]:
    number = 0
    for batch in batches:
        rows: list[dict[str, Any]] = batch.to_pylist()
        for row in rows:
            number += 1
            values = {
                name: named_class(value, classes[name]) if name in classes else value for name, value in row.items()
            }
            yield Record("row", number, {name: value for name, value in values.items() if value is not None})


def _features(metadata: Mapping[bytes, bytes] | None) -> object:
    """What the `datasets` library notes in a file's schema."""
    try:
        noted: Any = msgspec.json.decode((metadata or {}).get(b"huggingface", b"{}"))
        return noted["info"]["features"]
    except (msgspec.DecodeError, KeyError, TypeError):
        return {}


def _arrow(module: str, file: Path) -> Any:
    try:
        return import_module(module)
    except ImportError:
        raise CaseError(
            f"{file} is read with pyarrow, which is not installed; pip install 'vouch-llm[parquet]', or write the "
            "cases as JSON lines"
        ) from None


def _broken() -> tuple[type[Exception], ...]:
    return (import_module("pyarrow").ArrowException, OSError)


def _first(error: Exception) -> str:
    return str(error).partition("\n")[0]
