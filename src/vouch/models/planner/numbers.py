"""Numbers in a text: digits, words, money, shares and lists in brackets.

It does not know which parameter a number is for.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from vouch.models.planner.mention import Mention, without_overlap
from vouch.models.planner.tokens import each, word_set

Number = int | float

_SIGNS: Final = {"$": "money", "€": "money", "£": "money", "%": "share"}
_MONEY: Final = word_set("euro euros eur dollar dollars usd pound pounds gbp quid bucks cent cents chf francs")
_DIGITS: Final = re.compile(
    r"(?P<before>[$€£]\s?)?(?<![\w.,#/:-])(?P<minus>[-−])?"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+,\d{2}(?![\d,])|\d+(?:\.\d+)?)"
    r"(?P<sign>\s?[%€£$])?(?P<unit>[A-Za-z°²³µ]{1,4}(?:[/²³]\w*)?)?(?![\w@#:-]|[.,/]\d)"
    r"(?:\s+(?P<word>[A-Za-z]+))?"
)
_ORDINALS: Final = frozenset({"st", "nd", "rd", "th", "am", "pm"})
_LARGE: Final = {"k": 1_000, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "dozen": 12}
_SMALL: Final = {
    word: value
    for value, word in enumerate(
        each(
            "zero . two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen twenty"
        )
    )
    if word != "."
} | dict(zip(each("thirty forty fifty sixty seventy eighty ninety"), range(30, 100, 10), strict=True))
_WORDS: Final = re.compile(
    rf"\b(?P<first>{'|'.join(sorted(_SMALL, key=len, reverse=True))}|half a|a|one)\b"
    r"(?:[\s-](?P<second>one|two|three|four|five|six|seven|eight|nine)\b)?"
    r"(?:\s+(?P<large>hundred|thousand|million|dozen|couple))?",
    re.IGNORECASE,
)
_LIST: Final = re.compile(r"\[\s*(-?\d[\d.,\s-]*)\]|\(\s*(-?\d+(?:\.\d+)?(?:\s*,\s*-?\d+(?:\.\d+)?)+)\s*\)")


def numbers(text: str) -> list[Mention]:
    """All numbers in order; the sign says *money*, *share*, or gives the unit."""
    return without_overlap([*_digits(text), *_worded(text)])


def lists(text: str) -> list[Mention]:
    """Lists of numbers in brackets."""
    found: list[Mention] = []
    for match in _LIST.finditer(text):
        values = [_value(piece) for piece in re.findall(r"-?\d+(?:\.\d+)?", match[1] or match[2])]
        found.append(Mention(values, match.start(), match.end()))
    return found


def _digits(text: str) -> list[Mention]:
    found: list[Mention] = []
    for match in _DIGITS.finditer(text):
        unit, word = (match["unit"] or "").lower(), (match["word"] or "").lower()
        if unit in _ORDINALS or (unit and unit[0].isdigit()):
            continue
        value = _value(match["number"], negative=bool(match["minus"]))
        end = match.end("unit") if unit else match.end("sign") if match["sign"] else match.end("number")
        if match["unit"] in _LARGE or word in _LARGE:  # 300K is a temperature
            value *= _LARGE[match["unit"] if match["unit"] in _LARGE else word]
            end = match.end("word") if word in _LARGE else end
        found.append(Mention(value, match.start(), end, 0.97, _sign(match, unit, word)))
    return found


def _sign(match: re.Match[str], unit: str, word: str) -> str:
    sign = (match["before"] or match["sign"] or "").strip()
    if sign in _SIGNS:
        return _SIGNS[sign]
    if {unit, word} & _MONEY:
        return "money"
    return "share" if word in ("percent", "percentage") else unit or word


def _value(text: str, *, negative: bool = False) -> Number:
    if re.fullmatch(r"\d+,\d{2}", text):
        text = text.replace(",", ".")
    exact = Decimal(text.replace(",", ""))
    value = int(exact) if exact == exact.to_integral_value() and "." not in text else float(exact)
    return -value if negative else value


def _worded(text: str) -> list[Mention]:
    found: list[Mention] = []
    for match in _WORDS.finditer(text):
        first, large = match["first"].lower(), (match["large"] or "").lower()
        if first in ("a", "one", "half a") and not large:
            continue
        value: Number = {"a": 1, "one": 1, "half a": 0.5}.get(first, _SMALL.get(first, 0))
        if match["second"]:
            value += _SMALL.get(match["second"].lower(), 1)
        value *= {"hundred": 100, "couple": 2, "": 1}.get(large) or _LARGE[large]
        following = re.match(r"\s+(?:of\s+)?([A-Za-z]+|%)", text[match.end() :])
        word = following[1].lower() if following else ""
        sign = "money" if word in _MONEY else "share" if word in ("%", "percent") else word
        found.append(Mention(int(value), match.start(), match.end(), 0.9, sign))
    return found
