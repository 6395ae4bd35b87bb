"""Records of a table in text: a line of column names, then a row a record (CSV, also with semicolons or tabs).

It does not know which columns there should be.

As RFC 4180 says: a cell may stand in double quotes and then hold separators, line breaks and doubled quotes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vouch.errors import CaseError
from vouch.proof.datasets.lines import read_lines
from vouch.proof.datasets.record import Found, Mistake, Record

_SEPARATORS: Final = ",;\t|"


def read_table(file: Path) -> Found:
    """A row a record, each named with the line on which it begins. Empty cells are left out, empty rows too.

    The separator is the one of comma, semicolon, tab and bar that the line of names holds most often.
    """
    separator = _separator(file)
    rows = csv.reader(_texts(file), delimiter=separator, strict=True)
    names = _names(file, next(rows, None) or [])
    while True:
        line = rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Mistake(f"line {line}", _told(error))
            return
        if row is None:
            return
        if not any(row):
            continue
        if len(row) != len(names):
            yield Mistake(f"line {line}", f"{len(row)} cells stand under {len(names)} column names")
        else:
            yield Record("line", line, {name: cell for name, cell in zip(names, row, strict=True) if cell})


def _separator(file: Path) -> str:
    header = next((line.decode() for _, line in read_lines(file)), "")
    return max(_SEPARATORS, key=header.count)


def _texts(file: Path) -> Iterator[str]:
    return (line.decode() + "\n" for _, line in read_lines(file))


def _names(file: Path, row: list[str]) -> list[str]:
    names = [name.strip() for name in row]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or "" in names:
        what = f"the column {twice[0]!r} stands there twice" if twice and twice[0] else "a column has no name"
        raise CaseError(f"{file}, line 1: {what}; give each column a name of its own, such as input,expected")
    return names


def _told(error: csv.Error) -> str:
    if "field larger" in str(error):
        return f"a cell has more than {csv.field_size_limit():,} characters; write the cases as JSON lines"
    return f"{error}: is a double quote within a cell not doubled, or not closed?"
