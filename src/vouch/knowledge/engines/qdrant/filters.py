"""Conditions as Qdrant's filters.

It does not know what is searched, or which fields there are.
"""

from __future__ import annotations

from typing import Any, Final

from vouch.knowledge.engines.wanted import All, Either, Number, TextHas, TextOrder, Token, Wanted, key_of

_RANGES: Final = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}


def filter_of(wanted: Wanted) -> dict[str, Any]:
    """The filter in Qdrant's own JSON; never asked for an order of texts, which Qdrant does not have."""
    return {"must": [_condition(wanted)]}


def _condition(wanted: Wanted) -> dict[str, Any]:
    match wanted:
        case All(parts):
            return {"must": [_condition(each) for each in parts]}
        case Either(parts):
            return {"should": [_condition(each) for each in parts]}
        case Token(tokens, absent):
            return _held({"key": "tokens", "match": {"any": list(tokens)}}, absent=absent)
        case Number(field, sign, value):
            return {"key": number_key(field), "range": {_RANGES[sign]: value}}
        case TextHas(field, part, absent):
            held = {"key": f"texts.{key_of(field)}", "match": {"substring": part}}
            present = {"key": "tokens", "match": {"any": [f"$|{field}"]}}
            return {"must": [present, _held(held, absent=True)]} if absent else held
        case TextOrder():
            raise NotImplementedError("Qdrant has no order of texts")


def number_key(field: str) -> str:
    """Where a number lies in a point's payload."""
    return field[1:] if field.startswith("@") else f"numbers.{key_of(field)}"


def _held(condition: dict[str, Any], *, absent: bool) -> dict[str, Any]:
    return {"must_not": [condition]} if absent else condition
