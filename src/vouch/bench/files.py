"""The files of a set on the disk: which there are, and what stands in them, as records of named fields.

It does not know what the fields mean; each task does.

Read are CSV, TSV, JSON, JSON lines, Parquet and Arrow, the text formats also with `.gz` behind their ending. Parquet
and Arrow need pyarrow.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import msgspec

from vouch.bench.row import Split, split_named
from vouch.errors import CaseError
from vouch.proof.datasets.parquet import read_arrow, read_parquet
from vouch.proof.datasets.record import Record as Found

TABLES: Final = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".arrow")
"""Endings of files that are read as records."""

LARGEST_BYTES: Final = 1_000_000_000
"""Larger files are refused before they are read."""


class Record(NamedTuple):
    """The fields of one entry, the split it belongs to, and where it stands, for messages."""

    split: Split
    place: str
    fields: dict[str, Any]

    def text(self, *names: str) -> str | None:
        """The first of these fields that is there, as text; a whole number counts as its digits."""
        for name in names:
            value = self.fields.get(name)
            if isinstance(value, str):
                return value
            if isinstance(value, int) and not isinstance(value, bool):
                return str(value)
        return None


def files_of(data: Path, *endings: str) -> list[Path]:
    """`data` itself, or the files with one of `endings` in that folder, its folder `data`, and folders named by splits.

    Each folder's files come by name. Raises `CaseError` where there is nothing.
    """
    if data.is_file():
        return [data]
    if not data.is_dir():
        raise CaseError(f"there is neither a file nor a folder {str(data)!r}; give the set's own: --data PATH")
    found = [
        file
        for folder in _folders(data)
        for file in sorted(folder.iterdir())
        if file.is_file() and ending(file) in endings and not _beside(file.name)
    ]
    if not found:
        raise CaseError(
            f"the folder {str(data)!r} holds no file that ends in {', '.join(endings)}; name the set's file"
        )
    return found


def split_of(file: Path, data: Path) -> Split:
    """The split that a file of `data` holds, told by its name or else by that of the folder within `data`."""
    named = split_named(Path(file.name.removesuffix(".gz")).stem)
    return named or (split_named(file.parent.name) if data in file.parent.parents else "")


def _folders(data: Path) -> list[Path]:
    """`data` and, as sets are often packed, its folder `data` and those that bear a split's name."""
    places = [place for place in (data, data / "data") if place.is_dir()]
    inner = [
        folder for place in places for folder in sorted(place.iterdir()) if folder.is_dir() and split_named(folder.name)
    ]
    return [*places, *inner]


def _beside(name: str) -> bool:
    """Whether a file stands beside data and is none: hidden ones, and notes of the `datasets` library."""
    return name.startswith((".", "dataset_")) or name == "state.json"


def ending(file: Path) -> str:
    """What a file's name ends in, without `.gz`."""
    return Path(file.name.removesuffix(".gz")).suffix.lower()


def records(data: Path, *, within: Path | None = None) -> Iterator[Record]:
    """Every record of a file or folder. Its split is told by the column `split`, or else by the file's name.

    Where neither says it, the folder it lies in does, below `data`, or below the folder `within` that a file is of.
    """
    for file in files_of(data, *TABLES):
        named = split_of(file, within or data)
        for number, fields in enumerate(_fields(file), 1):
            split = fields.get("split")
            own = split_named(split) if isinstance(split, str) else named
            yield Record(own, f"{file.name}, record {number}", fields)


def read_text(file: Path) -> str:
    """All of a text file; raises `CaseError` for what cannot be read, is too large, or is not UTF-8."""
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise CaseError(f"{file} has more than {LARGEST_BYTES:,} bytes; give a part of it")
        content = file.read_bytes()
        if file.name.endswith(".gz"):
            content = gzip.decompress(content)
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseError(f"{file} is not UTF-8 text; save it as UTF-8") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CaseError(f"{file} is not a whole gzip file ({error}); fetch it again") from error
    except OSError as error:
        raise CaseError(f"{file} cannot be read ({error.strerror})") from error


def read_json(file: Path) -> Any:
    """The one JSON value of a file; raises `CaseError` for anything else."""
    return _decoded(read_text(file), str(file))


def _fields(file: Path) -> Iterator[dict[str, Any]]:
    kind = ending(file)
    if kind in _COLUMNAR:
        for found in _COLUMNAR[kind](file):
            if isinstance(found, Found):
                yield found.values
        return
    if kind in (".csv", ".tsv"):
        yield from _table(file, kind)
        return
    text = read_text(file)
    if kind == ".json" and text.lstrip().startswith("["):
        yield from _objects(_decoded(text, str(file)), file)
        return
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    yield from _objects([_decoded(line, f"{file}, line {number}") for number, line in lines], file)


_COLUMNAR: Final[dict[str, Callable[[Path], Iterator[Any]]]] = {".parquet": read_parquet, ".arrow": read_arrow}


def _table(file: Path, kind: str) -> Iterator[dict[str, Any]]:
    source = io.StringIO(read_text(file), newline="")
    # The published tables with tabs hold bare quotation marks: there they quote nothing.
    dialect: dict[str, Any] = {"delimiter": "\t", "quoting": csv.QUOTE_NONE} if kind == ".tsv" else {}
    rows = csv.DictReader(source, **dialect)
    try:
        for row in rows:
            # Cells beyond the header stand under None; a short row has None for what is missing.
            yield {name: cell for name, cell in row.items() if isinstance(cell, str)}
    except csv.Error as error:
        raise CaseError(f"{file}, line {rows.line_num}: {error}; write it as JSON lines") from error


def _objects(values: Sequence[object] | object, file: Path) -> Iterator[dict[str, Any]]:
    for number, value in enumerate(cast("Sequence[object]", values), 1):
        if not isinstance(value, dict):
            raise CaseError(f"{file}, entry {number} is {value!r:.80}; an object with named fields is wanted")
        yield cast("dict[str, Any]", value)


def _decoded(text: str, place: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        raise CaseError(f"{place}: not JSON ({error})") from error
