"""Where a result may hold free text: by the schema of a tool's result, and in results that were recorded.

It does not know whose text it is: that is asked of whoever labelled it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

import msgspec

WHOLE: Final = "all of it"
"""The part that is the whole result."""

LONG: Final = 40
"""Characters from which on a recorded text of several words counts as free."""

_CLOSED: Final = ("enum", "const", "pattern")
_CLOSED_FORMATS: Final = frozenset({"date", "time", "date-time", "duration", "uuid"})
_DEEPEST: Final = 8


def free_in_schema(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The parts of a result of this schema that may hold any words, such as `reviews[]` or `items[].note`."""
    return tuple(dict.fromkeys(_open(schema, schema, "", 0)))


def _open(schema: Mapping[str, Any], root: Mapping[str, Any], path: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST or schema.get("format") in _CLOSED_FORMATS or any(word in schema for word in _CLOSED):
        return
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        yield from _open(root.get("$defs", {}).get(name, {}), root, path, depth + 1)
        return
    parts = [part for word in ("anyOf", "oneOf", "allOf") for part in schema.get(word, ())]
    for part in parts:
        yield from _open(part, root, path, depth + 1)
    kind = schema.get("type")
    if kind == "string" or (kind is None and not parts):
        yield path or WHOLE
    elif kind == "array":
        yield from _open(schema.get("items", {}), root, f"{path}[]", depth + 1)
    elif kind == "object":
        yield from _open_object(schema, root, path, depth)


def _open_object(schema: Mapping[str, Any], root: Mapping[str, Any], path: str, depth: int) -> Iterator[str]:
    dot = f"{path}." if path else ""
    properties: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
    for name, part in properties.items():
        yield from _open(part, root, f"{dot}{name}", depth + 1)
    more = schema.get("additionalProperties", not properties)
    if more is not False:
        rest = cast("Mapping[str, Any] | bool", more)
        yield from _open({} if isinstance(rest, bool) else rest, root, f"{dot}*", depth + 1)


def free_in_result(content: str) -> tuple[str, ...]:
    """The parts of a recorded result that hold long text of several words."""
    try:
        value: object = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        value = content
    return tuple(dict.fromkeys(_long(value, "")))


def _long(value: object, path: str) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) >= LONG and len(value.split()) > 1:
            yield path or WHOLE
    elif isinstance(value, dict):
        for name, part in cast("dict[str, object]", value).items():
            yield from _long(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for part in cast("list[object]", value):
            yield from _long(part, f"{path}[]")
