"""Whether words can be an answer of the kind that is asked for: a number to *how many*, a time to *when*.

It does not know which of the words that fit is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from vouch.models.reader.asking import Question
from vouch.models.reader.words import MEASURES, Word

_CLOCK: Final = re.compile(r"\b(?:at|until|by) (?:what|which) time\b|\bwhat time\b", re.IGNORECASE)
_YEAR: Final = re.compile(r"\b(?:what|which) year\b", re.IGNORECASE)
_NAMED: Final = frozenset(("form", "cod", "referenc"))
"""Stems of what has a name of letters and digits, where one stands there."""

_DAY: Final = re.compile(r"\b(?:what|which) (?:week)?day\b", re.IGNORECASE)


def fits(question: Question, words: Sequence[Word]) -> bool:
    """Whether the words can be what is asked for; where that says nothing of their look, they can."""
    return all(rule(words) for rule in _rules(question))


def _rules(question: Question) -> list[Callable[[Sequence[Word]], bool]]:
    kind = question.kinds[0]
    if kind == "when":
        if _CLOCK.search(question.text):
            return [lambda words: any(word.look == "time" and ":" in word.text for word in words)]
        if _YEAR.search(question.text):
            return [lambda words: any(word.look == "year" for word in words)]
        if _DAY.search(question.text):
            return [lambda words: any(word.look in ("time", "number") for word in words), _no_measure]
        return [lambda words: any(word.look in ("time", "year", "number") for word in words), _no_measure]
    if kind in ("many", "long"):
        return [lambda words: any(word.look in ("number", "year") for word in words)]
    if kind in ("who", "where"):
        return [lambda words: not any(word.look in ("number", "year", "time") for word in words)]
    return [_named] if question.focus in _NAMED else []


def _named(words: Sequence[Word]) -> bool:
    """A word of letters and digits, such as HR-417."""
    return any(any(map(str.isdigit, word.text)) and any(map(str.isalpha, word.text)) for word in words)


def _no_measure(words: Sequence[Word]) -> bool:
    """Not so many days or so much money, which is no point in time."""
    return not any(word.look == "word" and word.text.lower().rstrip("s") in MEASURES for word in words)
