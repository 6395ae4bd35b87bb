"""A tool's parameters, read from their JSON Schema.

It does not know where their values come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from msgspec import Struct

from vouch.models.planner.kinds import PERSONAL, PLACES, Kind, kind_of
from vouch.models.planner.tokens import in_words

Schema = Mapping[str, Any]

_SAMPLE: Final = re.compile(
    r"(?:such as|e\.g\.,?|for example,?|like|example:|format:?)\s+(?:[`'\"]([^`'\"]+)[`'\"]|([#\w][\w#/.-]*\d[\w-]*))",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"'([A-Za-z][\w -]{0,30})'")
_RUN: Final = re.compile(r"[A-Za-z]+|\d+|.", re.DOTALL)
_UUID: Final = r"^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
_VAGUE: Final = ("please", "the", "a b c")  # a pattern that takes these says nothing
_DEEP: Final = 4


class Parameter(Struct, frozen=True):
    """One parameter. `patterns` are regular expressions of whole values, its own first, then those of samples."""

    name: str
    kind: Kind
    required: bool = True
    description: str = ""
    patterns: tuple[str, ...] = ()
    choices: tuple[Any, ...] = ()
    item: Parameter | None = None
    fields: tuple[Parameter, ...] = ()
    default: Any = None
    least: float | None = None
    most: float | None = None

    @property
    def title(self) -> str:
        """Its name in words."""
        return in_words(self.name)

    @property
    def personal(self) -> bool:
        """Whether it is something that people know by heart about themselves."""
        return self.kind in PERSONAL or (self.kind == "date" and "birth" in self.name.lower())

    @property
    def is_address(self) -> bool:
        """Whether its fields are the pieces of an address."""
        return sum(field.kind in PLACES for field in self.fields) >= 2

    @property
    def inner(self) -> Parameter:
        """What a list holds, or the parameter itself."""
        return self.item if self.kind == "list" and self.item else self

    @property
    def hints(self) -> tuple[str, ...]:
        """Values that its description gives in quotes, where it gives several."""
        quoted = tuple(dict.fromkeys(_QUOTED.findall(self.description)))
        return quoted if len(quoted) > 1 else ()

    def sample(self) -> str:
        """A value that its description gives as an example, or an empty text."""
        return next(iter(_samples(self.description)), "")


def parameters(schema: Schema) -> tuple[Parameter, ...]:
    """The parameters of a tool whose arguments have this schema."""
    return _fields(schema, schema, depth=0)


def _fields(schema: Schema, root: Schema, *, depth: int) -> tuple[Parameter, ...]:
    required = set(schema.get("required", ()))
    properties = cast("Mapping[str, Schema]", schema.get("properties", {}))
    return tuple(
        _parameter(name, inner, root, required=name in required and "default" not in inner, depth=depth)
        for name, inner in properties.items()
    )


def _parameter(name: str, schema: Schema, root: Schema, *, required: bool, depth: int) -> Parameter:
    schema = resolved(schema, root)
    patterns = tuple(_patterns(schema))
    kind = kind_of(name, schema, has_shape=bool(patterns))
    if kind != "identifier":
        patterns = patterns[:1] if "pattern" in schema else ()
    item: Parameter | None = None
    fields: tuple[Parameter, ...] = ()
    if kind == "list" and depth < _DEEP:
        item = _parameter(name, schema.get("items") or {}, root, required=True, depth=depth + 1)
    elif kind == "record" and depth < _DEEP:
        fields = _fields(schema, root, depth=depth + 1)
    return Parameter(
        name,
        kind,
        required,
        str(schema.get("description", "")),
        patterns,
        tuple(schema.get("enum", ())) or ((schema["const"],) if "const" in schema else ()),
        item,
        fields,
        schema.get("default"),
        schema.get("minimum", schema.get("exclusiveMinimum")),
        schema.get("maximum", schema.get("exclusiveMaximum")),
    )


def resolved(schema: Schema, root: Schema) -> Schema:
    """`schema` with its reference followed, and of alternatives the one that says most; None is no alternative."""
    for _ in range(_DEEP):
        if "$ref" in schema:
            target = _referred(str(schema["$ref"]), root)
            schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
        elif alternatives := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
            outer = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf", "allOf")}
            schema = {**_fullest(alternatives, root), **outer}
        else:
            break
    plain = schema.get("type")
    if isinstance(plain, list | tuple):
        named = [part for part in cast("list[Any]", plain) if part != "null"]
        return {**schema, "type": named[0] if named else "string"}
    return schema


def _referred(reference: str, root: Schema) -> Schema:
    """What a reference within `root` points at; nothing where it points nowhere."""
    target: Any = root
    for part in reference.lstrip("#/").split("/"):
        target = cast("Schema", target).get(part) if isinstance(target, Mapping) else None
    return cast("Schema", target) if isinstance(target, Mapping) else {}


def _fullest(alternatives: list[Schema], root: Schema) -> Schema:
    """A number comes before its text, a record before a number."""
    order = ("object", "array", "boolean", "integer", "number")
    known = [resolved(one, root) for one in alternatives if one.get("type") != "null"]
    nothing: Schema = {}
    return min(known, key=lambda one: order.index(one["type"]) if one.get("type") in order else 9, default=nothing)


def _patterns(schema: Schema) -> Iterator[str]:
    if schema.get("type", "string") != "string":
        return
    if schema.get("format") == "uuid":
        yield _UUID
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and _tells(pattern):
        yield pattern
        return
    samples = [*schema.get("examples", ()), *_samples(str(schema.get("description", "")))]
    yield from dict.fromkeys(shape(sample) for sample in samples if _is_code(sample))


def _samples(description: str) -> list[str]:
    return [(quoted or plain).rstrip(".") for quoted, plain in _SAMPLE.findall(description)]


def _tells(pattern: str) -> bool:
    try:
        return not any(re.search(pattern, vague) for vague in _VAGUE)
    except re.error:
        return False


def _is_code(sample: object) -> bool:
    if not isinstance(sample, str) or " " in sample or "@" in sample:
        return False
    return any(sign.isdigit() for sign in sample) and (len(sample) > 3 or not sample.isdigit())


def shape(sample: str) -> str:
    """A regular expression for values that look like `sample`: W0000000 gives W and seven digits."""
    parts: list[str] = []
    for run in _RUN.findall(sample):
        if run.isdigit():
            parts.append(f"\\d{{{len(run)}}}" if len(run) >= 4 else "\\d+")
        elif run.isalpha() and not (run.isupper() and len(run) <= 4):
            parts.append("[A-Za-z]+")
        else:
            parts.append(re.escape(run))
    return f"^{''.join(parts)}$"
