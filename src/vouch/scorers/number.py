"""Equality of numbers, within a tolerance, found in what a model wrote.

It does not know units or currencies: "12 EUR" and "12 kg" are both 12.

All arithmetic is decimal, so 0.1 + 0.2 against 0.3 is no matter of luck.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Context, Decimal
from typing import Final, Literal

from msgspec import Struct

from vouch.errors import AppError
from vouch.scorers.answer import judged, named, shown, unanswered, unjudged
from vouch.values.case import Case
from vouch.values.result import Result
from vouch.values.score import Score

DecimalMark = Literal[".", ","]
"""`.`: 1,234.5 is a thousand and more; `,`: 1.234,5 is. Spaces and apostrophes separate thousands in both."""

_EXACT: Final = Context(prec=400)

_NUMBER: Final = r"""
    (?<![\w{mark}])                                     # not inside a word or another number
    (?P<sign>[-+−–]?)
    (?:{currency})?
    (?P<late>[-−]?)
    (?P<whole>
        [0-9]{{1,3}}(?P<between>[{thousands}{gaps}])[0-9]{{3}}(?:(?P=between)[0-9]{{3}})*(?![0-9])
        | [0-9]+
        | (?=[{mark}][0-9])
    )
    (?:[{mark}](?P<part>[0-9]+))?
    (?:[eE](?P<power>[-+]?[0-9]{{1,3}})(?!\w))?
"""

_GAPS: Final = "'’_\\ \u00a0\u2009\u202f"

_CURRENCY: Final = r"(?:AUD|BRL|CAD|CHF|CNY|DKK|EUR|GBP|INR|JPY|KRW|MXN|NOK|NZD|PLN|SEK|USD|ZAR|[$€£¥₹])\ ?"
"""Signs and the commonest codes, because they stand glued to numbers; other words glued to digits are names."""


def _pattern(mark: str, thousands: str) -> re.Pattern[str]:
    parts = {"mark": mark, "thousands": thousands, "gaps": _GAPS, "currency": _CURRENCY}
    return re.compile(_NUMBER.format(**parts), re.VERBOSE)


_PATTERNS: Final = {".": _pattern(".", ","), ",": _pattern(",", ".")}

_SHOWN: Final = 40
"""Digits of a number that an explanation repeats."""


class Number(Struct, frozen=True):
    """Right when the output's last number (or the whole output) is the expected number, within either tolerance."""

    tolerance: Decimal = Decimal(0)
    relative: Decimal = Decimal(0)
    whole: bool = False
    decimal_mark: DecimalMark = "."

    @property
    def name(self) -> str:
        """`number` with its settings."""
        return named(
            "number",
            tolerance=_setting(self.tolerance),
            relative=_setting(self.relative),
            whole=self.whole,
            decimal_mark=None if self.decimal_mark == "." else self.decimal_mark,
        )

    async def score(self, case: Case, result: Result) -> Score:
        """The judgement; a case that expects neither a number nor a text that is one cannot be judged."""
        if missing := unanswered(self.name, result):
            return missing
        wanted = _expected(case.expected)
        if wanted is None:
            return unjudged(self.name, case, "a number, or a text such as '12.50',")
        found = self._found(result.output)
        if found is None:
            place = "is not a number as a whole" if self.whole else "holds no number"
            return judged(self.name, f"{shown(result.output)} {place}")
        allowed = max(self.tolerance, _EXACT.multiply(self.relative, abs(wanted)))
        right = abs(_EXACT.subtract(found, wanted)) <= allowed
        tolerated = f" ± {allowed}" if allowed else ""
        return judged(self.name, "" if right else f"{_written(found)} is not {_written(wanted)}{tolerated}")

    def _found(self, output: str) -> Decimal | None:
        numbers = list(_numbers(output.strip(), self.decimal_mark, whole=self.whole))
        return numbers[-1] if numbers else None


def number(
    *, tolerance: float = 0, relative: float = 0, whole: bool = False, decimal_mark: DecimalMark = "."
) -> Number:
    """Right when the last number in the output is the expected one, within either tolerance.

    `tolerance` is absolute, `relative` a share of the expected number. `whole` demands that the output is the number
    and nothing else. `decimal_mark` is that of outputs; expected texts are data and always use a point. Raises an
    `AppError` for a negative tolerance or another decimal mark.
    """
    for setting, value in (("tolerance", tolerance), ("relative", relative)):
        if not 0 <= value < float("inf"):
            raise AppError(f"number({setting}={value!r}): 0 or a positive number is wanted")
    if decimal_mark not in _PATTERNS:
        raise AppError(f"number(decimal_mark={decimal_mark!r}): '.' or ',' is wanted")
    return Number(Decimal(str(tolerance)), Decimal(str(relative)), whole, decimal_mark)


def _setting(value: Decimal) -> float | None:
    return float(value) if value else None


def _written(value: Decimal) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else f"{value:.{_SHOWN}g}…"


def _numbers(text: str, mark: DecimalMark, *, whole: bool) -> Iterator[Decimal]:
    """All numbers in a text, in order; with `whole` only the one that is all of it."""
    pattern = _PATTERNS[mark]
    matches = [pattern.fullmatch(text)] if whole else pattern.finditer(text)
    for match in matches:
        if match:
            negative = "-" if (match["sign"] + match["late"]).strip("+") else ""
            digits = re.sub(r"\D", "", match["whole"])
            fraction = f".{match['part']}" if match["part"] else ""
            yield Decimal(f"{negative}{digits or 0}{fraction}e{match['power'] or 0}")


def _expected(value: object) -> Decimal | None:
    """The expected number, exactly as written; None for anything else, such as true, NaN or words."""
    if isinstance(value, str):
        return next(_numbers(value.strip(), ".", whole=True), None)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    exact = Decimal(str(value))
    return exact if exact.is_finite() else None
