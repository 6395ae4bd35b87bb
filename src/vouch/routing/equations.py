"""Equations that are written out in a text, and whether they hold.

It does not know what the numbers stand for. Only plain arithmetic is read; whatever else stands there is passed over,
because a false alarm costs a call of the strong model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

RELATIVE: Final = 0.005
ABSOLUTE: Final = 0.011
"""Both sides may differ by so much: results are rounded to cents."""

_OPERATORS: Final = frozenset("+-*/()")
_MOST_TOKENS: Final = 60
_MOST_TEXT: Final = 20_000

_TOKEN: Final = re.compile(r"\d+(?:\.\d+)?/\d+(?![\d/.])|\d+(?:\.\d+)?|[-+*/()=]|[^\W\d]+|\S")
_MARKED: Final = re.compile(r"<<([^<>]{1,200})>>")
_NUMBER: Final = re.compile(r"\d")
_TIMES: Final = re.compile(r"(?<=[\d)])\s*[x×]\s*(?=\(?\d)|(?<=[\d)])\s+[x×]\s+(?=\(?\$?\d)")
_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_SIGNS: Final = str.maketrans({"÷": "/", "·": "*", "−": "-", "–": "-", "$": None, "€": None, "£": None})


class Equation(NamedTuple):
    """An equation as it was read, and the values of its two sides."""

    written: str
    left: float
    right: float

    @property
    def holds(self) -> bool:
        """Whether both sides are equal, but for rounding."""
        return abs(self.left - self.right) <= max(ABSOLUTE, RELATIVE * abs(self.right))


def equations(text: str) -> Iterator[Equation]:
    """Every equation of numbers, those marked as <<a=b>> first, then those of the running text."""
    text = text[:_MOST_TEXT]
    for marked in _MARKED.findall(text):
        yield from _in_line(marked)
    for line in _MARKED.sub(" ", text).splitlines():
        if "=" in line:
            yield from _in_line(line)


def _in_line(line: str) -> Iterator[Equation]:
    plain = _TIMES.sub(" * ", _THOUSANDS.sub("", line.translate(_SIGNS)))
    tokens = _without_units([(found[0], found.start()) for found in _TOKEN.finditer(plain)], plain)
    for place, token in enumerate(tokens):
        if token == "=":  # noqa: S105
            left, right = _before(tokens, place), _after(tokens, place)
            values = _value(left), _value(right)
            if values[0] is not None and values[1] is not None and len(left) > 1:
                yield Equation(f"{' '.join(left)} = {' '.join(right)}", values[0], values[1])


def _without_units(tokens: list[tuple[str, int]], line: str) -> list[str]:
    """The tokens without the word after a number, as in "3 apples * 2"; a letter that touches its number is kept."""
    kept: list[str] = []
    for place, (token, start) in enumerate(tokens):
        unit = (
            token.isalpha()
            and len(token) > 1
            and bool(kept)
            and bool(_NUMBER.match(kept[-1]))
            and line[start - 1] == " "
            and place + 1 < len(tokens)
            and (tokens[place + 1][0] == "=" or tokens[place + 1][0] in _OPERATORS)
        )
        if not unit:
            kept.append(token)
    return kept


def _arithmetic(token: str) -> bool:
    return bool(_NUMBER.match(token)) or token in _OPERATORS


def _before(tokens: list[str], place: int) -> list[str]:
    start = place
    while start > 0 and _arithmetic(tokens[start - 1]):
        start -= 1
    return [] if start > 0 and tokens[start - 1] == "%" else tokens[start:place]


def _after(tokens: list[str], place: int) -> list[str]:
    """What follows up to the next word or sign; nothing where that sign makes the number another one."""
    end = place + 1
    while end < len(tokens) and _arithmetic(tokens[end]):
        end += 1
    touched = end < len(tokens) and (tokens[end] == "%" or (len(tokens[end]) == 1 and tokens[end].isalpha()))
    return [] if touched else tokens[place + 1 : end]


class _Reading:
    """Recursive descent over plain arithmetic; -1 as the place means that it was not arithmetic."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.place = 0

    def peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.place += 1
        return token

    def sum(self) -> float:
        value = self.product()
        while self.peek() in ("+", "-"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def product(self) -> float:
        value = self.factor()
        while self.peek() in ("*", "/"):
            value = value * self.factor() if self.take() == "*" else value / self.factor()
        return value

    def factor(self) -> float:
        token = self.take()
        if token == "-":  # noqa: S105
            return -self.factor()
        if token == "(":  # noqa: S105
            value = self.sum()
            if self.take() != ")":
                raise ValueError(token)
            return value
        if "/" in token and len(token) > 1:
            above, below = token.split("/")
            return float(above) / float(below)
        return float(token)


def _value(tokens: list[str]) -> float | None:
    if not 0 < len(tokens) <= _MOST_TOKENS:
        return None
    reading = _Reading(tokens)
    try:
        value = reading.sum()
    except (ValueError, ZeroDivisionError):
        return None
    return value if reading.place == len(tokens) else None
