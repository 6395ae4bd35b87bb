"""Conditions on metadata, written as `topic == "cards" and year >= 2024`: read, and held against a document.

It does not know what is searched. Nothing is ever evaluated as code: the words below are all there are.

    field == value    also != < <= > >=; values are "text", 'text', numbers, true and false
    field in ["a", "b"]
    field contains "a"     the field is a list that has the value, or a text in which it stands
    field                  the field is there, and neither empty, false nor zero
    not ..., ... and ..., ... or ..., (...)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, cast

from vouch.contracts.index import Compare, Condition, Every, Has, Negation, Plain, Sign, Some
from vouch.errors import UsageError

_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
      | (?P<sign>==|!=|<=|>=|<|>|\(|\)|\[|\]|,)
      | (?P<word>[^\W\d][\w.-]*)
    )""",
    re.VERBOSE,
)
_LONGEST: Final = 10_000
_DEEPEST: Final = 50
_RESERVED: Final = frozenset({"and", "or", "not", "in", "contains", "true", "false"})
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)


class _Token(NamedTuple):
    kind: str
    text: str
    place: int


def read_condition(text: str) -> Condition:
    """The condition that `text` says; raises `UsageError` that names the place where it cannot be read."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise UsageError(f"condition {text!r:.80}: give text of up to {_LONGEST} characters, such as 'year >= 2024'")
    reader = _Reader(text)
    condition = reader.either(0)
    if reader.here.kind != "end":
        raise reader.wrong("`and`, `or`, or the end")
    return condition


def holds(condition: Condition, metadata: Mapping[str, Any]) -> bool:
    """Whether the metadata are as the condition says."""
    match condition:
        case Every(parts):
            return all(holds(part, metadata) for part in parts)
        case Some(parts):
            return any(holds(part, metadata) for part in parts)
        case Negation(part):
            return not holds(part, metadata)
        case Has(name):
            return bool(metadata.get(name))
        case Compare():
            return _compared(condition, metadata.get(condition.field))


def _compared(condition: Compare, given: object) -> bool:
    wanted = condition.value
    match condition.sign:
        case "==":
            return _equal(given, wanted)
        case "!=":
            return not _equal(given, wanted)
        case "in":
            return any(_equal(given, each) for each in cast("tuple[Plain, ...]", wanted))
        case "contains":
            if isinstance(given, list | tuple):
                return any(_equal(each, wanted) for each in cast("list[object]", given))
            return isinstance(given, str) and isinstance(wanted, str) and wanted in given
        case _:
            return _ordered(condition.sign, given, wanted)


def _equal(given: object, wanted: object) -> bool:
    """Numbers equal numbers; but 1 is not true, as it is in Python."""
    return isinstance(given, bool) == isinstance(wanted, bool) and given == wanted


def _ordered(sign: Sign, given: object, wanted: object) -> bool:
    if isinstance(given, str) and isinstance(wanted, str):
        order = (given > wanted) - (given < wanted)
    elif _is_number(given) and _is_number(wanted):
        first, second = cast("tuple[float, float]", (given, wanted))
        order = (first > second) - (first < second)
    else:
        return False
    return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[sign]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class _Reader:
    """Reads from left to right; each method takes what it reads off the text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.here = self._next()

    def either(self, depth: int) -> Condition:
        parts = [self._both(depth)]
        while self._take("or"):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _both(self, depth: int) -> Condition:
        parts = [self._one(depth)]
        while self._take("and"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _one(self, depth: int) -> Condition:
        if depth >= _DEEPEST:
            raise UsageError(f"condition {self._text[:50]!r} is nested more than {_DEEPEST} deep; write it flatter")
        if self._take("not"):
            return Negation(self._one(depth + 1))
        if self._take("("):
            condition = self.either(depth + 1)
            self._expect(")")
            return condition
        if self.here.kind != "word" or self.here.text in _RESERVED:
            raise self.wrong("the name of a field")
        return self._of(self._go().text)

    def _of(self, field: str) -> Condition:
        if self._take("in"):
            return Compare(field, "in", self._several())
        if self._take("contains"):
            return Compare(field, "contains", self._value())
        for sign in ("==", "!=", "<=", ">=", "<", ">"):
            if self._take(sign):
                return Compare(field, sign, self._value())
        return Has(field)

    def _several(self) -> tuple[Plain, ...]:
        self._expect("[")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self._expect("]")
        return tuple(values)

    def _value(self) -> Plain:
        token = self.here
        if token.kind == "text":
            return _ESCAPED.sub(r"\1", self._go().text[1:-1])
        if token.kind == "number":
            return float(token.text) if "." in self._go().text else int(token.text)
        if token.text in ("true", "false"):
            return self._go().text == "true"
        raise self.wrong('a value: "text" in quotes, a number, true or false')

    def _take(self, text: str) -> bool:
        """Whether this stands here; then it is taken off."""
        found = self.here.kind in ("word", "sign") and self.here.text == text
        if found:
            self._go()
        return found

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise self.wrong(f"`{text}`")

    def _go(self) -> _Token:
        token, self.here = self.here, self._next()
        return token

    def _next(self) -> _Token:
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            rest = self._text[self._at :].strip()
            return _Token("wrong" if rest else "end", rest[:20], self._at)
        self._at = found.end()
        kind = str(found.lastgroup)
        return _Token(kind, found[kind], found.start(kind))

    def wrong(self, wanted: str) -> UsageError:
        here = f"found {self.here.text!r}" if self.here.text else "it ends"
        return UsageError(
            f"condition {self._text!r}: at character {self.here.place + 1} {wanted} is wanted, but {here}. Write it as "
            """in 'topic == "cards" and (year >= 2024 or not draft)'"""
        )
