"""Conditions as Pinecone's filters.

It does not know what is searched, or which fields there are.
"""

from __future__ import annotations

from typing import Any, Final

from vouch.knowledge.engines.wanted import All, Either, Number, TextHas, TextOrder, Token, Wanted, key_of

_SIGNS: Final = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}


def filter_of(wanted: Wanted) -> dict[str, Any]:
    """The filter; never asked for what Pinecone cannot ask of texts."""
    match wanted:
        case All(parts):
            return {"$and": [filter_of(each) for each in parts]}
        case Either(parts):
            return {"$or": [filter_of(each) for each in parts]}
        case Token(tokens, absent):
            return {"tokens": {"$nin" if absent else "$in": list(tokens)}}
        case Number(field, sign, value):
            return {number_key(field): {_SIGNS[sign]: value}}
        case TextHas() | TextOrder():
            raise NotImplementedError("Pinecone cannot look into texts of the metadata")


def number_key(field: str) -> str:
    """Where a number lies in the metadata of a record."""
    return field[1:] if field.startswith("@") else f"number_{key_of(field)}"
