"""Tables become documents in which every row names its columns: CSV, and the sheets of a workbook.

It does not know formulas: what a workbook computed last is what is read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from importlib import import_module
from typing import Any, Final

from vouch.knowledge.reading.decoding import decoded
from vouch.knowledge.reading.draft import Draft, line
from vouch.knowledge.reading.limits import LIMITS, Limits, Unreadable
from vouch.knowledge.reading.package import within_limits
from vouch.values.document import Document

_DELIMITERS: Final = ",;\t|"
_SAMPLE: Final = 20


def read_csv(data: bytes, name: str, limits: Limits = LIMITS) -> Document:
    """A table in text, its columns separated by commas, semicolons, tabs or bars. Raises `Unreadable`."""
    text = decoded(data, limits)
    draft = Draft(limits)
    try:
        rows = csv.reader(io.StringIO(text), delimiter=_delimiter(text))
        count = _add(draft, rows, limits)
    except csv.Error as error:
        raise Unreadable(f"it is no table: {error}") from error
    return draft.document(name, {"rows": count})


def read_workbook(data: bytes, name: str, limits: Limits = LIMITS) -> Document:
    """The visible sheets of a workbook (XLSX, XLSM, XLSB, XLS, ODS), each under its name as a heading.

    A block's `page` is the number of its sheet. Needs the extra `documents`; raises `Unreadable`.
    """
    calamine = _calamine()
    within_limits(data, limits)
    draft = Draft(limits)
    try:
        book = calamine.load_workbook(io.BytesIO(data))
        sheets = [sheet.name for sheet in book.sheets_metadata if _is_shown(sheet)]
        count = 0
        for page, title in enumerate(sheets, 1):
            sheet = book.get_sheet_by_name(title)
            if sheet.height * sheet.width > limits.elements:
                raise Unreadable(f"sheet {title!r} has {sheet.height:,} x {sheet.width:,} cells; raise Limits.elements")
            draft.add("heading", line(title), level=1, page=page)
            count += _add(draft, _shown(sheet.iter_rows()), limits, page=page)
    except calamine.CalamineError as error:
        raise Unreadable(f"it is no workbook that can be read: {line(str(error))}") from error
    return draft.document(name, {"sheets": sheets, "rows": count})


def described(names: Sequence[str], cells: Sequence[str]) -> str:
    """A row on one line: `name: value | name: value`, without empty cells; only values where there are no names."""
    shown: list[str] = []
    for index, cell in enumerate(cells):
        value = line(cell)
        label = names[index] if index < len(names) else ""
        if value:
            shown.append(f"{label}: {value}" if label else value)
    return " | ".join(shown)


def shown(value: Any) -> str:
    """A value of a table as people write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _add(draft: Draft, rows: Iterable[Sequence[str]], limits: Limits, *, page: int = 0) -> int:
    """Add a table as one block; returns the number of its rows, without that of names."""
    filled = (row for row in rows if any(cell.strip() for cell in row))
    first = next(filled, None)
    if first is None:
        return 0
    names = [line(cell) for cell in first] if _are_names(first) else []
    lines: list[str] = [] if names else [described([], first)]
    for row in filled:
        lines.append(described(names, row))
        if len(lines) > limits.rows:
            raise Unreadable(f"it has more than {limits.rows:,} rows; raise Limits.rows")
    draft.add("table", "\n".join(lines) or " | ".join(names), page=page)
    return len(lines)


def _are_names(row: Sequence[str]) -> bool:
    """Whether a first row names the columns: every cell is filled, once, and none is a number or a date."""
    filled = [cell.strip() for cell in row if cell.strip()]
    return len(filled) == len(set(filled)) > 0 and not any(cell[0].isdigit() or cell[0] in "-+" for cell in filled)


def _delimiter(text: str) -> str:
    """The sign that separates columns: that which the first lines have most evenly, and most of."""
    lines = [content for content in text[:20_000].split("\n")[:_SAMPLE] if content.strip()]
    return max(_DELIMITERS, key=lambda sign: min((content.count(sign) for content in lines[:-1] or lines), default=0))


def _shown(rows: Iterable[Sequence[Any]]) -> Iterator[list[str]]:
    for row in rows:
        yield [shown(value) for value in row]


def _is_shown(sheet: Any) -> bool:
    return str(sheet.visible).endswith(".Visible") and str(sheet.typ).endswith(".WorkSheet")


def _calamine() -> Any:
    try:
        return import_module("python_calamine")
    except ImportError as error:
        raise Unreadable("workbooks need the package `python-calamine`: pip install vouch-llm[documents]") from error
