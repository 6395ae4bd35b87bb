"""Sentences with the arguments of a call in them, for people: `Refund {amount} EUR for order {order}.`

It does not know who reads them. Only whole arguments can be named, no parts or attributes of them, so a sentence can
show nothing but what the call is given; whoever wants more writes a function.

Who reads such a sentence decides by it, and a model may have chosen the strings in it: one that could be taken for
something else, such as for another argument or a line of its own, stands in quotes, with what cannot be seen written
out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from inspect import iscoroutinefunction
from string import Formatter
from typing import Any, Final, cast
from unicodedata import category

import msgspec
import pydantic

from vouch.contracts.policy import Policy
from vouch.errors import ToolError

Describe = str | Callable[[dict[str, Any]], str]
"""What a person is asked: a sentence with `{arguments}`, or a function of the arguments that gives one."""

_DEEPEST: Final = 8

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories of what steers a line, or is not seen at all: controls, directions, zero widths, line ends."""

_APART: Final = re.compile(r'[,;=:()"]|\band\b|^$')
"""What stands between arguments and parts of them, and would look like that inside one."""

_SPARED: Final = re.compile(r'[,;="]|^$')
"""The same, where no parts are shown."""


def described(describe: Describe, name: str, arguments: Mapping[str, Any]) -> str:
    """What a person is asked to say yes to: the tool's own words, or its name and arguments.

    A function that breaks, or gives no words, keeps nobody from seeing what is to be done.
    """
    if isinstance(describe, str) and describe:
        return filled(describe, arguments)
    if not isinstance(describe, str):
        try:
            words: object = describe(dict(arguments))
        except Exception:  # noqa: BLE001 - anybody's code; name and arguments say it, too
            words = ""
        if isinstance(words, str) and words.strip():
            return words
    given = ((argument, value) for argument, value in arguments.items() if value is not None)
    shown = ", ".join(f"{_text(argument, _SPARED)} = {_argument(value)}" for argument, value in given)
    return f"{name.replace('_', ' ')}: {shown}"


def filled(sentence: str, arguments: Mapping[str, Any]) -> str:
    """`sentence` with the arguments in the places of their names; what it cannot fill stays as it stands."""
    try:
        pieces = list(Formatter().parse(sentence))
    except ValueError:
        return sentence
    words = ""
    for text, field, spec, conversion in pieces:
        words += text
        if field is None:
            continue
        if field in arguments and not conversion:
            words += _shown(arguments[field], spec or "")
        else:
            words += "{" + field + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "") + "}"
    return words


def readable(value: object, deep: int = 0) -> str:
    """A value as a person would write it: 70.00, 2025-01-02, yes, a lamp and a bulb.

    A text is quoted where it holds what cannot be seen, and a part of something where it would look like several.
    """
    if value is None:
        return "none"
    if isinstance(value, Enum):
        return readable(value.value, deep)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return _text(value, _APART if deep else None)
    if isinstance(value, Decimal | float | int):
        return _number(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes" if not value.second else "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return _several(value, deep)


def check_sentence(what: str, sentence: Describe, parameters: Iterable[str]) -> None:
    """Raise `ToolError` where a sentence names what the tool does not take, or more than a whole argument.

    `what` says whose sentence it is: "tool 'refund': describe".
    """
    if not isinstance(sentence, str):
        if not callable(sentence) or iscoroutinefunction(sentence):
            raise ToolError(
                f"{what}={sentence!r}: give a sentence, or a plain function of the arguments that gives one"
            )
        return
    known = list(parameters)
    for field in check_fields(what, sentence):
        if field not in known:
            there = ", ".join(known) or "none"
            raise ToolError(f"{what} names {field!r}, which is no argument; there are: {there}")


def check_fields(what: str, sentence: str) -> Sequence[str]:
    """The arguments that a sentence names; raises `ToolError` where it is none, or names parts of arguments."""
    try:
        pieces = [piece[1:] for piece in Formatter().parse(sentence) if piece[1] is not None]
    except ValueError as error:
        raise ToolError(
            f"{what}={sentence!r} is no sentence with {{arguments}}: {error}; write {{{{ and }}}} for braces"
        ) from error
    for field, spec, conversion in pieces:
        if not str(field).isidentifier() or conversion or "{" in str(spec):
            raise ToolError(
                f"{what}={sentence!r} names {field!r}: name whole arguments, such as {{amount}} or {{amount:.2f}}; "
                "where that is not enough, describe= takes a function of the arguments"
            )
    return [str(field) for field, _, _ in pieces]


def check_policies(tool: str, policies: Iterable[Policy], parameters: Iterable[str]) -> None:
    """Raise `ToolError` where a sentence of one of the tool's policies names what the tool does not take."""
    known = list(parameters)
    for policy in policies:
        for who, sentence in (("customer", policy.customer), ("auditor", policy.auditor)):
            check_sentence(f"tool {tool!r}: policy {policy.name!r}: {who}", sentence, known)


def _shown(value: object, spec: str) -> str:
    if spec:
        try:
            return _text(format(value, spec), None)
        except (TypeError, ValueError):
            pass  # Not a value of the kind that was thought of: then as it is.
    return readable(value)


def _argument(value: object) -> str:
    """A value among others: `note = "ok, to = Ann"`."""
    return _text(value, _SPARED) if isinstance(value, str) and not isinstance(value, Enum) else readable(value)


def _text(text: str, apart: re.Pattern[str] | None) -> str:
    """`text` as it is, or as JSON where it holds what cannot be seen, or what `apart` finds."""
    if all(category(sign) not in _UNSEEN for sign in text) and (apart is None or not apart.search(text)):
        return text
    quoted = "".join(_written(sign) for sign in text)
    return f'"{quoted}"'


def _written(sign: str) -> str:
    if sign in ('"', "\\") or category(sign) in _UNSEEN:
        return json.dumps(sign)[1:-1]
    return sign


def _number(value: Decimal | float) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value:f}"
    return str(value).removesuffix(".0")


def _several(value: object, deep: int) -> str:
    if deep >= _DEEPEST:
        return "..."
    if isinstance(value, bytes | bytearray):
        return f"{len(value)} bytes"
    parts = _parts(value)
    if parts is not None:
        inner = ", ".join(f"{name}: {readable(part, deep + 1)}" for name, part in parts.items() if part is not None)
        return f"({inner})" if deep else inner or "nothing"
    if isinstance(value, Set):
        return _list(sorted(readable(item, deep + 1) for item in cast("Set[object]", value)), deep)
    if isinstance(value, Sequence):
        return _list([readable(item, deep + 1) for item in cast("Sequence[object]", value)], deep)
    return _text(str(value), _APART if deep else None)


def _parts(value: object) -> Mapping[str, Any] | None:
    """The named parts of a value that has such."""
    if isinstance(value, Mapping):
        return {readable(name, 1): part for name, part in cast("Mapping[object, object]", value).items()}
    if isinstance(value, pydantic.BaseModel):
        return {name: getattr(value, name) for name in type(value).model_fields}
    if isinstance(value, msgspec.Struct):
        return {name: getattr(value, name) for name in value.__struct_fields__}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return None


def _list(items: Sequence[str], deep: int) -> str:
    if not items:
        return "nothing"
    words = " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
    return f"({words})" if deep and len(items) > 1 else words
