"""The words of a text with their look: name, number, year, small word, sign.

It does not know what any word means, beyond which ones are only small words.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from vouch.models.planner.tokens import stem, word_set

_WORD: Final = re.compile(r"\d+(?:[.,:/]\d+)*(?:st|nd|rd|th|s)?(?![^\W\d_])|[^\W_]+(?:[.'’-][^\W_]+)*|[^\s\w]|_")
_YEAR: Final = re.compile(r"(?:1\d|20)\d\ds?")
_NUMBERS: Final = word_set(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen "
    "half third quarter first second once twice"
)
_TIMES: Final = word_set(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday"
)
UNITS: Final = word_set(
    "percent per year month week day hour minute second metre meter kilometre kilometer km mile inch foot feet degree "
    "dollar euro eur usd gbp pound cent gram kg ton litre mb gb % $ £ € century decade people time"
)
MEASURES: Final = UNITS - word_set("people time per decade")
"""Words that a number is not told without."""

SMALL: Final = word_set(
    "a an the of in on at to for from by with as and or but nor is are was were be been being has have had having do "
    "does did done that which who whom whose what when where why how it its this these those his her their my your our "
    "he they she we you i them him us me there here not no can could will would shall should may might must then than "
    "also into onto over under between about after before during more most some such any each every all both very so "
    "if because while until since through against within without up down out off only just other another one's 's ’s"
)
"""Words that hold a sentence together and answer nothing by themselves."""


class Word(NamedTuple):
    """A word, its span, its stem, and its look: `year`, `number`, `time`, `Name`, `word`, `small` or `sign`."""

    text: str
    start: int
    end: int
    stem: str
    look: str


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[Word, ...]:
    """The words and signs of a text, in order."""
    return tuple(_word(match) for match in _WORD.finditer(text))


def _word(match: re.Match[str]) -> Word:
    text = match[0]
    low = text.lower()
    return Word(text, match.start(), match.end(), stem(low.replace("’", "'").removesuffix("'s")), _look(text, low))


def _look(text: str, low: str) -> str:
    if text[0].isdigit():
        return "year" if _YEAR.fullmatch(text) else "time" if ":" in text else "number"
    if not text[0].isalnum():
        return "sign"
    if low in _TIMES and text[0].isupper():
        return "time"
    if low in SMALL:
        return "small"
    if low in _NUMBERS:
        return "number"
    return "Name" if text[0].isupper() else "word"
