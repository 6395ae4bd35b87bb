"""Qdrant's filters as the objects that `qdrant_edge` takes.

It does not know what they mean.
"""

from __future__ import annotations

from typing import Any, cast


def built(package: Any, written: dict[str, Any]) -> Any:
    """The filter or condition that `qdrant.filters` wrote."""
    if "key" in written:
        return package.FieldCondition(
            key=written["key"],
            match=_match(package, written["match"]) if "match" in written else None,
            range=package.RangeFloat(**written["range"]) if "range" in written else None,
        )
    joined = cast("dict[str, list[dict[str, Any]]]", written)
    return package.Filter(**{word: [built(package, each) for each in parts] for word, parts in joined.items()})


def _match(package: Any, written: dict[str, Any]) -> Any:
    if "any" in written:
        return package.MatchAny(written["any"])
    return package.MatchSubstring(written["substring"])
