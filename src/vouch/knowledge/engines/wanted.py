"""What a search may look at, in the few words that every engine has: tokens, numbers, and texts.

It does not know any engine, or how it writes its filters.

Engines differ in what they can ask of a document's metadata: few know `not`, few tell 1 from true, and all want to
know the fields beforehand. So a document is described by **tokens**, one list of texts that every engine can index:

    =|field|value    the field is this value: "text", a number, true or false
    ~|field|value    the field is a list that has this value
    ?|field          the field is there, and neither empty, false nor zero
    #|field, $|field the field is a number; is a text

and by its numbers and texts, for what is more than equality. A condition becomes `All` and `Either` over these, and
"not" stands at tokens and texts alone: for "not less" an engine is asked for "no number, or at least so much".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, cast

import msgspec

from vouch.contracts.index import Compare, Condition, Every, Has, Negation, Plain, Scope, Some
from vouch.values.digest import digest

Order = Literal["<", "<=", ">", ">="]

_OPPOSITE: Final[Mapping[Order, Order]] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_LONGEST: Final = 80
"""A longer value stands in a token by its digest."""

_PLAIN: Final = re.compile(r"[^A-Za-z0-9]")

OPEN: Final = "@open"
"""The token of what asks for no access label."""

SEARCHED: Final = "@searched"
"""The token of what searches look at: parents are not."""

HEAD: Final = "@head"
"""The token of the first row of each document."""


class Token(NamedTuple):
    """One of these tokens is there; if `absent`, none of them is."""

    tokens: tuple[str, ...]
    absent: bool = False


class Number(NamedTuple):
    """The number of the field is so; false where there is no number."""

    field: str
    sign: Order
    value: float


class TextOrder(NamedTuple):
    """The text of the field comes before or after `value`, by code points; false where there is no text."""

    field: str
    sign: Order
    value: str


class TextHas(NamedTuple):
    """`part` stands in the text of the field; if `absent`, there is a text, but without it."""

    field: str
    part: str
    absent: bool = False


class All(NamedTuple):
    """All parts hold."""

    parts: tuple[Wanted, ...]


class Either(NamedTuple):
    """At least one part holds."""

    parts: tuple[Wanted, ...]


Wanted = Token | Number | TextOrder | TextHas | All | Either


class Facts(NamedTuple):
    """A document's metadata as engines are given them; keys of `numbers` and `texts` are those of `key_of`."""

    tokens: tuple[str, ...]
    numbers: dict[str, float]
    texts: dict[str, str]


def facts_of(fields: Mapping[str, Any], access: Sequence[str]) -> Facts:
    """The tokens, numbers and texts of metadata and access labels."""
    tokens = [OPEN] if not access else [access_token(label) for label in access]
    numbers: dict[str, float] = {}
    texts: dict[str, str] = {}
    for name, value in fields.items():
        if value:
            tokens.append(f"?|{name}")
        if isinstance(value, list | tuple):
            tokens += [value_token("~", name, each) for each in cast("list[object]", value) if _is_plain(each)]
        elif _is_plain(value):
            tokens.append(value_token("=", name, value))
            if isinstance(value, str):
                texts[key_of(name)] = value
                tokens.append(f"$|{name}")
            elif not isinstance(value, bool):
                numbers[key_of(name)] = float(cast("float", value))
                tokens.append(f"#|{name}")
    return Facts(tuple(dict.fromkeys(tokens)), numbers, texts)


def key_of(field: str) -> str:
    """A field's name in letters, digits and underscores, which every engine takes; another for every other name."""
    return _PLAIN.sub(lambda sign: f"_{ord(sign[0]):x}_", field)


def access_token(label: str) -> str:
    """The token of an access label."""
    return f"@access|{_shortened(label)}"


def id_token(chunk: str) -> str:
    """The token of a chunk's id."""
    return f"@id|{_shortened(chunk)}"


def document_token(document: str) -> str:
    """The token of a document's id."""
    return value_token("=", "document", document)


def value_token(kind: Literal["=", "~"], field: str, value: object) -> str:
    """The token of a field's value; equal numbers have the same, but 1 is not true."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{kind}|{field}|{_shortened(msgspec.json.encode(value).decode())}"


NEVER: Final = Token(("@never",))
"""Holds for nothing; no row has this token."""

ALWAYS: Final = Token(("@never",), absent=True)


def visible(scope: Scope) -> Wanted:
    """The rows that a scope lets a search look at."""
    where = allowed(scope)
    return Token((SEARCHED,)) if where is None else All((Token((SEARCHED,)), where))


def allowed(scope: Scope) -> Wanted | None:
    """What a scope asks of a row's document; None where it asks nothing."""
    parts: list[Wanted] = []
    if scope.access is not None:
        parts.append(Token((OPEN, *map(access_token, scope.access))))
    if scope.where is not None:
        parts.append(wanted(scope.where))
    return All(tuple(parts)) if parts else None


def wanted(condition: Condition, *, opposite: bool = False) -> Wanted:
    """The condition, or its opposite, in the words of this file."""
    match condition:
        case Every(parts):
            return _joined(parts, every=not opposite, opposite=opposite)
        case Some(parts):
            return _joined(parts, every=opposite, opposite=opposite)
        case Negation(part):
            return wanted(part, opposite=not opposite)
        case Has(name):
            return Token((f"?|{name}",), opposite)
        case Compare():
            return _compared(condition, opposite)


def _joined(parts: Iterable[Condition], *, every: bool, opposite: bool) -> Wanted:
    joined = tuple(wanted(part, opposite=opposite) for part in parts)
    if not joined:
        return ALWAYS if every else NEVER
    return All(joined) if every else Either(joined)


def _compared(condition: Compare, opposite: bool) -> Wanted:
    name, value = condition.field, condition.value
    match condition.sign:
        case "==":
            return Token((value_token("=", name, value),), opposite)
        case "!=":
            return Token((value_token("=", name, value),), not opposite)
        case "in":
            several = cast("tuple[Plain, ...]", value)
            return Token(tuple(value_token("=", name, each) for each in several), opposite)
        case "contains":
            return _contained(name, cast("Plain", value), opposite)
        case _:
            return _ordered(name, condition.sign, value, opposite)


def _contained(name: str, value: Plain, opposite: bool) -> Wanted:
    listed = Token((value_token("~", name, value),), opposite)
    if not isinstance(value, str):
        return listed
    if not opposite:
        return Either((listed, TextHas(name, value)))
    return All((listed, Either((Token((f"$|{name}",), absent=True), TextHas(name, value, absent=True)))))


def _ordered(name: str, sign: Order, value: object, opposite: bool) -> Wanted:
    if isinstance(value, str):
        mark, holds = "$", TextOrder(name, _OPPOSITE[sign] if opposite else sign, value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        mark, holds = "#", Number(name, _OPPOSITE[sign] if opposite else sign, float(value))
    else:
        return ALWAYS if opposite else NEVER
    return Either((Token((f"{mark}|{name}",), absent=True), holds)) if opposite else holds


def text_fields(where: Wanted, kind: type[TextOrder | TextHas]) -> frozenset[str]:
    """The fields whose texts a search would have to look at in this way."""
    match where:
        case All(parts) | Either(parts):
            return frozenset[str]().union(*(text_fields(each, kind) for each in parts))
        case TextOrder() | TextHas():
            return frozenset({where.field} if isinstance(where, kind) else ())
        case _:
            return frozenset()


def without_texts(where: Wanted, fields: Collection[str]) -> Wanted:
    """The same, where it is known that these fields are never a text."""
    match where:
        case All(parts):
            return All(tuple(without_texts(each, fields) for each in parts))
        case Either(parts):
            return Either(tuple(without_texts(each, fields) for each in parts))
        case TextOrder() | TextHas():
            return NEVER if where.field in fields else where
        case _:
            return where


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float | bool)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else digest(text)
