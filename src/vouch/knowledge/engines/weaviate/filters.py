"""Conditions as Weaviate's filters.

It does not know what is searched.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from vouch.knowledge.engines.wanted import (
    NEVER,
    All,
    Either,
    Number,
    TextHas,
    TextOrder,
    Token,
    Wanted,
    key_of,
)

_SIGNS: Final = {"<": "less_than", "<=": "less_or_equal", ">": "greater_than", ">=": "greater_or_equal"}


def filter_of(filters: Any, wanted: Wanted, known: Collection[str]) -> Any:
    """The filter, made by the client's class `filters`; never asked for what Weaviate cannot ask of texts.

    `known` are the numbers that the shelf has: Weaviate refuses to be asked for others, and no row would fit.
    """
    match wanted:
        case All(parts):
            return filters.all_of([filter_of(filters, each, known) for each in parts])
        case Either(parts):
            return filters.any_of([filter_of(filters, each, known) for each in parts])
        case Token(tokens, absent):
            field = filters.by_property("tokens")
            return (field.contains_none if absent else field.contains_any)(list(tokens))
        case Number(field, sign, value):
            name = number_key(field)
            if name != field[1:] and name not in known:
                return filter_of(filters, NEVER, known)
            return getattr(filters.by_property(name), _SIGNS[sign])(value)
        case TextHas() | TextOrder():
            raise NotImplementedError("Weaviate cannot be asked for parts of texts, or for their order")


def number_key(field: str) -> str:
    """Where a number lies among the properties of an object."""
    return field[1:] if field.startswith("@") else f"number_{key_of(field)}"


def numbers_in(wanted: Wanted) -> set[str]:
    """The numbers of metadata that a condition asks for, by their properties."""
    match wanted:
        case All(parts) | Either(parts):
            return {name for each in parts for name in numbers_in(each)}
        case Number(field) if not field.startswith("@"):
            return {number_key(field)}
        case _:
            return set()
