"""A value that fits a JSON Schema: the plainest one.

It does not know what the value is for. Patterns and combined schemas beyond `anyOf`, `oneOf` and `allOf` are ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

_DEEPEST: Final = 8
_FORMATS: Final = {
    "date": "2025-01-31",
    "date-time": "2025-01-31T12:00:00Z",
    "time": "12:00:00",
    "email": "someone@example.com",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def sample(schema: Schema) -> Any:
    """A value that fits `schema`; references are followed inside it (`#/$defs/...`)."""
    return _sample(schema, schema, 0)


def _sample(schema: Schema, root: Schema, depth: int) -> Any:
    for keyword in ("const", "default"):
        if keyword in schema:
            return schema[keyword]
    if "enum" in schema:
        return schema["enum"][0]
    if "$ref" in schema:
        return _sample(_follow(schema["$ref"], root), root, depth)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return _sample(choices[-1 if depth > _DEEPEST else 0], root, depth)
    for part in schema.get("allOf", ()):
        schema = {**part, **schema}
    return _BY_TYPE.get(_type_of(schema), _nothing)(schema, root, depth)


def _follow(reference: str, root: Schema) -> Schema:
    found: Any = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        found = found[step] if step else found
    return found


def _type_of(schema: Schema) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "null")
    return kind if isinstance(kind, str) else next((one for one in kind if one != "null"), "null")


def _object(schema: Schema, root: Schema, depth: int) -> Any:
    properties: Mapping[str, Any] = schema.get("properties", {})
    wanted = schema.get("required", ()) if depth > _DEEPEST else properties
    return {name: _sample(properties[name], root, depth + 1) for name in wanted}


def _array(schema: Schema, root: Schema, depth: int) -> Any:
    least = schema.get("minItems", 0 if depth > _DEEPEST else 1)
    return [_sample(schema.get("items", {}), root, depth + 1) for _ in range(least)]


def _string(schema: Schema, root: Schema, depth: int) -> Any:  # noqa: ARG001  (all have one signature)
    text = _FORMATS.get(schema.get("format", ""), "text")
    return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength")]


def _number(schema: Schema, root: Schema, depth: int) -> Any:  # noqa: ARG001
    if "minimum" in schema:
        return schema["minimum"]
    if "exclusiveMinimum" in schema:
        return schema["exclusiveMinimum"] + 1
    return min(1, schema.get("maximum", 1))


def _nothing(schema: Schema, root: Schema, depth: int) -> Any:  # noqa: ARG001
    return True if schema.get("type") == "boolean" else None


_BY_TYPE: Final[dict[str, Callable[[Schema, Schema, int], Any]]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _number,
    "number": _number,
}
