"""Words of a text: where they stand, their stems, and names of fields read as words.

It does not know what any word means.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

_WORD: Final = re.compile(r"[^\W_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}][^\W_]+)*")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_.\-/\s]+")
_ENDINGS: Final = ("ing", "ed", "es", "s", "e")
_SHORTEST: Final = 3  # letters that must be left of a word without its ending


def each(text: str) -> tuple[str, ...]:
    """The words listed in `text`."""
    return tuple(text.split())


def word_set(text: str) -> frozenset[str]:
    """The words listed in `text`, as a set."""
    return frozenset(each(text))


STOP: Final = word_set(
    "a an the i me my mine myself we us our you your yours he him his she her it its they them their this that these "
    "those to of for in on at by with from into onto and or but so if as is are was were be been being am do does did "
    "done have has had will would can could shall should may might must please not no just some any there here what "
    "which who whom whose where when why how than then also too very about up out get got give given want wants need "
    "needs like i'm i'd i've i'll it's that's don't hi hello hey thanks thank ok okay yes such e.g eg"
)
"""Words that say too little to tell one thing from another."""


class Token(NamedTuple):
    """A word in small letters, and its span."""

    word: str
    start: int
    end: int


@lru_cache(maxsize=2048)
def tokens(text: str) -> tuple[Token, ...]:
    """The words of `text` in order."""
    return tuple(Token(found[0].lower(), found.start(), found.end()) for found in _WORD.finditer(text))


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A word without its ending, so that *order*, *orders* and *ordered* are one."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST and not word.endswith("ss"):
            cut = word[: -len(ending)]
            return cut[:-1] if len(cut) > 3 and cut[-1] == cut[-2] and cut[-1] not in "sl" else _single(cut)
    return word


def _single(cut: str) -> str:
    return cut[:-1] if cut.endswith("ll") and len(cut) > 4 else cut


@lru_cache(maxsize=2048)
def stems(text: str) -> frozenset[str]:
    """The stems of all words of `text` that say something."""
    return frozenset(stem(token.word) for token in tokens(text) if token.word not in STOP)


@lru_cache(maxsize=8192)
def in_words(name: str) -> str:
    """A name as words in small letters: `order_id`, `orderId` and `order.id` are *order id*."""
    return " ".join(part for part in _HUMP.split(name) if part).lower()


def singular(word: str) -> str:
    """One of what the word names many of."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 2:
        return word[:-1]
    return word


def shortened(text: str, most: int) -> str:
    """`text` in one line of at most `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
