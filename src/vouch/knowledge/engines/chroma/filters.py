"""Conditions as Chroma's filters.

It does not know what is searched, or which fields there are.
"""

from __future__ import annotations

from typing import Any, Final

from vouch.knowledge.engines.wanted import All, Either, Number, TextHas, TextOrder, Token, Wanted, key_of

_SIGNS: Final = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}

OWN: Final = {"@id|": "own_id", "=|document|": "own_document"}
"""Tokens of which each row has one, by how they begin: they lie in a field of their own, where many are asked at
once."""


def filter_of(wanted: Wanted) -> dict[str, Any]:
    """The filter; never asked for what Chroma cannot ask of texts."""
    match wanted:
        case All(parts):
            return _joined("$and", [filter_of(each) for each in parts])
        case Either(parts):
            return _joined("$or", [filter_of(each) for each in parts])
        case Token(tokens, absent):
            return _token(tokens, absent=absent)
        case Number(field, sign, value):
            return {number_key(field): {_SIGNS[sign]: int(value) if field.startswith("@") else value}}
        case TextHas() | TextOrder():
            raise NotImplementedError("Chroma cannot look into texts of the metadata")


def number_key(field: str) -> str:
    """Where a number lies in the metadata of a record."""
    return field[1:] if field.startswith("@") else f"number_{key_of(field)}"


def _token(tokens: tuple[str, ...], *, absent: bool) -> dict[str, Any]:
    for start, name in OWN.items():
        if all(token.startswith(start) for token in tokens):
            return {name: {"$nin" if absent else "$in": list(tokens)}}
    word = "$not_contains" if absent else "$contains"
    return _joined("$and" if absent else "$or", [{"tokens": {word: token}} for token in tokens])


def _joined(word: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return parts[0] if len(parts) == 1 else {word: parts}
