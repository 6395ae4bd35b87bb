"""English words without their inflection: plurals, -ing, -ed, a final e or y, and the -ion of deeds.

It does not know other languages: words with signs beyond a to z stay as they are.

Lighter than Porter's algorithm, since -ment, -ness and the like stay: on questions over encyclopedia paragraphs, bank
documents and scientific abstracts it finds as much, and conflates fewer words that mean different things (general,
generate). What is done and the doing of it are one (inhibits, inhibition), since claims and reports take either.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_VOWEL: Final = re.compile("[aeiouy]")
_SHORTEST: Final = 4
_LONG_DEED: Final = 8
"""Letters; shorter ones are seldom deeds (station, mission)."""

_KEPT_DOUBLE: Final = "aeioulsz"


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem of a word in lower case; words of up to three letters are their own."""
    if len(word) < _SHORTEST or not word.isascii():
        return word
    return _final(_deed(_participle(_singular(word))))


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("sses"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and word[-2] not in "su" else word


def _participle(word: str) -> str:
    if word.endswith("ied"):
        return word[:-2]
    for ending, least in (("ing", 6), ("ed", 5)):
        rest = word.removesuffix(ending)
        if rest != word and len(word) >= least and _VOWEL.search(rest):
            double = len(rest) >= _SHORTEST and rest[-1] == rest[-2] and rest[-1] not in _KEPT_DOUBLE
            return rest[:-1] if double else rest
    return word


def _deed(word: str) -> str:
    return word[:-3] if word.endswith(("tion", "sion")) and len(word) >= _LONG_DEED else word


def _final(word: str) -> str:
    """Without an e, and with i for y, because other forms of the word have lost them."""
    if len(word) >= _SHORTEST and word.endswith("e"):
        word = word[:-1]
    if len(word) >= _SHORTEST and word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "i"
    return word
