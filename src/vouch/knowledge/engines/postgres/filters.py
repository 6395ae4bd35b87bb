"""Conditions as SQL over a shelf's columns: Postgres has all of them.

It does not know what is searched, or which fields there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from vouch.knowledge.engines.wanted import All, Either, Number, TextHas, TextOrder, Token, Wanted, key_of


class Sql(NamedTuple):
    """A condition with a place for each value, and the values."""

    text: str
    values: Sequence[Any]


def sql_of(wanted: Wanted) -> Sql:
    """The condition as SQL that is never null."""
    match wanted:
        case All(parts):
            return _joined(parts, " and ")
        case Either(parts):
            return _joined(parts, " or ")
        case Token(tokens, absent):
            return Sql("not (tokens && %s::text[])" if absent else "tokens && %s::text[]", [list(tokens)])
        case Number(field, sign, value):
            if field.startswith("@"):
                return Sql(f"{field[1:]} {sign} %s", [int(value)])
            return Sql(f"coalesce((numbers->>%s)::float8 {sign} %s, false)", [key_of(field), value])
        case TextHas(field, part, absent):
            sign = "=" if absent else ">"
            return Sql(f"coalesce(strpos(texts->>%s, %s) {sign} 0, false)", [key_of(field), part])
        case TextOrder(field, sign, value):
            return Sql(f'coalesce((texts->>%s) collate "C" {sign} %s, false)', [key_of(field), value])


def _joined(parts: Sequence[Wanted], word: str) -> Sql:
    found = [sql_of(each) for each in parts]
    return Sql(f"({word.join(each.text for each in found)})", [value for each in found for value in each.values])
