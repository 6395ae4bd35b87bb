"""Rows of words in a sentence that may be an answer.

It does not know the question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from vouch.models.planner.tokens import word_set
from vouch.models.reader.words import Word

LONGEST: Final = 9
"""Words of an answer, but for clauses."""

_CLAUSE: Final = 28
_OPENS_CLAUSE: Final = word_set("because to by so that when if as through until while")
_PARTS: Final = frozenset(';:()[]—–…!?“”"|*')
_WITHIN: Final = frozenset(",-/%$£€&'’.#")
_MONEY: Final = frozenset("$£€#")


def candidates(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """The first and last place of every candidate: short rows of words, and clauses up to the end of their part."""
    for first, word in enumerate(words):
        if word.look in ("small", "sign") and word.text not in _MONEY:
            if word.text.lower() in _OPENS_CLAUSE:
                yield from _clause(words, first)
            continue
        for last in range(first, min(first + LONGEST, len(words))):
            ending = words[last]
            if ending.text in _PARTS or (ending.look == "sign" and ending.text not in _WITHIN):
                break
            if ending.look != "small" and (ending.look != "sign" or ending.text == "%"):
                yield first, last


def _clause(words: Sequence[Word], first: int) -> Iterator[tuple[int, int]]:
    """From a word that opens a clause to each sign that may end it."""
    for last in range(first + 2, min(first + _CLAUSE, len(words))):
        ended = words[last].look == "sign" and words[last].text in ",.;:)!?—–"
        if ended or last == len(words) - 1:
            yield first, last - 1 if ended else last
        if ended and words[last].text != ",":
            return
