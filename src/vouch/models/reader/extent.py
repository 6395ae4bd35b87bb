"""How far an answer reaches: a number keeps its unit, a date its day and its month.

It does not know which words were chosen, or why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from vouch.models.reader.asking import Question
from vouch.models.reader.words import MEASURES, Word

_DATED: Final = frozenset(("number", "time"))


def whole(question: Question, words: Sequence[Word], first: int, last: int) -> tuple[int, int]:
    """The first and last place of the whole answer; what the question names itself is not said again."""
    if "when" in question.kinds and question.focus != "year" and words[first].look in ("year", "time"):
        while first and words[first].look in ("year", "time") and words[first - 1].look in _DATED:
            first -= 1
    if last + 1 < len(words) and words[last].look == "number":
        unit = words[last + 1]
        named = unit.stem in question.stems
        if not named and (unit.text.lower() in MEASURES or unit.stem in MEASURES):
            last += 1
    return first, last
