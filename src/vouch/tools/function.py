"""A typed Python function as a tool: its schema from its signature, its arguments checked before it is called.

It does not know who calls it, when, or how often.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, get_type_hints, overload

import pydantic
from pydantic_core import to_json

from vouch.contracts.tool import Effect, ToolRefused
from vouch.errors import ToolError
from vouch.values.digest import digest
from vouch.values.request import ToolSpec

Function = Callable[..., Any]

RESULT_CHARACTERS: Final = 64_000
"""Longer results are cut: a model's memory is not a place to store files."""


@dataclass(frozen=True)
class FunctionTool:
    """A function that a model may call. Calling it from Python calls the function itself."""

    function: Function
    spec: ToolSpec
    effect: Effect
    version: str
    arguments: type[pydantic.BaseModel]
    seconds: float

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The function itself, as it was written."""
        return self.function(*args, **kwargs)

    async def call(self, arguments: str) -> str:
        """The result as text; raises `ToolRefused` for arguments that do not fit, a failure, or no result in time."""
        values = self._checked(arguments)
        limit = asyncio.timeout(self.seconds)
        try:
            async with limit:
                result = await self._invoke(values)
            return _as_text(result)
        except ToolRefused:
            raise
        except Exception as error:
            # A tool may run into a time limit of its own, that of a connection say.
            if limit.expired():
                raise ToolRefused(f"{self.spec.name} gave no result within {self.seconds:g} s") from None
            raise ToolRefused(f"{self.spec.name} failed: {type(error).__name__}: {error}") from error

    def _checked(self, arguments: str) -> dict[str, Any]:
        try:
            model = self.arguments.model_validate_json(arguments or "{}")
        except pydantic.ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(str(part) for part in problem['loc']) or 'arguments'}: {problem['msg']}"
                for problem in error.errors(include_url=False, include_input=False)[:5]
            )
            raise ToolRefused(f"{self.spec.name} was not called, its arguments do not fit: {problems}") from error
        return {str(field.alias): getattr(model, name) for name, field in type(model).model_fields.items()}

    async def _invoke(self, values: Mapping[str, Any]) -> object:
        if inspect.iscoroutinefunction(self.function):
            return await self.function(**values)
        result = await asyncio.to_thread(self.function, **values)
        # A decorator may have hidden that the function is asynchronous.
        return await result if inspect.isawaitable(result) else result


@overload
def tool(function: Function, /) -> FunctionTool: ...


@overload
def tool(*, effect: Effect = "read", seconds: float = 30.0) -> Callable[[Function], FunctionTool]: ...


def tool(
    function: Function | None = None, /, *, effect: Effect = "read", seconds: float = 30.0
) -> FunctionTool | Callable[[Function], FunctionTool]:
    """Make a function a tool: its name, docstring and typed parameters are what the model sees.

    Raises `ToolError` for a parameter without a type or a function without a docstring.
    """
    if effect != "read":
        raise ToolError(f"effect={effect!r}: only tools that read are supported so far; give effect='read'")
    if not seconds > 0:
        raise ToolError(f"seconds={seconds!r}: give the seconds a call may take, more than 0")

    def decorate(function: Function) -> FunctionTool:
        return _tool(function, effect, seconds)

    return decorate if function is None else decorate(function)


def _tool(function: Function, effect: Effect, seconds: float) -> FunctionTool:
    if not inspect.isroutine(function):
        raise ToolError(f"{function!r} is not a function; write one with `def` and put @tool above it")
    name = function.__name__
    description = inspect.getdoc(function)
    if not description:
        raise ToolError(f"tool {name!r} has no docstring; say in one what it does: the model chooses tools by it")
    try:
        arguments = _arguments(function)
        schema = arguments.model_json_schema()
    except pydantic.errors.PydanticUserError as error:
        what = str(error).splitlines()[0]
        raise ToolError(
            f"tool {name!r}: a parameter has a type that JSON cannot hold ({what}); give another"
        ) from error
    schema.pop("title", None)
    spec = ToolSpec(name, description, schema)
    return FunctionTool(function, spec, effect, digest((spec, effect)), arguments, seconds)


def _arguments(function: Function) -> type[pydantic.BaseModel]:
    name = function.__name__
    try:
        hints = get_type_hints(function, include_extras=True)
    except (NameError, TypeError, AttributeError, SyntaxError) as error:
        raise ToolError(
            f"tool {name!r}: a type cannot be found ({error}); import it where the tool is written"
        ) from error
    fields: dict[str, Any] = {}
    for place, parameter in enumerate(inspect.signature(function).parameters.values()):
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise ToolError(f"tool {name!r}: parameter {parameter.name!r} must be an ordinary named parameter")
        if parameter.name not in hints:
            raise ToolError(
                f"tool {name!r}: parameter {parameter.name!r} has no type; write {parameter.name}: str, or so"
            )
        default = ... if parameter.default is parameter.empty else parameter.default
        # Under names of our own, because pydantic keeps some for itself (`copy`, `json`, all that begin with _).
        named = Annotated[hints[parameter.name], pydantic.Field(alias=parameter.name)]
        fields[f"argument_{place}"] = (named, default)
    return pydantic.create_model(f"{name}_arguments", __config__=pydantic.ConfigDict(extra="forbid"), **fields)


def _as_text(result: object) -> str:
    text = result if isinstance(result, str) else to_json(result, serialize_unknown=True).decode()
    if len(text) <= RESULT_CHARACTERS:
        return text
    return text[:RESULT_CHARACTERS] + f"\n[cut here: {len(text) - RESULT_CHARACTERS} more characters]"
