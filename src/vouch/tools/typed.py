"""Results that cannot say anything: numbers, dates, booleans and words of a closed list, checked when they are given.

It does not know what reads them. Such a result is the one way in which what a stranger wrote may become a value that an
app goes on with: an agent that reads a bill may take its amount from it, but no sentence.
"""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

import pydantic
import pydantic_core

from vouch.contracts.tool import ToolRefused
from vouch.errors import ToolError

_CLOSED: Final = (bool, int, float, Decimal, date, datetime, time, timedelta, types.NoneType)
_SEVERAL: Final = (list, tuple, set, frozenset)


def typed_result(name: str, function: Callable[..., Any]) -> Callable[[object], Any]:
    """What checks the results of `function` against its closed type; raises `ToolError` where that is open."""
    try:
        returns = get_type_hints(inspect.unwrap(function), include_extras=True).get("return", inspect.Parameter.empty)
    except (NameError, TypeError) as error:
        raise ToolError(f"tool {name!r} has trust='typed', but its result's type cannot be read: {error}") from error
    try:
        closed = returns is not inspect.Parameter.empty and is_closed(returns)
        adapter: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(returns if closed else int)
    except (RecursionError, pydantic.PydanticUserError, pydantic.errors.PydanticSchemaGenerationError) as error:
        why = str(error).partition("\n")[0]
        raise ToolError(f"tool {name!r} has trust='typed', but its result's type cannot be used: {why}") from error
    if not closed:
        raise ToolError(
            f"tool {name!r} has trust='typed', but its result may hold free text ({_shown(returns)}); let it return "
            "numbers, dates, booleans, Literal[...], an Enum, or a model of nothing but these"
        )

    def read(result: object) -> Any:
        try:
            given = adapter.validate_python(result, strict=True)
            # An object that was made around its class's own checks is checked as it is written down.
            written = adapter.validate_json(adapter.dump_json(given, warnings="error"))
            return adapter.dump_python(written, mode="json", warnings="error")
        except (pydantic.ValidationError, pydantic_core.PydanticSerializationError):
            # What was given instead may be anybody's words: they go nowhere.
            raise ToolRefused(f"{name} gave something else than its type allows") from None

    return read


def is_closed(annotation: Any) -> bool:
    """Whether no value of this type can hold free text."""
    if annotation in _CLOSED:
        return True
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return is_closed(arguments[0])
    if origin is Literal:
        return True
    if origin in (Union, types.UnionType):
        return all(is_closed(part) for part in arguments)
    if origin in _SEVERAL:
        return bool(arguments) and all(is_closed(part) for part in arguments if part is not Ellipsis)
    if origin is dict:
        return bool(arguments) and all(is_closed(part) for part in arguments)
    return isinstance(annotation, type) and _is_closed_class(annotation)


def _is_closed_class(of: type[Any]) -> bool:
    if issubclass(of, Enum):
        # One that makes members of what it does not know could carry anything.
        return getattr(of._missing_, "__func__", None) is getattr(Enum._missing_, "__func__", None)
    if issubclass(of, pydantic.BaseModel):
        return _is_closed_model(of)
    if dataclasses.is_dataclass(of) or is_typeddict(of) or hasattr(of, "_fields"):
        hints = get_type_hints(of, include_extras=True)
        return bool(hints) and all(is_closed(hint) for hint in hints.values())
    return False


def _is_closed_model(of: type[pydantic.BaseModel]) -> bool:
    """Whether nothing but the declared fields is kept or written, and all of these are closed."""
    own = of.__pydantic_decorators__
    writes = own.computed_fields or own.model_serializers or own.field_serializers
    if writes or of.model_config.get("extra") == "allow":
        return False
    return all(is_closed(field.annotation) for field in of.model_fields.values())


def _shown(annotation: Any) -> str:
    return "nothing is said of it" if annotation is inspect.Parameter.empty else str(annotation)
