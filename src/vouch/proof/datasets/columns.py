"""Which column of a table is which field of a case.

It does not know how the table was written.

A column named as a field is that field. A dot makes a part: `expected.total` is the field `total` of what is expected.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple, cast

import msgspec

Rest = Literal["refuse", "setting", "drop"]
"""What becomes of other columns. `refuse`: they are a mistake, since one may be a misspelt field; `setting`: they are
kept in the case's setting by name; `drop`: they are left out."""

FIELDS: Final = ("input", "expected", "id", "tags", "source", "then", "setting")

_STRUCTURES: Final = ("expected", "setting", "then", "tags")
"""Fields whose cell of text may be a list or an object in JSON."""


class Columns(NamedTuple):
    """By field: the column it stands in, where that has another name; and what becomes of the columns left over."""

    names: Mapping[str, str] = {}
    rest: Rest = "refuse"


class Unknown(ValueError):
    """A column that is no field of a case."""


def mapped(values: Mapping[str, object], columns: Columns, *, text: bool) -> dict[str, Any]:
    """The fields of a case out of a record's columns; `text` says that all cells are text. Raises `Unknown`."""
    back = {column: field for field, column in columns.names.items()}
    found: dict[str, Any] = {}
    rest: dict[str, object] = {}
    for column, value in values.items():
        field = back.get(column) or ("" if column in columns.names else column)
        head, _, part = field.partition(".")
        if head not in FIELDS or (part and head in ("id", "input", "source")):
            rest[column] = value
            continue
        given = cell(head, value) if text and isinstance(value, str) else value
        found[head] = {**_object(found.get(head), column), part: given} if part else given
    return _with(found, rest, columns.rest)


def cell(field: str, text: str) -> object:
    """A cell as its field wants it: tags are separated by semicolons; a list or object may be written in JSON."""
    if field in _STRUCTURES and text.lstrip()[:1] in ("[", "{"):
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return text
    if field == "tags":
        return [tag.strip() for tag in text.split(";") if tag.strip()]
    return text


def _with(found: dict[str, Any], rest: Mapping[str, object], what: Rest) -> dict[str, Any]:
    if not rest or what == "drop":
        return found
    if what == "setting":
        return {**found, "setting": {**_object(found.get("setting"), "setting"), **rest}}
    column = next(iter(rest))
    near = difflib.get_close_matches(column, FIELDS, n=1)
    raise Unknown(
        f"the column {column!r} is no field of a case"
        + (f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(FIELDS)}")
        + " `vouch cases import` reads columns of other names"
    )


def _object(value: object, column: str) -> dict[str, object]:
    if value is None:
        return {}
    if isinstance(value, dict):
        return cast("dict[str, object]", value)
    raise Unknown(f"the column {column!r} stands beside one of the same field that is no object; keep one of them")
