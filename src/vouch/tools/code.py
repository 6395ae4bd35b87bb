"""The content address of code, so that a tool or a policy whose code changes makes another version of its app.

It does not know what the code is for.

Seen of a function are: its bytecode and constants, those of the functions within it, its defaults; what it encloses, as
far as that is a constant or a function; and of its own module the functions that it names, and the constants in
CAPITALS. A constant is a number, a date, an enum, None, or a tuple or frozen set of such and of texts. Not seen are
functions of other modules, objects and their methods, lists and dictionaries, which may change while the app runs, and
texts of the module: addresses and keys are often read from the surroundings, and differ from process to process. Texts
that are enclosed are seen of rules and policies, which look at nothing but the run, and for the same reason not of
tools.
"""

from __future__ import annotations

import dis
import functools
from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from types import CodeType, FunctionType, MethodType, NoneType
from typing import Final, NamedTuple, Protocol, TypeGuard, cast

from vouch.contracts.tool import Tool
from vouch.values.digest import digest

_PLAIN: Final = (bool, int, float, complex, Decimal, Fraction, date, time, timedelta, Enum, NoneType)
_TEXT: Final = (str, bytes)
_METHODS: Final = ("demand", "allows", "__call__")
"""What is called of an approval, a policy, and any other object in a function's place."""


class Coded(Protocol):
    """Something that rests on functions: a tool, a rule of approval, a policy."""

    @property
    def functions(self) -> tuple[object, ...]:
        """What decides what it does."""
        ...


def code_of(*parts: object, texts: bool = True) -> str:
    """The content address of the code of functions, of objects that are called like them, and of `Coded` parts.

    `texts` says whether texts that a function encloses are seen.
    """
    reading = _Reading(texts=texts)
    for part in parts:
        reading.part(part)
    return digest(reading.found)


def code_of_tool(tool: Tool) -> str:
    """The content address of the code of a tool's functions, rules and policies."""
    functions = tool.functions if _is_coded(tool) else ()
    rules: tuple[object, ...] = (*getattr(tool, "approvals", ()), *getattr(tool, "policies", ()))
    return digest((code_of(*functions, texts=False), code_of(*rules)))


def _is_coded(value: object) -> TypeGuard[Coded]:
    # The class is asked, since an object may be anybody's and do anything when it is asked for an attribute.
    return isinstance(getattr(type(value), "functions", None), property)


class _Read(NamedTuple):
    """A code object: its content, the names it uses from its module or of attributes, and the cells it changes."""

    content: str
    names: tuple[str, ...]
    changed: frozenset[str]


class _Reading:
    """What was found in all parts so far."""

    def __init__(self, *, texts: bool) -> None:
        self.found: list[object] = []
        self._texts = texts
        self._seen: dict[int, int] = {}

    def part(self, part: object) -> None:
        if isinstance(part, FunctionType):
            self._function(part)
        elif isinstance(part, MethodType):
            self.part(part.__func__)
        elif isinstance(part, functools.partial):
            self.part(part.func)
            self.found.append([_constant(value) for value in (*part.args, *sorted(part.keywords.items()))])
        elif _is_coded(part):
            self.found.append(type(part).__qualname__)
            for inner in part.functions:
                self.part(inner)
        else:
            self._object(part)

    def _object(self, part: object) -> None:
        """Somebody's own object: its methods that are called, and the constants it holds."""
        held: dict[str, object] = getattr(part, "__dict__", {})
        constants = [[name, _constant(value)] for name, value in sorted(held.items()) if _is_constant(value)]
        self.found.append([_constant(part), constants])
        for name in _METHODS:
            method = getattr(type(part), name, None)
            if isinstance(method, FunctionType):
                self._function(method)

    def _function(self, function: FunctionType) -> None:
        if id(function) in self._seen:
            # Also where functions call each other: which of those that were read it is.
            self.found.append(self._seen[id(function)])
            return
        self._seen[id(function)] = len(self._seen)
        read = _read(function.__code__)
        defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).items())
        self.found.append([read.content, [_constant(value) for value in defaults]])
        for name, value in _enclosed(function, read):
            if self._texts or not isinstance(value, _TEXT):
                self._named(name, value)
        for name in read.names:
            value = function.__globals__.get(name)
            if _is_of(function.__module__, value) or (name.isupper() and not isinstance(value, _TEXT)):
                self._named(name, value)

    def _named(self, name: str, value: object) -> None:
        self.found.append([name, _constant(value)])
        if isinstance(value, FunctionType | MethodType | functools.partial) or _is_coded(value):
            self.part(cast("object", value))


def _is_of(module: str, value: object) -> bool:
    """Whether `value` is a function of this module, or was made of such."""
    functions = value.functions if _is_coded(value) else (value,)
    return any(isinstance(one, FunctionType) and one.__module__ == module for one in functions)


def _enclosed(function: FunctionType, read: _Read) -> Iterator[tuple[str, object]]:
    """What a function encloses, without what it changes itself: that is state, not code."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        if name in read.changed:
            continue
        try:
            yield name, cell.cell_contents
        except ValueError:
            continue  # It has no value yet.


@functools.lru_cache(maxsize=10_000)
def _read(code: CodeType) -> _Read:
    inner = [_read(constant) for constant in code.co_consts if isinstance(constant, CodeType)]
    stored = (step.argval for step in dis.get_instructions(code) if step.opname == "STORE_DEREF")
    return _Read(
        digest(_content(code)),
        tuple(sorted({*code.co_names, *(name for one in inner for name in one.names)})),
        frozenset(stored).union(*(one.changed for one in inner)),
    )


def _content(code: CodeType) -> list[object]:
    """What a code object does. Where it stands, and what its local variables are called, is left out."""
    constants = [_read(value).content if isinstance(value, CodeType) else _constant(value) for value in code.co_consts]
    takes = (code.co_argcount, code.co_kwonlyargcount, code.co_posonlyargcount, code.co_flags)
    instructions = (code.co_code.hex(), code.co_exceptiontable.hex())
    return [instructions, constants, code.co_names, code.co_freevars, takes]


def _is_constant(value: object) -> bool:
    if isinstance(value, tuple | frozenset):
        return all(_is_constant(item) for item in cast("tuple[object, ...] | frozenset[object]", value))
    return isinstance(value, _PLAIN + _TEXT)


def _constant(value: object) -> object:
    """A value as JSON that says its type, too; of what is no constant its type alone, since it may change."""
    kind = type(value).__qualname__
    if isinstance(value, Enum):
        return [kind, value.name]
    if isinstance(value, _PLAIN + _TEXT):
        return [kind, repr(value)]
    if isinstance(value, tuple):
        return [kind, *(_constant(item) for item in cast("tuple[object, ...]", value))]
    if isinstance(value, frozenset):
        # The order of a set of texts is another in each process.
        return [kind, *sorted((_constant(item) for item in cast("frozenset[object]", value)), key=repr)]
    return [kind]
