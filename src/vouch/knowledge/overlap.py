"""How well a place of a text supports a sentence, by the words both have.

It does not know meaning or logic: a sentence that says the opposite in the same words looks supported.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from vouch.knowledge.words import words_of
from vouch.values.sentences import sentences

_NUMBER: Final = re.compile(r"(?<![\w.,])\d+(?:[.,:]\d+)*")
_WIDEST: Final = 3
"""Neighbouring sentences that may support one of an answer together."""

_WRONG_NUMBER: Final = 0.5
"""What is left of the support where a number of the sentence is not in the place."""


class Window(NamedTuple):
    """One to three neighbouring sentences of a passage: which passage, the span in its text, words and numbers."""

    passage: int
    start: int
    end: int
    sentences: int
    words: frozenset[str]
    numbers: frozenset[str]


def windows(texts: Sequence[str]) -> list[Window]:
    """All windows of all passages; narrow ones first."""
    return sorted(
        (window for number, text in enumerate(texts) for window in _windows(number, text)),
        key=lambda window: window.sentences,
    )


def _windows(number: int, text: str) -> Iterator[Window]:
    spans = sentences(text) or ([(0, len(text))] if text.strip() else [])
    for size in range(1, _WIDEST + 1):
        for first in range(len(spans) - size + 1):
            start, end = spans[first][0], spans[first + size - 1][1]
            piece = text[start:end]
            yield Window(number, start, end, size, frozenset(words_of(piece)), numbers(piece))


def rarity(found: Sequence[Window]) -> Counter[str]:
    """In how many sentences each word stands."""
    return Counter(word for window in found if window.sentences == 1 for word in window.words)


def supports(said: frozenset[str], figures: frozenset[str], window: Window, counts: Counter[str], total: int) -> float:
    """The share of the sentence's words that the window has, rare ones weighing more; cut for a number it lacks.

    Weights are inverse document frequencies (Robertson and Spärck Jones), smoothed, over the sentences recalled.
    """
    weights = {word: math.log(1 + (total + 1) / (1 + counts[word])) for word in said}
    whole = sum(weights.values())
    share = sum(weight for word, weight in weights.items() if word in window.words) / whole if whole else 1.0
    return share if figures <= window.numbers else share * _WRONG_NUMBER


def numbers(text: str) -> frozenset[str]:
    """The numbers in a text as they compare: without thousands separators and idle zeros."""
    found = (re.sub(r",(?=\d{3})", "", number) for number in _NUMBER.findall(text))
    return frozenset(number.rstrip("0").rstrip(".") if "." in number else number for number in found)
