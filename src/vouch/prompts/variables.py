"""Typed variables: what a prompt declares, and the check of the values given to it.

It does not know how the values are put into the text.
"""

from __future__ import annotations

import keyword
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple, cast

import msgspec

from vouch.errors import PromptError
from vouch.prompts.schema import Schema
from vouch.prompts.source import suggest

INPUT: Final = "input"
"""The user's text: a variable that every prompt has."""

_RESERVED: Final = {"loop", "true", "false", "none", "recursive", "ignore", "missing", "context", "self", "varargs"}
_SCALARS: Final = (str, int, float, Decimal, type(None))


class Variable(NamedTuple):
    """A declared variable. It may be left out when its schema has a `default`."""

    name: str
    schema: dict[str, Any]
    check: Schema
    place: str

    @property
    def types(self) -> frozenset[str]:
        """The JSON types its schema names; empty when it names none."""
        named = self.schema.get("type", ())
        return frozenset((named,) if isinstance(named, str) else cast("tuple[str, ...]", named))


def declare(name: str, schema: object, place: str) -> Variable:
    """A variable from front matter; raises a `PromptError` at `place` for a bad name or schema."""
    if not name.isidentifier() or name.startswith("_") or name in _RESERVED or keyword.iskeyword(name):
        raise PromptError(f"{place}: {name!r} cannot name a variable; use letters, digits and _, and no reserved word")
    if not isinstance(schema, dict):
        raise PromptError(f"{place}: input {name!r} is {schema!r:.80}; write its JSON Schema: {name}: {{type: string}}")
    fields = cast("dict[str, Any]", schema)
    try:
        check = Schema(fields)
    except ValueError as problem:
        raise PromptError(f"{place}: input {name!r} has no valid JSON Schema: {problem}") from problem
    variable = Variable(name, fields, check, place)
    if name == INPUT and variable.types - {"string"}:
        raise PromptError(f"{place}: 'input' is the user's text; its type can only be string")
    if "default" in fields and (wrong := check.problem(fields["default"])):
        raise PromptError(f"{place}: the default of {name!r} does not fit its own schema: {wrong}")
    return variable


def accept(
    declared: Mapping[str, Variable], places: Mapping[str, str], text: str, variables: Mapping[str, object]
) -> dict[str, Any]:
    """The values to render with, as plain JSON data; raises a `PromptError` that names the wrong one and its place."""
    values: dict[str, Any] = {INPUT: _input(text, declared.get(INPUT), places[INPUT])}
    for name, value in variables.items():
        variable = declared.get(name)
        if variable is None or name == INPUT:
            raise PromptError(_unknown(name, declared, places))
        values[name] = _value(variable, value, places[name])
    for name, variable in declared.items():
        if name not in values:
            if "default" not in variable.schema:
                raise PromptError(f"{places[name]}: variable {name!r} is missing; give it as {name}=...")
            values[name] = variable.schema["default"]
    return values


def _unknown(name: object, declared: Mapping[str, Variable], places: Mapping[str, str]) -> str:
    if name == INPUT:
        return f"{places[INPUT]}: 'input' is no variable; give the user's text as the first argument"
    known = [each for each in declared if each != INPUT]
    return f"{places['']}: no variable {name!r} is declared under inputs; {suggest(str(name), known)}"


def _input(text: object, variable: Variable | None, place: str) -> str:
    if not isinstance(text, str):
        raise PromptError(f"{place}: the input is {text!r:.80}, but must be text; give a str")
    plain = _plain(INPUT, text, place)
    if variable is not None and (wrong := variable.check.problem(plain)):
        raise PromptError(f"{place}: the input does not fit its schema: {wrong}")
    return plain


def _value(variable: Variable, value: object, place: str) -> Any:
    plain = _plain(variable.name, value, place)
    if wrong := variable.check.problem(plain):
        raise PromptError(f"{place}: variable {variable.name!r} does not fit its schema: {wrong}")
    return plain


def _plain(name: str, value: object, place: str) -> Any:
    """`value` as JSON data of its own, so that nothing of the caller's is reachable from a template."""
    try:
        if isinstance(value, str):
            value.encode()
            return str.__str__(value)
        if isinstance(value, (set, frozenset)):
            raise TypeError("a set has no order; give sorted(...)")
        if isinstance(value, float) and not math.isfinite(value):
            raise TypeError("not a finite number")
        if type(value) in _SCALARS:
            return value
        plain = msgspec.to_builtins(value, builtin_types=(Decimal, bytes, bytearray, memoryview))
        msgspec.json.encode(plain)
        return plain
    except (TypeError, ValueError, RecursionError) as problem:
        raise PromptError(f"{place}: variable {name!r} cannot be put into text: {problem}") from problem
