"""From a function's signature and docstring to the schema of a tool's arguments.

It does not know what the function does.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Hashable
from types import FunctionType
from typing import Annotated, Any, Final, NamedTuple, get_type_hints

import pydantic

from vouch.errors import ToolError

KEY: Final = "idempotency_key"
"""A parameter of this name gets the write's key; the model does not see it."""

_SECTION: Final = re.compile(r"^(Args|Arguments|Parameters|Returns|Raises|Yields|Examples?|Note):\s*$", re.MULTILINE)
_ENTRY: Final = re.compile(r"^(\w+)(?:\s*\([^)]*\))?:\s*(.+)$")

_REMEMBERED: Final = 1000

_UNUSABLE: Final = (pydantic.errors.PydanticUserError, pydantic.errors.PydanticUndefinedAnnotation, RecursionError)
"""What is raised for types that have no schema: not of JSON, not fully defined, or without end."""


class Signature(NamedTuple):
    """What a model needs to call the function, and what it gives back."""

    description: str
    arguments: type[pydantic.BaseModel]
    parameters: dict[str, Any]
    returns: dict[str, Any] | None
    takes_key: bool


_known: Final[dict[Hashable, tuple[Signature, object]]] = {}
"""What was read, beside the module that its types were found in: while that is kept, no other takes its place."""


def read_signature(function: Callable[..., Any]) -> Signature:
    """The signature of `function`; raises `ToolError` for what a model could not be told.

    Functions made anew from the same lines, as tools are that belong to one account or one test, are read once.
    """
    if not inspect.isroutine(function):
        raise ToolError(f"{function!r} is not a function; write one with `def` and put @tool above it")
    key = _lines_of(function)
    if key is None:
        return _read(function)
    if key not in _known:
        if len(_known) >= _REMEMBERED:
            _known.clear()
        _known[key] = _read(function), getattr(function, "__globals__", None)
    return _known[key][0]


def _lines_of(function: Callable[..., Any]) -> Hashable | None:
    """What a signature rests on, for a plain function; None where it may rest on more."""
    if not isinstance(function, FunctionType) or hasattr(function, "__wrapped__"):
        return None
    values = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    # 1 is equal to True, and equal lines may stand in two modules that mean different types by one name.
    defaults = (values, tuple(map(type, values)), tuple(function.__kwdefaults__ or ()))
    types = (tuple(function.__annotations__.items()), id(function.__globals__))
    key = (function.__code__, function.__name__, function.__doc__, defaults, types)
    try:
        hash(key)
    except TypeError:
        return None
    return key


def _read(function: Callable[..., Any]) -> Signature:
    name = function.__name__
    text = inspect.getdoc(function)
    if not text:
        raise ToolError(f"tool {name!r} has no docstring; say in one what it does: the model chooses tools by it")
    description, meanings = _read_docstring(text)
    hints = _hints(function)
    fields: dict[str, Any] = {}
    for place, parameter in enumerate(inspect.signature(function).parameters.values()):
        if parameter.name != KEY:
            # Under names of our own, because pydantic keeps some for itself (`copy`, `json`, all that begin with _).
            fields[f"argument_{place}"] = _field(name, parameter, hints, meanings)
    try:
        arguments = pydantic.create_model(f"{name}_arguments", __config__=pydantic.ConfigDict(extra="forbid"), **fields)
        schema = arguments.model_json_schema()
    except _UNUSABLE as error:
        what = _first_line(error)
        raise ToolError(
            f"tool {name!r}: a parameter has a type that JSON cannot hold ({what}); give another"
        ) from error
    schema.pop("title", None)
    takes_key = KEY in inspect.signature(function).parameters
    return Signature(description, arguments, schema, _returns(name, hints.get("return")), takes_key)


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except (NameError, TypeError, AttributeError, SyntaxError) as error:
        raise ToolError(
            f"tool {function.__name__!r}: a type cannot be found ({error}); import it where the tool is written"
        ) from error
    except RecursionError as error:
        raise ToolError(f"tool {function.__name__!r}: a type is nested too deeply ({error}); give another") from error


def _field(tool: str, parameter: inspect.Parameter, hints: dict[str, Any], meanings: dict[str, str]) -> tuple[Any, Any]:
    name = parameter.name
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
        raise ToolError(f"tool {tool!r}: parameter {name!r} must be an ordinary named parameter")
    if name not in hints:
        raise ToolError(f"tool {tool!r}: parameter {name!r} has no type; write {name}: str, or so")
    default = ... if parameter.default is parameter.empty else parameter.default
    told = pydantic.Field(alias=name, description=meanings[name]) if name in meanings else pydantic.Field(alias=name)
    return Annotated[hints[name], told], default


def _returns(tool: str, hint: Any) -> dict[str, Any] | None:
    """The schema of a result that has fields; other results say nothing that could be filled in elsewhere."""
    if hint is None or hint is str:
        return None
    try:
        schema = pydantic.TypeAdapter(hint).json_schema(mode="serialization")
    except (pydantic.errors.PydanticSchemaGenerationError, pydantic.errors.PydanticInvalidForJsonSchema):
        return None
    except _UNUSABLE as error:
        what = _first_line(error)
        raise ToolError(f"tool {tool!r}: the type of its result cannot be used ({what}); give another") from error
    return schema


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _read_docstring(text: str) -> tuple[str, dict[str, str]]:
    """The description, and what each argument means, from a docstring in Google's style."""
    parts = _SECTION.split(text)
    meanings: dict[str, str] = {}
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        if title in ("Args", "Arguments", "Parameters"):
            meanings = _read_entries(body)
    return " ".join(parts[0].split()), meanings


def _read_entries(body: str) -> dict[str, str]:
    found: dict[str, str] = {}
    last = ""
    for line in inspect.cleandoc(body).split("\n"):
        if entry := _ENTRY.match(line):
            last = entry[1]
            found[last] = entry[2].strip()
        elif last and line.strip():
            found[last] += " " + line.strip()
    return found
